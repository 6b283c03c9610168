/**
 * The locks on the files of a simulated disk, each given in the order of asking.
 *
 * @module
 */
import type { SimFile } from "./sim_platter.ts";

type Turn = PromiseWithResolvers<void>;

/** Who holds and waits for locks. */
export class SimLocks {
  /** The first of each queue holds the lock. */
  readonly #queues = new Map<SimFile, Turn[]>();

  /** Waits for a lock, which ends with its disposal. */
  async take(file: SimFile): Promise<AsyncDisposable> {
    const queue = this.#queues.get(file) ?? [];
    this.#queues.set(file, queue);
    const turn = Promise.withResolvers<void>();
    queue.push(turn);
    queue[0]?.resolve();
    await turn.promise;
    return {
      [Symbol.asyncDispose]() {
        leave(queue, turn);
        return Promise.resolve();
      },
    };
  }

  /** Takes a lock that nobody has; else `undefined`. */
  async tryTake(file: SimFile): Promise<AsyncDisposable | undefined> {
    const isHeld = (this.#queues.get(file) ?? []).length > 0;
    return isHeld ? undefined : await this.take(file);
  }

  /**
   * Ends all locks, and the waiting for them.
   *
   * @param reason What those who wait are told.
   */
  clear(reason: Error): void {
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    for (const [, ...waiting] of queues) {
      for (const turn of waiting) turn.reject(reason);
    }
  }
}

/** Leaves a queue; who is first then has the lock. */
function leave(queue: Turn[], turn: Turn): void {
  const at = queue.indexOf(turn);
  if (at < 0) return;
  queue.splice(at, 1);
  queue[0]?.resolve();
}
