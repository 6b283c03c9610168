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
import { pathIn, type TableStore } from "../store/store.ts";
import type { MetaData } from "./actions.ts";
import { commitVersion, LOG_DIRECTORY } from "./log_path.ts";
import { LogReader } from "./log_reader.ts";
import { requireReadable } from "./protocol.ts";

const ENABLED = "delta.enableInCommitTimestamps";
const ENABLEMENT_VERSION = "delta.inCommitTimestampEnablementVersion";
const ENABLEMENT_TIMESTAMP = "delta.inCommitTimestampEnablementTimestamp";

/**
 * The version that was the newest at a time.
 *
 * @param store Where the table is.
 * @param timestampMs Milliseconds since the epoch.
 * @throws {PondError} `REVISION_NOT_FOUND` for a time before the first commit
 *   that is left.
 */
export async function versionAt(
  store: TableStore,
  timestampMs: number,
): Promise<number> {
  const reader = new LogReader(store);
  const { state } = await reader.load();
  requireReadable(state.protocol, store.location);
  const times = await commitTimes(store);
  const versions = [...times.keys()];
  const enabled = enablementOf(state.metaData);
  const inCommit = enabled !== undefined && timestampMs >= enabled.timestampMs;
  const found = inCommit
    ? await lastInCommit(
      store,
      reader,
      versions.filter((version) => version >= enabled.version),
      timestampMs,
    )
    : lastByFile(times, enabled?.version ?? Infinity, timestampMs);
  if (found !== undefined) return found;
  throw new PondError(
    "REVISION_NOT_FOUND",
    `Cannot read the table as of ${
      timeText(timestampMs)
    }: its log begins later`,
    { path: pathIn(store, LOG_DIRECTORY) },
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
  store: TableStore,
  reader: LogReader,
  versions: readonly number[],
  timestampMs: number,
): Promise<number | undefined> {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const version = versions[middle] ?? 0;
    if (await inCommitTimestamp(store, reader, version) <= timestampMs) {
      low = middle + 1;
    } else high = middle;
  }
  return versions[low - 1];
}

async function inCommitTimestamp(
  store: TableStore,
  reader: LogReader,
  version: number,
): Promise<number> {
  const commit = await reader.readCommit(version);
  for (const action of commit?.actions ?? []) {
    if (action.kind !== "commitInfo") continue;
    const { inCommitTimestamp } = action.commitInfo;
    if (typeof inCommitTimestamp === "number") return inCommitTimestamp;
  }
  throw new IntegrityError(
    pathIn(store, reader.commitPath(version)),
    "it has no inCommitTimestamp, and the table requires it",
  );
}

/** The times of the commits' files, by their versions, in order. */
async function commitTimes(store: TableStore): Promise<Map<number, number>> {
  const times = new Map<number, number>();
  const prefix = `${LOG_DIRECTORY}/`;
  for await (const { path, modifiedMs } of store.list(prefix)) {
    const version = commitVersion(path.slice(prefix.length));
    if (version !== undefined) times.set(version, modifiedMs);
  }
  return times;
}

function lastByFile(
  times: ReadonlyMap<number, number>,
  before: number,
  timestampMs: number,
): number | undefined {
  let found: number | undefined;
  let timeMs = -Infinity;
  for (const [version, modifiedMs] of times) {
    timeMs = Math.max(modifiedMs, timeMs + 1);
    if (version >= before || timeMs > timestampMs) break;
    found = version;
  }
  return found;
}
