/**
 * Waiting before the next try, so that processes which have met don't meet again.
 *
 * @module
 */
import type { Host } from "../host/host.ts";

const MIN_MS = 2;
const MAX_MS = 500;

/**
 * Waits for a random time, which is longer after each try.
 *
 * @param host Its clock and its random numbers.
 * @param attempt How many tries there were: 1, 2, 3 …
 * @param signal Ends the wait.
 */
export async function backOff(
  { clock, random }: Pick<Host, "clock" | "random">,
  attempt: number,
  signal?: AbortSignal,
): Promise<void> {
  const ceiling = Math.min(MAX_MS, MIN_MS * 2 ** attempt);
  await clock.sleep(random.fraction() * ceiling, signal);
}
