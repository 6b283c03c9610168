/**
 * The rows of several files in the order of their versions.
 *
 * The files of a partition have no versions in common, as pond writes and merges
 * them, and one is read after the other. Where another engine has merged them
 * they may, and are read together as far as they do. A row that two of them have
 * is one row: delta-rs (1.6) doesn't notice that files which it merges have been
 * merged by someone else meanwhile, and adds theirs to those.
 *
 * @module
 */
import { equalBytes } from "../bytes.ts";
import { hasCode } from "../errors.ts";
import type { RowKey } from "./data_file.ts";
import type { IndexedFile } from "./partition_index.ts";
import { EntryBatch, type Record } from "./record.ts";

/** A row, and the file that it comes from. */
export interface Sourced<R> {
  /** The row. */
  readonly record: R;
  /** The file. */
  readonly file: IndexedFile;
  /** Which part of the file. */
  readonly part?: number;
}

/** A whole row, and the file that it comes from. */
export type SourcedRecord = Sourced<Record>;

/** Opens a file: its parts that may have rows that are wanted. */
export type OpenFile<R = Record> = (
  file: IndexedFile,
) => Promise<readonly Part<R>[]>;

/** A part of a file, whose rows are decoded together. */
export interface Part<R> {
  /** The highest version of a row; more than any where that isn't known. */
  readonly maxVersion: number;
  /** Decodes the rows, in the order of the file. */
  readonly rows: () => Promise<readonly R[]>;
}

/** Reads the rows of a file that are wanted. */
export type LoadRows = (file: IndexedFile) => Promise<readonly Record[]>;

/**
 * The rows from the highest version down. A file is opened, and a part of it
 * read, when it may have the next row, and not before.
 *
 * @param files In the order of their highest versions, the highest first.
 */
export function newestFirst(
  files: readonly IndexedFile[],
  open: OpenFile,
): AsyncGenerator<SourcedRecord> {
  return descending(files, open, byVersion);
}

/** The same of rows without their content; a version has several, or one. */
export function newestKeysFirst(
  files: readonly IndexedFile[],
  open: OpenFile<RowKey>,
): AsyncGenerator<Sourced<RowKey>> {
  return descending(
    files,
    open,
    (rows) => rows.sort((a, b) => a.record.version - b.record.version),
  );
}

/** @param order Orders rows by their versions, the lowest first. */
async function* descending<R extends RowKey>(
  files: readonly IndexedFile[],
  open: OpenFile<R>,
  order: (rows: Sourced<R>[]) => Sourced<R>[],
): AsyncGenerator<Sourced<R>> {
  /** Loaded and not yielded, in the order of their versions. */
  let waiting: Sourced<R>[] = [];
  /** Opened and not loaded, the one with the highest version last. */
  let blocks: SourcedPart<R>[] = [];
  for (let next = 0;;) {
    const file = files[next];
    const block = blocks.at(-1);
    const version = Math.max(file?.maxVersion ?? -1, block?.maxVersion ?? -1);
    yield* takenAfter(waiting, version);
    if (file !== undefined && file.maxVersion === version) {
      blocks = [...blocks, ...await opened(file, open)]
        .sort((a, b) => a.maxVersion - b.maxVersion);
      next++;
    } else if (block !== undefined) {
      blocks.pop();
      const { file, part, rows } = block;
      const loaded = (await rows()).map((record) => ({ record, file, part }));
      waiting = order([...loaded, ...waiting]);
    } else return;
  }
}

/** A part of a file, and which one. */
interface SourcedPart<R> extends Part<R> {
  readonly file: IndexedFile;
  readonly part: number;
}

async function opened<R>(
  file: IndexedFile,
  open: OpenFile<R>,
): Promise<SourcedPart<R>[]> {
  return (await open(file)).map(({ maxVersion, rows }, part) => ({
    file,
    part,
    maxVersion: Math.min(maxVersion, file.maxVersion),
    rows,
  }));
}

/** Takes the rows after a version from the end of a list, the last one first. */
function* takenAfter<R extends RowKey>(
  rows: Sourced<R>[],
  version: number,
): Generator<Sourced<R>> {
  while (true) {
    const last = rows.at(-1);
    if (last === undefined || last.record.version <= version) return;
    rows.pop();
    yield last;
  }
}

