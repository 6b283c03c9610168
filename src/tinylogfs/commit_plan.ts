/**
 * From a transaction to the rows that a commit writes: pure.
 *
 * ```text
 * partition of each touched directory   a row for each operation on itself but
 *                                       the last; its own record, which is
 *                                       that of the last one, or bookkeeping;
 *                                       a row for each operation on a file or
 *                                       symlink in it, in order
 * partition ffff…fffe                   one row with all tags, if they change
 * partition ffff…ffff                   one row about the transaction itself
 * ```
 *
 * @module
 */
import { invariant } from "../errors.ts";
import {
  type DirectoryChange,
  EMPTY_DIRECTORY,
  LARGE_DIRECTORY_ENTRIES,
  needsSnapshot,
  planDirectoryChange,
} from "../oplog/directory_log.ts";
import type { DirectoryEntry, OplogEntry, RecordDraft } from "../oplog/mod.ts";
import {
  encodeDirectoryEntries,
  TAG_PART_ID,
  TRANSACTION_PART_ID,
} from "../oplog/record.ts";
import {
  type Attributes,
  formatAttributes,
  type LogPosition,
} from "./attributes.ts";
import type { TagValues, TransactionMarks } from "./commit_marks.ts";
import {
  attributesOf,
  type CommittedChange,
  entryCountOf,
  type FoundDirectory,
} from "./directories.ts";
import {
  BOOKKEEPING_POSITION,
  type Operation,
  PENDING_VERSION,
  placeOf,
} from "./operation.ts";
import type { Transaction } from "./transaction.ts";

/** The version and time that a commit will have. */
export interface CommitPoint {
  /** The Delta version. */
  readonly version: number;
  /** Microseconds since the epoch, UTC. */
  readonly timestampUs: number;
}

