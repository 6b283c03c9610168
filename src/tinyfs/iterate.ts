/**
 * Async iterators that cost one promise an item; an async generator that hands
 * on another's items costs several.
 *
 * @module
 */

/** Items that are known when the iteration begins. */
export class ListIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #items: readonly T[];
  #next = 0;

  /** @param items Nobody changes them from now on. */
  constructor(items: readonly T[]) {
    this.#items = items;
  }

  /** The item after the last one. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#next >= this.#items.length) return Promise.resolve(ended());
    const value = this.#items[this.#next++] as T;
    return Promise.resolve({ done: false, value });
  }

  /** Ends the iteration early. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#next = this.#items.length;
    return Promise.resolve(ended());
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Items of an iterable that is found when the first one is asked for. */
export class DeferredIterator<T>
  implements AsyncIterableIterator<T, undefined> {
  #open: (() => Promise<AsyncIterable<T>>) | undefined;
  #found: Promise<AsyncIterator<T>> | undefined;
  #items: AsyncIterator<T> | undefined;

  /** @param open Finds the iterable; called once at most. */
  constructor(open: () => Promise<AsyncIterable<T>>) {
    this.#open = open;
  }

  /** The item after the last one. */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#items?.next() ?? this.#first();
  }

  /** Ends the iteration early. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.#open = undefined;
    const found = this.#found;
    this.#found = undefined;
    this.#items = new ListIterator<T>([]);
    // That it wasn't found is an error of next().
    const items = await found?.catch(() => undefined);
    await items?.return?.();
    return ended();
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whoever asks before the iterable is found waits for it. */
  async #first(): Promise<IteratorResult<T, undefined>> {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) {
      this.#found = open().then((items) => items[Symbol.asyncIterator]());
    }
    if (this.#found === undefined) return ended();
    const items = await this.#found;
    this.#items ??= items;
    return await this.#items.next();
  }
}

function ended(): IteratorReturnResult<undefined> {
  return { done: true, value: undefined };
}
