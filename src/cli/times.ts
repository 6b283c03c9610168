/**
 * Times as people write them.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { parseRevision } from "../tinylogfs/mod.ts";

/**
 * Reads a date, a time, or how long ago.
 *
 * @param nowUs The present, in microseconds since the epoch.
 * @throws {PondError} `INVALID_ARGUMENT` for anything else.
 */
export function parseTime(text: string, nowUs: number): Date {
  const revision = parseRevision(text, nowUs);
  if (revision.kind === "time") return new Date(revision.timestampUs / 1000);
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot take ${text} as a time`,
    { hint: "such as 2026-01-05, 2026-01-05T10:00Z, or 2h for that long ago" },
  );
}
