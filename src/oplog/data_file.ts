/**
 * Data files: records as rows of a Parquet file.
 *
 * ```text
 * part_id     STRING      not in the hive layout, where it's the partition
 * timestamp   INT64       microseconds since the epoch, UTC
 * version     INT64
 * content     BYTE_ARRAY  Arrow IPC stream of OplogEntry
 * ```
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { AddFile } from "./delta/mod.ts";
import { formatStats } from "./delta/stats.ts";
import {
  type Columns,
  type DecodeOptions,
  encodeParquet,
  openParquet,
  type ParquetColumn,
  type ParquetGroup,
} from "./parquet.ts";
import type { Record } from "./record.ts";

/** Which rows of a file are wanted: others may come, too. */
export interface RowSelection {
  /** The partition; every one when left out. */
  readonly partId?: string;
  /** Lowest version. */
  readonly minVersion: number;
  /** Highest version. */
  readonly maxVersion: number;
  /** Earliest time, microseconds since the epoch, UTC; any when left out. */
  readonly minTimestampUs?: number;
  /** Latest time. */
  readonly maxTimestampUs?: number;
  /** Only directory records with an entry of this name; all of them for `""`. */
  readonly name?: string;
}

/** A row without its content. */
export type RowKey = Omit<Record, "content">;

/** Rows of a file that are decoded together. */
export interface RowBlock {
  /** The highest version of a row; more than any where that isn't known. */
  readonly maxVersion: number;
  /**
   * Decodes the rows, in the order of the file; none where none is wanted.
   *
   * @throws {IntegrityError} When they are no records.
   */
  rows(): Promise<readonly Record[]>;
  /**
   * Decodes no content.
   *
   * @throws {IntegrityError} When they are no records.
   */
  keys(): Promise<readonly RowKey[]>;
}

/** The member of the footer with {@linkcode RowGroup.nameFilter}s. */
const NAMES_KEY = "pond.names";

/** A row group ends when it has so many bytes of content. */
const ROW_GROUP_BYTES = 256 * 1024;

/** It ends with a row that has so many by itself, too. */
export const LARGE_ROW_BYTES = 64 * 1024;

/** And with its partition, when it has so many: who reads one reads no other. */
const PART_BYTES = 64 * 1024;

/**
 * Encodes records, in their order.
 *
 * @param options With `withPartId`, the partition is a column; with `plain`, the
 *   content is not compressed. Row groups of at least `filteredBytes` of content
 *   say which names their directory records have.
 */
export async function encodeRecords(
  records: readonly Record[],
  { filteredBytes, plain = false, withPartId }: {
    readonly withPartId: boolean;
    readonly plain?: boolean;
    readonly filteredBytes: number;
  },
): Promise<Bytes> {
  const columns: ParquetColumn[] = [
    {
      name: "timestamp",
      type: "INT64",
      values: records.map((r) => BigInt(r.timestampUs)),
    },
    {
      name: "version",
      type: "INT64",
      values: records.map((r) => BigInt(r.version)),
    },
    {
      name: "content",
      type: "BYTE_ARRAY",
      values: records.map((r) => r.content),
      plain,
    },
  ];
  const partId: ParquetColumn = {
    name: "part_id",
    type: "STRING",
    values: records.map((r) => r.partId),
  };
  const rowGroups = rowGroupsOf(records);
  return await encodeParquet(
    withPartId ? [partId, ...columns] : columns,
    rowGroups,
    await namePairs(records, rowGroups, filteredBytes),
  );
}

/** What the footer says of names; nothing of small rows. */
async function namePairs(
  records: readonly Record[],
  rowGroups: readonly number[],
  leastBytes: number,
): Promise<(readonly [key: string, value: string])[]> {
  if (contentBytes(records) < leastBytes) return [];
  const { nameFilters } = await import("./name_filter.ts");
  const filters = nameFilters(records, rowGroups, leastBytes);
  const isEmpty = filters.every((filter) => filter === "");
  return isEmpty ? [] : [[NAMES_KEY, filters.join(",")]];
}

/** How many rows each row group of a file has. */
export function rowGroupsOf(records: readonly Record[]): number[] {
  const groups: number[] = [];
  let rows = 0;
  let bytes = 0;
  for (const [i, { content, partId }] of records.entries()) {
    rows++;
    bytes += content.length;
    const isLast = bytes >= PART_BYTES && records[i + 1]?.partId !== partId;
    const isFull = bytes >= ROW_GROUP_BYTES ||
      content.length >= LARGE_ROW_BYTES;
    if (!isFull && !isLast) continue;
    groups.push(rows);
    rows = bytes = 0;
  }
  if (rows > 0) groups.push(rows);
  return groups;
}

