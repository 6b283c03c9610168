/**
 * What versions have changed, row by row.
 *
 * ```text
 * cdc actions          the feed of a table that keeps one: rows with _change_type
 * else, of each file
 *   added              its rows are inserted
 *   removed            its rows are removed
 *   both               another deletion vector: the rows that only the new one
 *                      deletes are removed, those that only the old one does
 *                      are inserted
 * dataChange: false    rows that were moved: nothing
 * ```
 *
 * In memory is a batch of rows.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-cdc-file}
 * @module
 */
import { decodeUtf8 } from "../../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../../errors.ts";
import type { DataField, DataValue } from "../data_type.ts";
import { pathIn } from "../store/store.ts";
import {
  type AddFile,
  invalidMember,
  isObject,
  type RemoveFile,
} from "./actions.ts";
import { type Commit, decodeCommit } from "./commit_file.ts";
import { commitFileName, LOG_DIRECTORY } from "./log_path.ts";
import { LogReader } from "./log_reader.ts";
import {
  columnsOf,
  type DataFileAction,
  deletedRows,
  fileRows,
  type Reading,
  readingOf,
  type RowBatch,
  type RowSource,
} from "./rows.ts";
import { decodePath } from "./table_state.ts";

/** What has happened to rows, by the protocol's names. */
export type ChangeType =
  | "insert"
  | "delete"
  | "update_preimage"
  | "update_postimage";

/** Rows that a version has changed. */
export interface ChangeBatch extends RowBatch {
  /** What has happened to them. */
  readonly change: ChangeType;
  /** The version. */
  readonly version: number;
  /** When it was committed, milliseconds since the epoch. */
  readonly timestampMs: number;
}

