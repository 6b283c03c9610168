/**
 * Checks the data files of an oplog, and gives out their records.
 *
 * ```text
 * every file     in the table, of its size, of its SHA-256, a Parquet file
 *                its statistics and tags are those of its rows
 * every record   no newer than the table, of the time that its version has
 *                its content an IPC stream, its entries of its partition
 * ```
 *
 * In memory is one file at a time, and those that share versions with it: the
 * records come in the order of their versions.
 *
 * @module
 */
import { sha256Hex } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import { DataFile, statsOf } from "./data_file.ts";
import type { AddFile } from "./delta/actions.ts";
import {
  attempt,
  type Fault,
  type Finding,
  FROM_BACKUP,
  remedyFor,
} from "./delta/finding.ts";
import { LOG_DIRECTORY } from "./delta/log_path.ts";
import { decodePath, type Snapshot } from "./delta/table_state.ts";
import { parseStats } from "./delta/stats.ts";
import { type IndexedFile, indexFile, partTags } from "./partition_index.ts";
import { decodeOplogEntries, type OplogEntry, type Record } from "./record.ts";
import { oldestFirst } from "./record_order.ts";
import { pathIn, type TableStore } from "./store/store.ts";

/** A record whose content is sound. */
export interface CheckedRecord {
  /** The row. */
  readonly record: Record;
  /** The entries in it. */
  readonly entries: readonly OplogEntry[];
  /** The file on the host. */
  readonly source: string;
}

/** A data file whose rows can't be read. */
export interface UnreadableFile {
  /** What the log says of it. */
  readonly file: IndexedFile;
  /** What is wrong with it. */
  readonly finding: Finding;
}

/** What the check of data files comes to. */
export interface TableCheck {
  /** What was found so far. */
  readonly findings: Finding[];
  /** Files whose rows can't be read, and what to tell of each. */
  readonly unreadable: UnreadableFile[];
  /** Records that can't be read, in files that can. */
  unreadableRecords: number;
  /** How many files were looked at. */
  files: number;
  /** How many records. */
  records: number;
}

const EVERYTHING = { minVersion: 0, maxVersion: Number.MAX_SAFE_INTEGER };

/** The beginning of a check. */
export function newTableCheck(): TableCheck {
  return {
    findings: [],
    unreadable: [],
    unreadableRecords: 0,
    files: 0,
    records: 0,
  };
}

/** Checks that the files are there, and of the sizes that the log says. */
export async function checkSizes(
  store: TableStore,
  { adds }: Pick<Snapshot, "adds">,
  check: TableCheck,
  signal?: AbortSignal,
): Promise<void> {
  for (const add of adds) {
    signal?.throwIfAborted();
    check.files++;
    const read = await attempt(async () => {
      const path = storePath(store, add);
      const stat = await store.head(path);
      if (stat?.sizeBytes === add.size) return;
      const problem = stat === undefined
        ? "it is missing"
        : `it has ${stat.sizeBytes} bytes, not ${add.size}`;
      throw new IntegrityError(pathIn(store, path), problem);
    });
    if (!read.isSound) noteUnreadable(store, indexFile(add), read, check);
  }
}

/**
 * Checks the files and their records.
 *
 * @param version The newest version of the table: no record is newer.
 * @returns The sound records, oldest first.
 */
export async function* checkRecords(
  store: TableStore,
  { adds, version }: Pick<Snapshot, "adds" | "version">,
  check: TableCheck,
  signal?: AbortSignal,
): AsyncGenerator<CheckedRecord> {
  let last = { version: -1, timestampUs: -1 };
  const files = Array.from(adds, indexFile);
  const load = async (file: IndexedFile): Promise<readonly Record[]> => {
    signal?.throwIfAborted();
    check.files++;
    const read = await attempt(() => readRecords(store, file.add));
    if (!read.isSound) {
      noteUnreadable(store, file, read, check);
      return [];
    }
    noteWrongStats(store, file.add, read.value, check);
    return read.value;
  };
  for await (const { record, file } of oldestFirst(files, load)) {
    const source = pathIn(store, storePath(store, file.add));
    check.records++;
    const read = await attempt(() => {
      requireTime(record, version, last, source);
      last = record;
      return entriesOf(record, source);
    });
    if (read.isSound) {
      yield { record, entries: read.value, source };
      continue;
    }
    check.unreadableRecords++;
    check.findings.push({
      severity: "damage",
      kind: "row",
      path: source,
      version: record.version,
      problem: `a row of the partition ${record.partId}: ${read.problem}`,
      lost: `what version ${record.version} changed in this partition`,
      remedy: FROM_BACKUP,
    });
  }
}

/** The path of a data file in its store. */
export function storePath(store: TableStore, add: AddFile): string {
  const log = pathIn(store, LOG_DIRECTORY);
  const path = decodePath(add.path, log);
  const isOutside = path.startsWith("/") ||
    /^[a-z][a-z0-9+.-]*:/i.test(path) || path.split("/").includes("..");
  if (!isOutside) return path;
  throw new IntegrityError(log, `it names a file outside of it: ${path}`);
}