/** Decoded row groups of one file that stay in memory, by their bytes. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** A data file, decoded a row group at a time. */
export class DataFile {
  readonly #groups: RowGroup[];
  /** Those that are decoded, the least recently used one first. */
  readonly #decoded = new Set<RowGroup>();
  #heldBytes: number;

  private constructor(groups: RowGroup[], heldBytes: number) {
    this.#groups = groups;
    this.#heldBytes = heldBytes;
  }

  /**
   * Opens a file.
   *
   * @param bytes The file, after its digest was checked; or its end, after that
   *   of its footer was, when there is `readPart`.
   * @param add What the log says of it.
   * @param options The path, for errors; reads and checks a part of the file.
   * @throws {IntegrityError} When it is no Parquet file.
   */
  static open(bytes: Bytes, add: AddFile, options: DecodeOptions): DataFile {
    const { groups: all, keyValues } = openParquet(bytes, options);
    const listed = keyValues.get(NAMES_KEY)?.split(",") ?? [];
    // Other row groups than these filters are of: another engine's.
    const filters = listed.length === all.length ? listed : [];
    const groups = all.map((group, i) => {
      const bounds = boundsOf(group);
      return {
        nameFilter: filters[i] ?? "",
        maxVersion: Number(bounds.version?.max ?? Infinity),
        includes: (selection: RowSelection) => mayHold(bounds, selection),
        isMixed: bounds.partId?.min !== bounds.partId?.max,
        open: () => openGroup(group, add, options.source),
        records: undefined,
      };
    });
    return new DataFile(groups, bytes.length);
  }

  /** A file of these rows, which needn't be decoded. */
  static of(records: readonly Record[]): DataFile {
    const group = {
      nameFilter: "",
      maxVersion: Infinity,
      includes: () => true,
      isMixed: false,
      open: () =>
        Promise.resolve({
          keys: () => Promise.resolve(records),
          records: () => Promise.resolve(records),
        }),
      records,
    };
    return new DataFile([group], contentBytes(records));
  }

  /** Bytes that it keeps in memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * The rows of all row groups that may have some of the selection, in the order
   * of the file.
   *
   * @throws {IntegrityError} When its rows are no records.
   */
  async rows(selection: RowSelection): Promise<readonly Record[]> {
    const found: (readonly Record[])[] = [];
    for (const block of await this.blocks(selection)) {
      found.push(await block.rows());
    }
    const [first = [], ...others] = found;
    return others.length === 0 ? first : found.flat();
  }

  /** The row groups that may have rows of the selection, in their order. */
  async blocks(selection: RowSelection): Promise<RowBlock[]> {
    const groups = this.#groups.filter((group) => group.includes(selection));
    return (await withName(groups, selection)).map((group) => ({
      maxVersion: group.maxVersion,
      rows: () => this.#rowsOf(group, selection),
      keys: async () => group.records ?? await (await group.open()).keys(),
    }));
  }

  async #rowsOf(
    group: RowGroup,
    selection: RowSelection,
  ): Promise<readonly Record[]> {
    const records = group.records ?? await decoded(group, selection);
    if (records === undefined) return [];
    // Whoever has decoded them meanwhile has counted them.
    if (group.records === undefined) this.#heldBytes += contentBytes(records);
    group.records = records;
    this.#decoded.delete(group);
    this.#decoded.add(group);
    for (const oldest of this.#decoded) {
      if (this.#heldBytes <= KEPT_BYTES || oldest === group) break;
      this.#decoded.delete(oldest);
      this.#heldBytes -= contentBytes(oldest.records ?? []);
      oldest.records = undefined;
    }
    return records;
  }
}

/** The rows of a group, unless none of them is wanted. */
async function decoded(
  { isMixed, open }: RowGroup,
  selection: RowSelection,
): Promise<readonly Record[] | undefined> {
  const group = await open();
  // Bounds of several partitions say little of one: its rows may be elsewhere.
  const isAsked = isMixed && selection.partId !== undefined;
  if (isAsked && !(await group.keys()).some((key) => isIn(key, selection))) {
    return undefined;
  }
  return await group.records();
}

function isIn(
  { partId, version }: RowKey,
  { maxVersion, minVersion, partId: wanted }: RowSelection,
): boolean {
  return partId === wanted && version >= minVersion && version <= maxVersion;
}

interface RowGroup {
  /** Says which names its directory records have; empty: any. */
  readonly nameFilter: string;
  readonly maxVersion: number;
  includes(selection: RowSelection): boolean;
  /** Whether it has rows of several partitions. */
  readonly isMixed: boolean;
  /** Reads its bytes. */
  readonly open: () => Promise<OpenGroup>;
  records: readonly Record[] | undefined;
}