/** Options of reading changes. */
export interface ChangeOptions {
  /** Rows in a batch, at most; 4096 when left out. */
  readonly batchRows?: number;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

const CHANGE_TYPES: ReadonlySet<string> = new Set<ChangeType>([
  "insert",
  "delete",
  "update_preimage",
  "update_postimage",
]);

const CHANGE_COLUMN: DataField = {
  name: "_change_type",
  physicalName: "_change_type",
  type: { kind: "string" },
  nullable: true,
};

/**
 * Reads what versions have changed.
 *
 * @param source The table at the last version.
 */
export async function* readChanges(
  source: RowSource,
  { from, to, ...options }: ChangeOptions & {
    readonly from: number;
    readonly to: number;
  },
): AsyncGenerator<ChangeBatch> {
  if (!Number.isSafeInteger(from) || from < 0 || from > to) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot read the changes from version ${from} to ${to}`,
      { path: source.store.location, hint: "name the earlier version first" },
    );
  }
  const columns = columnsOf(source);
  const reading = readingOf(source, columns, options);
  for (let version = from; version <= to; version++) {
    options.signal?.throwIfAborted();
    const commit = await readCommit(source, version);
    for await (const { change, batch } of commitRows(source, commit, reading)) {
      const { timestampMs } = commit;
      yield { ...batch, change, version, timestampMs };
    }
  }
}

/** A commit, as far as rows go. */
interface RowCommit {
  readonly version: number;
  readonly timestampMs: number;
  readonly adds: readonly AddFile[];
  readonly removes: readonly RemoveFile[];
  /** The files of its feed. */
  readonly feed: readonly DataFileAction[];
}

interface Changed {
  readonly change: ChangeType;
  readonly batch: RowBatch;
}

async function readCommit(
  { store }: RowSource,
  version: number,
): Promise<RowCommit> {
  const name = `${LOG_DIRECTORY}/${commitFileName(version)}`;
  const path = pathIn(store, name);
  let bytes;
  try {
    bytes = await store.get(name);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
    throw new PondError(
      "REVISION_NOT_FOUND",
      `Cannot read the changes of version ${version}: the log no longer has it`,
      { path, version, hint: "begin with a later version" },
    );
  }
  const commit = await decodeCommit(bytes, path);
  const { actions } = commit;
  const stat = await store.head(name);
  return {
    version,
    timestampMs: timeOf(commit) ?? Math.floor(stat?.modifiedMs ?? 0),
    adds: actions.flatMap((action) =>
      action.kind === "add" && action.add.dataChange ? [action.add] : []
    ),
    removes: actions.flatMap((action) =>
      action.kind === "remove" && action.remove.dataChange
        ? [action.remove]
        : []
    ),
    feed: feedOf(decodeUtf8(bytes), path),
  };
}

/** The time in a commit, where the table keeps it there. */
function timeOf({ actions }: Commit): number | undefined {
  for (const action of actions) {
    if (action.kind !== "commitInfo") continue;
    const { inCommitTimestamp } = action.commitInfo;
    if (typeof inCommitTimestamp === "number") return inCommitTimestamp;
  }
  return undefined;
}

/** The `cdc` actions, which matter to nobody else. */
function feedOf(text: string, path: string): DataFileAction[] {
  if (!text.includes('"cdc"')) return [];
  return text.split("\n").flatMap((line) => {
    const action: unknown = line.trim() === "" ? {} : JSON.parse(line);
    if (!isObject(action) || !isObject(action.cdc)) return [];
    const { partitionValues, path: file, size } = action.cdc;
    if (typeof file !== "string") throw invalidMember(path, "path");
    if (typeof size !== "number") throw invalidMember(path, "size");
    const values = isObject(partitionValues) ? partitionValues : {};
    const texts = Object.entries(values).map(([name, text]) =>
      [name, typeof text === "string" ? text : null] as const
    );
    return [{ path: file, size, partitionValues: Object.fromEntries(texts) }];
  });
}

async function* commitRows(
  source: RowSource,
  commit: RowCommit,
  reading: Reading,
): AsyncGenerator<Changed> {
  const { adds, feed, removes } = commit;
  if (feed.length > 0) {
    for (const file of feed) yield* feedRows(source, file, reading);
    return;
  }
  const log = pathIn(source.store, LOG_DIRECTORY);
  const keyOf = ({ path }: { readonly path: string }) => decodePath(path, log);
  const added = new Map(adds.map((add) => [keyOf(add), add]));
  for (const remove of removes) {
    const file = await removedFile(source, remove, commit.version);
    const again = added.get(keyOf(remove));
    const old = await deletedRows(source, remove);
    const gone = again && await deletedRows(source, again);
    const isRemoved = (row: number) =>
      !old?.has(row) && (again === undefined || gone?.has(row) === true);
    for await (const batch of fileRows(source, file, reading, isRemoved)) {
      yield { change: "delete", batch };
    }
  }
  const before = new Map(removes.map((remove) => [keyOf(remove), remove]));
  for (const add of adds) {
    const earlier = before.get(keyOf(add));
    const gone = await deletedRows(source, add);
    const old = earlier && await deletedRows(source, earlier);
    const isInserted = (row: number) =>
      !gone?.has(row) && (earlier === undefined || old?.has(row) === true);
    for await (const batch of fileRows(source, add, reading, isInserted)) {
      yield { change: "insert", batch };
    }
  }
}

/** A `remove` need not say of which partition its rows are. */
async function removedFile(
  { snapshot: { metaData }, store }: RowSource,
  { partitionValues, path, size = 0 }: RemoveFile,
  version: number,
): Promise<DataFileAction> {
  const isKnown = metaData.partitionColumns.every((name) =>
    partitionValues !== undefined && Object.hasOwn(partitionValues, name)
  );
  if (isKnown) return { path, size, partitionValues: partitionValues ?? {} };
  const { state } = await new LogReader(store).load({ version: version - 1 });
  for (const add of state.adds) if (add.path === path) return add;
  throw new IntegrityError(
    pathIn(store, `${LOG_DIRECTORY}/${commitFileName(version)}`),
    `it removes ${path}, which was no file of the table`,
  );
}

/** The rows of a feed say themselves what has happened to them. */
async function* feedRows(
  source: RowSource,
  file: DataFileAction,
  reading: Reading,
): AsyncGenerator<Changed> {
  const { columns, fields } = reading;
  const withChange = {
    ...reading,
    columns: [...columns, CHANGE_COLUMN],
    fields: [...fields, CHANGE_COLUMN],
  };
  for await (const { numRows, values } of fileRows(source, file, withChange)) {
    const kinds = values.at(-1) ?? [];
    const rows = new Map<ChangeType, number[]>();
    for (let row = 0; row < numRows; row++) {
      const change = changeTypeOf(kinds[row] ?? null, source, file);
      const found = rows.get(change);
      if (found === undefined) rows.set(change, [row]);
      else found.push(row);
    }
    for (const [change, chosen] of rows) {
      const picked = columns.map((_, i) =>
        chosen.map((row) => values[i]?.[row] ?? null)
      );
      const batch = { columns, numRows: chosen.length, values: picked };
      yield { change, batch };
    }
  }
}

function changeTypeOf(
  value: DataValue,
  { store }: RowSource,
  { path }: DataFileAction,
): ChangeType {
  if (isChangeType(value)) return value;
  throw new IntegrityError(
    pathIn(store, path),
    `a row of it has the _change_type ${value}`,
  );
}

function isChangeType(value: DataValue): value is ChangeType {
  return typeof value === "string" && CHANGE_TYPES.has(value);
}
