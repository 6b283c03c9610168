/**
 * Records in the order of their versions, out of files that may overlap.
 *
 * A commit's files hold one version, and follow each other. A file that an
 * engine has merged holds many, in any order, and may span the versions of
 * others. So records wait until no file that is still to be read can hold one
 * that comes before them: with files that don't overlap, none waits.
 *
 * @module
 */
import type { IndexedFile } from "./partition_index.ts";
import { EntryBatch, type Record } from "./record.ts";

/** A record, and the file that it comes from. */
export interface LocatedRecord {
  /** The record. */
  readonly record: Record;
  /** The file, for errors. */
  readonly source: string;
}

/** Reads the records of a file that are of interest. */
export type ReadRecords = (file: IndexedFile) => Promise<LocatedRecord[]>;

/**
 * Records from the newest version to the oldest.
 *
 * @param files In the order of their highest versions, newest first.
 * @param read Reads a file, when it is its turn.
 */
export async function* newestFirst(
  files: Iterable<IndexedFile>,
  read: ReadRecords,
): AsyncGenerator<LocatedRecord> {
  let waiting: LocatedRecord[] = [];
  for (const file of files) {
    const { ready, rest } = divide(
      waiting,
      ({ record }) => record.version > file.maxVersion,
    );
    yield* ready;
    const later = (await read(file)).reverse();
    waiting = [...rest, ...later].sort((a, b) => compare(b, a));
  }
  yield* waiting;
}

/**
 * Records from the oldest version to the newest; of one version, by partition.
 *
 * @param files In any order.
 * @param read Reads a file, when it is its turn.
 */
export async function* oldestFirst(
  files: readonly IndexedFile[],
  read: ReadRecords,
): AsyncGenerator<LocatedRecord> {
  const ordered = [...files].sort((a, b) => a.minVersion - b.minVersion);
  let waiting: LocatedRecord[] = [];
  for (const file of ordered) {
    const { ready, rest } = divide(
      waiting,
      ({ record }) => record.version < file.minVersion,
    );
    yield* ready;
    waiting = [...rest, ...await read(file)].sort(compare);
  }
  yield* waiting;
}

/** What comes before the first record that isn't ready, and what is left. */
function divide(
  records: LocatedRecord[],
  isReady: (located: LocatedRecord) => boolean,
): { ready: LocatedRecord[]; rest: LocatedRecord[] } {
  const end = records.findIndex((located) => !isReady(located));
  if (end < 0) return { ready: records, rest: [] };
  return { ready: records.slice(0, end), rest: records.slice(end) };
}

function compare(a: LocatedRecord, b: LocatedRecord): number {
  const byVersion = a.record.version - b.record.version;
  if (byVersion !== 0) return byVersion;
  if (a.record.partId !== b.record.partId) {
    return a.record.partId < b.record.partId ? -1 : 1;
  }
  if (a.record === b.record) return 0;
  return lastPosition(a) - lastPosition(b);
}

/** Large content is split: a transaction may have several records in a part. */
function lastPosition({ record, source }: LocatedRecord): number {
  const entries = new EntryBatch(record.content, source).entries();
  return Math.max(...entries.map(({ position }) => position));
}
