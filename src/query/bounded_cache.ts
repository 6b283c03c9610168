/**
 * Values by texts, as many as fit into a bound.
 *
 * @module
 */

/** A value, and what it takes. */
interface Kept<V> {
  readonly value: V;
  readonly size: number;
}

/** Remembers what was asked for last. */
export class BoundedCache<V> {
  /** The one that was asked for last is the last. */
  readonly #kept = new Map<string, Kept<V>>();
  readonly #maxSize: number;
  #size = 0;

  /** @param maxSize Of all together, in characters or what else one counts. */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** The value of a key, if it is still known. */
  get(key: string): V | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.value;
  }

  /**
   * Remembers a value, and forgets as many others as that takes.
   *
   * @param size What the value takes beside its key.
   */
  set(key: string, value: V, size: number): void {
    this.#forget(key);
    const all = key.length + size;
    if (all > this.#maxSize) return;
    this.#kept.set(key, { value, size: all });
    this.#size += all;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= this.#maxSize) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }
}
