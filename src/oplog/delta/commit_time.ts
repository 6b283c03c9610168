/**
 * When versions were committed.
 *
 * ```text
 * inCommitTimestamp   in commitInfo, from the version on that enabled it
 * before, or without  the modification time of the commit's file, each taken as
 *                     later than the one before
 * ```
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#in-commit-timestamps}
 * @module
 */
import { IntegrityError, PondError } from "../../errors.ts";
import type { FileReader } from "../../host/host.ts";
import type { MetaData } from "./actions.ts";
import { LOG_DIRECTORY } from "./log_path.ts";
import { LogReader } from "./log_reader.ts";
import { requireReadable } from "./protocol.ts";

const ENABLED = "delta.enableInCommitTimestamps";
const ENABLEMENT_VERSION = "delta.inCommitTimestampEnablementVersion";
const ENABLEMENT_TIMESTAMP = "delta.inCommitTimestampEnablementTimestamp";

/**
 * The version that was the newest at a time.
 *
 * @param table The table's directory.
 * @param timestampMs Milliseconds since the epoch.
 * @throws {PondError} `REVISION_NOT_FOUND` for a time before the first commit
 *   that is left.
 */
export async function versionAt(
  files: FileReader,
  table: string,
  timestampMs: number,
): Promise<number> {
  const reader = new LogReader(files, table);
  const { state } = await reader.load();
  requireReadable(state.protocol, table);
  const versions = await reader.versions();
  const enabled = enablementOf(state.metaData);
  const inCommit = enabled !== undefined && timestampMs >= enabled.timestampMs;
  const found = inCommit
    ? await lastInCommit(
      reader,
      versions.filter((version) => version >= enabled.version),
      timestampMs,
    )
    : await lastByFile(
      files,
      reader,
      versions.filter((version) => version < (enabled?.version ?? Infinity)),
      timestampMs,
    );
  if (found !== undefined) return found;
  throw new PondError(
    "REVISION_NOT_FOUND",
    `Cannot read the table as of ${
      timeText(timestampMs)
    }: its log begins later`,
    { path: `${table}/${LOG_DIRECTORY}` },
  );
}

function timeText(timestampMs: number): string {
  const time = new Date(timestampMs);
  return Number.isNaN(time.getTime())
    ? `${timestampMs} ms`
    : time.toISOString();
}

/** From which version on commits say their times; without, all of them do. */
function enablementOf(
  { configuration }: MetaData,
): { readonly version: number; readonly timestampMs: number } | undefined {
  if (configuration[ENABLED]?.toLowerCase() !== "true") return undefined;
  return {
    version: Number(configuration[ENABLEMENT_VERSION] ?? 0),
    timestampMs: Number(configuration[ENABLEMENT_TIMESTAMP] ?? -Infinity),
  };
}

/** Times in commits grow: a few commits tell. */
async function lastInCommit(
  reader: LogReader,
  versions: readonly number[],
  timestampMs: number,
): Promise<number | undefined> {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const version = versions[middle] ?? 0;
    if (await inCommitTimestamp(reader, version) <= timestampMs) {
      low = middle + 1;
    } else high = middle;
  }
  return versions[low - 1];
}

async function inCommitTimestamp(
  reader: LogReader,
  version: number,
): Promise<number> {
  const commit = await reader.readCommit(version, undefined);
  for (const action of commit?.actions ?? []) {
    if (action.kind !== "commitInfo") continue;
    const { inCommitTimestamp } = action.commitInfo;
    if (typeof inCommitTimestamp === "number") return inCommitTimestamp;
  }
  throw new IntegrityError(
    reader.commitPath(version),
    "it has no inCommitTimestamp, and the table requires it",
  );
}

async function lastByFile(
  files: FileReader,
  reader: LogReader,
  versions: readonly number[],
  timestampMs: number,
): Promise<number | undefined> {
  let found: number | undefined;
  let timeMs = -Infinity;
  for (const version of versions) {
    const stat = await files.stat(reader.commitPath(version));
    timeMs = Math.max(stat?.modifiedMs ?? timeMs, timeMs + 1);
    if (timeMs > timestampMs) break;
    found = version;
  }
  return found;
}
