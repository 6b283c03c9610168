/**
 * How long a table keeps what is no longer needed, by its settings.
 *
 * ```text
 * delta.logRetentionDuration           interval 30 days   commits, checkpoints
 * delta.deletedFileRetentionDuration   interval 7 days    removed files
 * delta.enableExpiredLogCleanup        true
 * ```
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#metadata-cleanup}
 * @module
 */
import type { MetaData } from "./actions.ts";

const DAY_MS = 86_400_000;

const UNIT_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
};

/** How long commits are kept that a checkpoint stands for, in milliseconds. */
export function logRetentionMs({ configuration }: MetaData): number {
  return intervalMs(configuration["delta.logRetentionDuration"]) ?? 30 * DAY_MS;
}

/** How long removed files are kept, in milliseconds. */
export function fileRetentionMs({ configuration }: MetaData): number {
  const text = configuration["delta.deletedFileRetentionDuration"];
  return intervalMs(text) ?? 7 * DAY_MS;
}

/**
 * What is older than this has been kept long enough: to midnight, UTC, so that
 * there is something new to forget once a day, and not at each checkpoint.
 *
 * @param nowMs The present, milliseconds since the epoch.
 * @param retentionMs How long it is kept.
 */
export function cutoffMs(nowMs: number, retentionMs: number): number {
  return Math.floor((nowMs - retentionMs) / DAY_MS) * DAY_MS;
}

/** Whether old commits may be removed at all. */
export function isLogCleaned({ configuration }: MetaData): boolean {
  const text = configuration["delta.enableExpiredLogCleanup"] ?? "true";
  return text.toLowerCase() === "true";
}

/** `interval 2 weeks 3 hours`; `undefined` for what can't be understood. */
function intervalMs(text: string | undefined): number | undefined {
  const words = text?.trim().toLowerCase().split(/\s+/) ?? [];
  if (words[0] === "interval") words.shift();
  if (words.length === 0 || words.length % 2 !== 0) return undefined;
  let total = 0;
  for (let i = 0; i < words.length; i += 2) {
    const count = Number(words[i]);
    const unit = UNIT_MS[words[i + 1]?.replace(/s$/, "") ?? ""];
    if (!(count >= 0) || unit === undefined) return undefined;
    total += count * unit;
  }
  return total;
}