/** Those that may have what a name is looked for in. */
async function withName(
  groups: readonly RowGroup[],
  { name, partId }: RowSelection,
): Promise<readonly RowGroup[]> {
  if (name === undefined || partId === undefined) return groups;
  const { mayHaveName } = await import("./name_filter.ts");
  return groups.filter(({ nameFilter }) =>
    nameFilter === "" || mayHaveName(nameFilter, partId, name)
  );
}

/** What a row group may hold, of each column that is asked about. */
interface GroupBounds {
  readonly version: ReturnType<ParquetGroup["bounds"]>;
  readonly timestamp: ReturnType<ParquetGroup["bounds"]>;
  readonly partId: ReturnType<ParquetGroup["bounds"]>;
}

function boundsOf(group: ParquetGroup): GroupBounds {
  return {
    version: group.bounds("version"),
    timestamp: group.bounds("timestamp"),
    partId: group.bounds("part_id"),
  };
}

/** A bound that isn't known excludes nothing. */
function mayHold(bounds: GroupBounds, selection: RowSelection): boolean {
  const { partId, minVersion, maxVersion } = selection;
  const { minTimestampUs, maxTimestampUs } = selection;
  if (!isWithin(bounds.version, minVersion, maxVersion)) return false;
  if (!isWithin(bounds.timestamp, minTimestampUs, maxTimestampUs)) return false;
  const part = bounds.partId;
  if (partId === undefined || part === undefined) return true;
  return String(part.min) <= partId && partId <= String(part.max);
}

function isWithin(
  bounds: ReturnType<ParquetGroup["bounds"]>,
  min: number = -Infinity,
  max: number = Infinity,
): boolean {
  return bounds === undefined ||
    (Number(bounds.max) >= min && Number(bounds.min) <= max);
}

/** A row group whose bytes are in memory. */
interface OpenGroup {
  keys(): Promise<readonly RowKey[]>;
  records(): Promise<readonly Record[]>;
}

/** The columns of a {@linkcode RowKey}. */
const KEY_COLUMNS = ["part_id", "timestamp", "version"] as const;

/**
 * Decodes a row group.
 *
 * @param add What the log says of its file.
 * @param source The file's path, for errors.
 * @throws {IntegrityError} When its rows are no records.
 */
export async function decodeGroup(
  group: ParquetGroup,
  add: AddFile,
  source: string,
): Promise<readonly Record[]> {
  return await (await openGroup(group, add, source)).records();
}

async function openGroup(
  group: ParquetGroup,
  { partitionValues }: AddFile,
  source: string,
): Promise<OpenGroup> {
  const read = await group.load();
  const hive = partitionValues.part_id;
  const keyOf = (columns: Columns, i: number): RowKey => {
    const partId = typeof hive === "string"
      ? hive
      : columns.get("part_id")?.[i];
    const timestamp = columns.get("timestamp")?.[i];
    const version = columns.get("version")?.[i];
    if (
      typeof partId === "string" && typeof timestamp === "bigint" &&
      typeof version === "bigint"
    ) {
      const timestampUs = Number(timestamp);
      return { partId, timestampUs, version: Number(version) };
    }
    throw noRecord(source, i);
  };
  const { numRows: length } = group;
  return {
    async keys() {
      const columns = await read(KEY_COLUMNS);
      return Array.from({ length }, (_, i) => keyOf(columns, i));
    },
    async records() {
      const columns = await read();
      const contents = columns.get("content");
      return Array.from({ length }, (_, i): Record => {
        const content = contents?.[i];
        if (!(content instanceof Uint8Array)) throw noRecord(source, i);
        // A copy begins where Arrow wants it to, and lets go of the page.
        return { ...keyOf(columns, i), content: content.slice() };
      });
    },
  };
}

function noRecord(source: string, row: number): IntegrityError {
  return new IntegrityError(source, `row ${row} is no record of a pond`);
}

/** Bytes of the content of records. */
export function contentBytes(records: readonly Record[]): number {
  let bytes = 0;
  for (const { content } of records) bytes += content.length;
  return bytes;
}

/** Statistics of all columns but the content. */
export function statsOf(
  records: readonly Record[],
  withPartId: boolean,
): string {
  return formatStats(records.length, {
    ...(withPartId ? { part_id: records.map((r) => r.partId) } : {}),
    timestamp: records.map((r) => r.timestampUs),
    version: records.map((r) => r.version),
  });
}