/**
 * The rows from the lowest version up, within one in the order of the partitions.
 * While the rows of a file are looked at, the next one is loaded.
 *
 * @param files In any order.
 */
export async function* oldestFirst(
  files: readonly IndexedFile[],
  load: LoadRows,
): AsyncGenerator<SourcedRecord> {
  const ordered = files.toSorted((a, b) => a.minVersion - b.minVersion);
  const begin = (index: number) => {
    const file = ordered[index];
    const loading = file && load(file);
    // It fails for whoever gets there, if anybody does.
    loading?.catch(() => {});
    return loading;
  };
  let next = begin(0);
  /** Loaded and not yielded, the lowest version last. */
  let waiting: SourcedRecord[] = [];
  try {
    for (const [i, file] of ordered.entries()) {
      while (true) {
        const first = waiting.at(-1);
        if (first === undefined || first.record.version >= file.minVersion) {
          break;
        }
        waiting.pop();
        yield first;
      }
      const records = await next ?? [];
      next = begin(i + 1);
      const loaded = records.map((record) => ({ record, file }));
      waiting = byVersion([...waiting.reverse(), ...loaded]).reverse();
    }
    for (const rest of waiting.reverse()) yield rest;
  } finally {
    // Whoever has enough leaves nothing at work.
    await next?.catch(() => {});
  }
}

/** Rows of one version: by their partitions, then as they were written. */
function byVersion(rows: SourcedRecord[]): SourcedRecord[] {
  rows.sort((a, b) =>
    a.record.version - b.record.version || byPart(a, b) || byPosition(a, b)
  );
  return rows.filter((row, i) => !isAgain(row, rows[i - 1]));
}

/** Whether two files have a row; or one twice, that another engine has merged. */
function isAgain(
  row: SourcedRecord,
  before: SourcedRecord | undefined,
): boolean {
  if (before === undefined || isOneOfOurs(before, row)) return false;
  return isDoubled(before.record, row.record, row.file.add.path);
}

/**
 * Whether a row is another one once more. A transaction says where in it each of
 * its rows was, so it has no two that are equal. What others have written into
 * partitions of their own may well be equal, and is never taken for one.
 *
 * @param source Where the row is, for errors.
 */
export function isDoubled(a: Record, b: Record, source: string): boolean {
  return a.version === b.version && a.partId === b.partId &&
    a.timestampUs === b.timestampUs && equalBytes(a.content, b.content) &&
    isOfPond(a, source);
}

/** A row of pond names its partition inside, too. */
function isOfPond({ content, partId }: Record, source: string): boolean {
  try {
    const entries = new EntryBatch(content, source).entries();
    return entries.length > 0 && entries.every((of) => of.partId === partId);
  } catch (error) {
    // Other bytes than a stream of ours.
    if (hasCode(error, "INTEGRITY")) return false;
    throw error;
  }
}

/**
 * Large content is split: a transaction may have several rows in a partition.
 * Another engine may have put them into any order; our own files, which say
 * their digest, have them as they were written.
 */
function byPosition(a: SourcedRecord, b: SourcedRecord): number {
  return isOneOfOurs(a, b)
    ? (a.part ?? 0) - (b.part ?? 0)
    : lastPosition(a) - lastPosition(b);
}

function isOneOfOurs(a: SourcedRecord, b: SourcedRecord): boolean {
  return a.file === b.file && a.file.add.tags?.sha256 !== undefined;
}

/** Looked for once, for as long as a row is in memory. */
const LAST_POSITIONS = new WeakMap<Record, number>();

function lastPosition({ record, file }: SourcedRecord): number {
  let last = LAST_POSITIONS.get(record);
  if (last === undefined) {
    last = new EntryBatch(record.content, file.add.path).lastPosition;
    LAST_POSITIONS.set(record, last);
  }
  return last;
}

function byPart(a: SourcedRecord, b: SourcedRecord): number {
  if (a.record.partId === b.record.partId) return 0;
  return a.record.partId < b.record.partId ? -1 : 1;
}
