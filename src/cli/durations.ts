/**
 * Durations that are given on the command line.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { parseDuration } from "../tinylogfs/mod.ts";

/**
 * Reads a duration that may be none: `7d`, `36h`, `0s`.
 *
 * @param where The option, variable or file that it was given by.
 * @returns Milliseconds.
 * @throws {PondError} `INVALID_ARGUMENT` for anything else.
 */
export function retentionOf(text: string, where: string): number {
  return milliseconds(text, where, "7d, 36h, 2w");
}

/** As {@linkcode retentionOf}, of a time that passes. */
export function timeoutOf(text: string, where: string): number {
  const examples = "30s, 5min, 1h";
  const timeoutMs = milliseconds(text, where, examples);
  if (timeoutMs > 0) return timeoutMs;
  throw unreadable(text, where, examples);
}

/**
 * As {@linkcode timeoutOf}, with `m` for minutes too, as resources have it.
 */
export function periodOf(text: string, where: string): number {
  const examples = "15m, 2h, 1d";
  const minutes = text.replace(/^(\d+)m$/, "$1min");
  const us = parseDuration(minutes);
  if (us !== undefined && us > 0) return us / 1000;
  throw unreadable(text, where, examples);
}

function milliseconds(text: string, where: string, examples: string): number {
  const us = parseDuration(text);
  if (us === undefined) throw unreadable(text, where, examples);
  return us / 1000;
}

function unreadable(text: string, where: string, examples: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot read the time ${JSON.stringify(text)} of ${where}`,
    { hint: `such as ${examples}` },
  );
}