/** What is said about a transaction. */
export interface TransactionNote {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Who. */
  readonly author: string;
  /** Why. */
  readonly message: string;
  /** What it takes back or in, and the tags that it leaves. */
  readonly marks?: TransactionMarks;
  /** What else, by names. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a commit writes, and what it changes in the cache. */
export interface CommitPlan {
  /** The records, one for each partition. */
  readonly records: readonly RecordDraft[];
  /** The changed directories. */
  readonly directories: readonly CommittedChange[];
  /** Rows of `OplogEntry` in all. */
  readonly rowCount: number;
}

/**
 * Plans a commit.
 *
 * @param transaction The operations.
 * @param committed The committed state of each directory in `overlays`.
 * @param note Who, why.
 * @param point The version and time; the plan holds for these only.
 */
export function planCommit(
  transaction: Transaction,
  committed: ReadonlyMap<string, FoundDirectory>,
  note: TransactionNote,
  point: CommitPoint,
): CommitPlan {
  const rows = rowsByPartition(transaction);
  const directories = planDirectories(transaction, committed, point);
  for (const { partId, entry } of directories) {
    const operations = rows.get(partId) ?? [];
    const others = operations.filter(({ position }) =>
      position !== entry.position
    );
    const own = others.filter(({ nodeId }) => nodeId === partId);
    const children = others.filter(({ nodeId }) => nodeId !== partId);
    // What the directory is afterwards comes last of what is said about it.
    rows.set(partId, [...own, entry, ...children]);
  }
  rows.set(TRANSACTION_PART_ID, [
    transactionEntry(note, transaction.operations.length, point),
  ]);
  const { tags } = note.marks ?? {};
  if (tags !== undefined) rows.set(TAG_PART_ID, [tagsEntry(note.id, tags)]);
  let rowCount = 0;
  const records = [...rows].map(([partId, entries]): RecordDraft => {
    rowCount += entries.length;
    return { partId, entries };
  });
  return { records, directories, rowCount };
}

/** A row for each operation, in order. */
function rowsByPartition({ state }: Transaction): Map<string, OplogEntry[]> {
  const rows = new Map<string, OplogEntry[]>();
  for (const entry of state.entries()) {
    const partition = rows.get(entry.partId);
    if (partition === undefined) rows.set(entry.partId, [entry]);
    else partition.push(entry);
  }
  return rows;
}

function planDirectories(
  transaction: Transaction,
  committed: ReadonlyMap<string, FoundDirectory>,
  point: CommitPoint,
): CommittedChange[] {
  const own = new Map<string, OwnOperations>();
  transaction.operations.forEach((operation, position) => {
    if (operation.fileType !== "directory") return;
    const before = own.get(operation.nodeId);
    own.set(operation.nodeId, {
      operation,
      row: transaction.state.entry(position),
      created: (before?.created ?? false) || operation.kind === "create",
    });
  });
  const touched = new Set([...transaction.overlays.keys(), ...own.keys()]);
  return [...touched].map((partId) => {
    const rows = changedRows(transaction, committed.get(partId), partId, point);
    return planDirectory(
      partId,
      rows,
      committed.get(partId),
      own.get(partId),
      point,
    );
  });
}

/** What a transaction does to a directory itself. */
interface OwnOperations {
  /** The last of them. */
  readonly operation: Operation;
  /** Its row. */
  readonly row: OplogEntry;
  /** Whether one of them made the directory. */
  readonly created: boolean;
}

function changedRows(
  transaction: Transaction,
  committed: FoundDirectory | undefined,
  partId: string,
  point: CommitPoint,
): DirectoryEntry[] {
  const rows: DirectoryEntry[] = [];
  for (const [name, entry] of transaction.overlays.get(partId) ?? []) {
    if (entry !== null) {
      rows.push(
        entry.childVersion === PENDING_VERSION
          ? { ...entry, childVersion: point.version }
          : entry,
      );
      continue;
    }
    const before = committed?.entries.get(name);
    // A name that came and went within the transaction leaves no row.
    if (before !== undefined) rows.push({ ...before, operation: "delete" });
  }
  return rows;
}

function planDirectory(
  partId: string,
  rows: readonly DirectoryEntry[],
  committed: FoundDirectory | undefined,
  own: OwnOperations | undefined,
  point: CommitPoint,
): CommittedChange {
  if (own?.operation.kind === "delete") {
    const entry = { ...own.row, content: null };
    return { partId, entry, rows, snapshot: true };
  }
  const change = own?.created
    ? { snapshot: true, rows: rows.filter((r) => r.operation === "insert") }
    : changeAfter(committed, rows);
  const log = logAfter(committed, change, rows, point);
  const attributes = directoryAttributes(committed, own, rows.length, point);
  const base = own?.row ?? bookkeepingEntry(partId, committed);
  const entry: OplogEntry = {
    ...base,
    metadata: formatAttributes({
      ...attributes,
      ...(change.snapshot ? { snapshot: true } : {}),
      ...(log.entries > LARGE_DIRECTORY_ENTRIES ? { log } : {}),
    }),
    content: encodeDirectoryEntries(change.rows),
  };
  return { partId, entry, rows, snapshot: change.snapshot };
}

/**
 * Whether what was looked up in a directory is enough to plan a change of it.
 *
 * @param rows How many entries change.
 */
export function isEnough(directory: FoundDirectory, rows: number): boolean {
  return directory.isWhole || !needsSnapshot(
    directory.entryCount,
    directory.changesSinceSnapshot,
    rows,
  );
}

function changeAfter(
  committed: FoundDirectory | undefined,
  rows: readonly DirectoryEntry[],
): DirectoryChange {
  if (committed?.isWhole !== false) {
    return planDirectoryChange(committed ?? EMPTY_DIRECTORY, rows);
  }
  invariant(isEnough(committed, rows.length), "a snapshot has all entries");
  return { snapshot: false, rows };
}

function logAfter(
  committed: FoundDirectory | undefined,
  change: DirectoryChange,
  rows: readonly DirectoryEntry[],
  { version }: CommitPoint,
): LogPosition {
  if (change.snapshot || committed === undefined) {
    return { entries: change.rows.length, changes: 0, since: version };
  }
  let entries = entryCountOf(committed);
  for (const { name, operation } of rows) {
    entries += Number(operation === "insert") -
      Number(committed.entries.has(name));
  }
  const changes = committed.changesSinceSnapshot + rows.length;
  return { entries, changes, since: committed.snapshotVersion };
}

/**
 * The time of a directory is that of the last change of its entries. One that is
 * made with an earlier time (of a tree that is put) keeps that for now.
 */
function directoryAttributes(
  committed: FoundDirectory | undefined,
  own: OwnOperations | undefined,
  changedEntries: number,
  point: CommitPoint,
): Attributes {
  const attributes = own?.operation.attributes ??
    (committed && attributesOf(committed));
  invariant(attributes !== undefined, "a touched directory has been loaded");
  const place = own ? placeOf(own.operation) : committed?.place;
  return {
    ...attributes,
    modifiedUs: own?.created && attributes.modifiedUs < attributes.createdUs
      ? attributes.modifiedUs
      : own?.created || changedEntries > 0
      ? point.timestampUs
      : Math.max(attributes.modifiedUs, committed?.modifiedUs ?? 0),
    ...(place ? { place } : {}),
  };
}

function bookkeepingEntry(
  partId: string,
  committed: FoundDirectory | undefined,
): Omit<OplogEntry, "metadata" | "content"> {
  return {
    partId,
    nodeId: partId,
    fileType: "directory",
    operation: "update",
    nodeVersion: committed?.nodeVersion ?? 1,
    position: BOOKKEEPING_POSITION,
    name: "",
    path: "",
  };
}

function transactionEntry(
  note: TransactionNote,
  operations: number,
  point: CommitPoint,
): OplogEntry {
  const { metadata = {} } = note;
  const { tags: _inItsOwnRow, ...marks } = note.marks ?? {};
  return {
    ...bookkeepingOf(TRANSACTION_PART_ID, note.id),
    metadata: JSON.stringify({
      author: note.author,
      message: note.message,
      time: point.timestampUs,
      operations,
      ...marks,
      ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
    }),
  };
}

function tagsEntry(transactionId: string, tags: TagValues): OplogEntry {
  return {
    ...bookkeepingOf(TAG_PART_ID, transactionId),
    metadata: JSON.stringify({ tags }),
  };
}

/** A row about no node: readers of nodes pass over it by its kind. */
function bookkeepingOf(
  partId: string,
  transactionId: string,
): Omit<OplogEntry, "metadata"> {
  return {
    partId,
    nodeId: transactionId,
    fileType: "transaction",
    content: null,
    operation: "create",
    nodeVersion: 1,
    position: BOOKKEEPING_POSITION,
    name: "",
    path: "",
  };
}

/**
 * The first commit's record: the root directory, empty.
 *
 * @param point The version and time.
 * @param note Who, why.
 */
export function planInit(
  note: TransactionNote,
  point: CommitPoint,
  rootId: string,
): RecordDraft[] {
  const root: OplogEntry = {
    ...bookkeepingEntry(rootId, undefined),
    operation: "create",
    path: "/",
    metadata: formatAttributes({
      createdUs: point.timestampUs,
      modifiedUs: point.timestampUs,
      sizeBytes: 0,
      mode: 0o755,
      snapshot: true,
    }),
    content: encodeDirectoryEntries([]),
  };
  return [
    { partId: rootId, entries: [root] },
    {
      partId: TRANSACTION_PART_ID,
      entries: [transactionEntry(note, 0, point)],
    },
  ];
}