async function readRecords(
  store: TableStore,
  add: AddFile,
): Promise<readonly Record[]> {
  const path = storePath(store, add);
  const source = pathIn(store, path);
  const bytes = await store.get(path);
  if (bytes.length !== add.size) {
    throw new IntegrityError(
      source,
      `it has ${bytes.length} bytes, not ${add.size}`,
    );
  }
  const { sha256 } = add.tags ?? {};
  const actual = sha256 === undefined ? undefined : await sha256Hex(bytes);
  if (actual !== sha256) {
    throw new IntegrityError(source, `its SHA-256 is ${actual}, not ${sha256}`);
  }
  return await DataFile.open(bytes, add, { source }).rows(EVERYTHING);
}

function noteUnreadable(
  store: TableStore,
  file: IndexedFile,
  { fault, problem }: { readonly fault: Fault; readonly problem: string },
  check: TableCheck,
): void {
  const { add, minVersion, maxVersion, numRecords } = file;
  const versions = minVersion === maxVersion
    ? `version ${minVersion}`
    : numRecords === undefined
    ? "versions that the log doesn't tell"
    : `the versions ${minVersion} to ${maxVersion}`;
  const finding: Finding = {
    severity: "damage",
    kind: "data file",
    path: pathIn(store, add.path),
    ...(minVersion === maxVersion ? { version: minVersion } : {}),
    problem,
    lost: numRecords === 1
      ? `a row of ${versions}`
      : `${numRecords ?? "some"} rows of ${versions}`,
    remedy: remedyFor(fault),
  };
  check.unreadable.push({ file, finding });
}

/** A file that is skipped because of them is a file that isn't read. */
function noteWrongStats(
  store: TableStore,
  add: AddFile,
  records: readonly Record[],
  check: TableCheck,
): void {
  const problem = problemOfStats(add, records) ?? problemOfTags(add, records);
  if (problem === undefined) return;
  check.findings.push({
    severity: "damage",
    kind: "data file",
    path: pathIn(store, add.path),
    problem: `the log says otherwise than its rows: ${problem}`,
    lost: "rows that are passed over when they are looked for",
    remedy: "merge it anew: pond maintain optimize; or restore the log",
  });
}

function problemOfStats(
  add: AddFile,
  records: readonly Record[],
): string | undefined {
  if (add.stats === undefined) return undefined;
  const isHive = typeof add.partitionValues.part_id === "string";
  const right = parseStats(statsOf(records, !isHive));
  const said = parseStats(add.stats);
  if (said === undefined) return "its statistics can't be read";
  const { numRecords } = said;
  if (numRecords !== undefined && numRecords !== records.length) {
    return `it has ${records.length} rows, not ${numRecords}`;
  }
  // What is said of a partition's column, which no file has, means nothing.
  const columns = ["timestamp", "version", ...(isHive ? [] : ["part_id"])];
  for (const column of columns) {
    const least = right?.minValues?.[column];
    const most = right?.maxValues?.[column];
    const min = said.minValues?.[column];
    const max = said.maxValues?.[column];
    // Bounds needn't be tight, and a bound that isn't said excludes nothing.
    if (isBefore(least, min)) return `its lowest ${column} is ${least}`;
    if (isBefore(max, most)) return `its highest ${column} is ${most}`;
    const nulls = said.nullCount?.[column] ?? 0;
    if (Number(nulls) !== 0) return `its ${column} is null nowhere`;
  }
  return undefined;
}

function isBefore(a: unknown, b: unknown): boolean {
  if (typeof a === "string" && typeof b === "string") return a < b;
  const isNumber = (value: unknown) =>
    typeof value === "number" || typeof value === "bigint";
  return isNumber(a) && isNumber(b) && Number(a) < Number(b);
}

/** Tags are exact, or not there. */
function problemOfTags(
  { tags = {} }: AddFile,
  records: readonly Record[],
): string | undefined {
  const right = partTags([...new Set(records.map(({ partId }) => partId))]);
  for (const tag of ["parts", "partPrefixes"]) {
    const said = tags[tag];
    if (said === undefined || said === right[tag]) continue;
    return `its tag ${tag} is not of its rows`;
  }
  return undefined;
}

/** Each version has one time, and a later one a later time (I7). */
function requireTime(
  { timestampUs, version }: Record,
  newest: number,
  last: Pick<Record, "version" | "timestampUs">,
  source: string,
): void {
  const problem = version > newest
    ? `its version is ${version}, and the newest is ${newest}`
    : version === last.version
    ? timestampUs !== last.timestampUs && "its version has another time, too"
    : timestampUs <= last.timestampUs &&
      "its time is not after that of the version before";
  if (problem !== false) throw new IntegrityError(source, problem);
}

function entriesOf(record: Record, source: string): OplogEntry[] {
  const entries = decodeOplogEntries(record.content, source);
  for (const { nodeId, partId } of entries) {
    if (partId === record.partId) continue;
    throw new IntegrityError(
      source,
      `its entry of the node ${nodeId} is of the partition ${partId}`,
    );
  }
  return entries;
}
