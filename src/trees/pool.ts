/**
 * Work on many things at a time, but not on all.
 *
 * @module
 */

/**
 * Does something with each item, so many at a time, and gives the results in the
 * order of the items.
 *
 * When one fails, or the caller ends, those that were begun come to their end
 * before.
 */
export async function* mapInOrder<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for (const item of items) {
      running.push(observed(work(item)));
      if (running.length < limit) continue;
      const first = running.shift();
      if (first !== undefined) yield await first;
    }
    for (let next = running.shift(); next; next = running.shift()) {
      yield await next;
    }
  } finally {
    await Promise.allSettled(running);
  }
}

/** Runs work side by side, so many at a time. */
export class Pool {
  readonly #limit: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param limit How many at a time. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Begins work, when there is a place for it.
   *
   * @throws What work that was begun before has failed with.
   */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#limit) await this.#next();
    if (this.#failure) throw this.#failure.error;
    const running = work().catch((error) => {
      this.#failure ??= { error };
    }).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /**
   * Waits for all.
   *
   * @throws What the first one that failed has thrown.
   */
  async done(): Promise<void> {
    await this.settled();
    if (this.#failure) throw this.#failure.error;
  }

  /** Waits for all, whatever becomes of them. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await this.#next();
  }

  async #next(): Promise<void> {
    await Promise.race(this.#running);
  }
}

/** Whoever fails while nobody waits for it, is heard later. */
function observed<R>(promise: Promise<R>): Promise<R> {
  promise.catch(() => {});
  return promise;
}
