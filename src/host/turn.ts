/**
 * Lets everything else of the process go on.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Resolves when what has been waiting has had its turn; sooner than any timer. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
