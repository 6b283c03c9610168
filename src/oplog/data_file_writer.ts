/**
 * Writes the data files of one commit: one file, or one for each partition.
 *
 * @module
 */
import { type Bytes, sha256Hex } from "../bytes.ts";
import { bestEffort } from "../errors.ts";
import type { Random } from "../host/host.ts";
import { encodeRecords, LARGE_ROW_BYTES, statsOf } from "./data_file.ts";
import type { AddFile } from "./delta/mod.ts";
import { pieceTags } from "./piece_digests.ts";
import { partTags } from "./partition_index.ts";
import { encodeOplogEntries, type OplogEntry, type Record } from "./record.ts";
import type { TableStore } from "./store/store.ts";

/** How the data files are laid out. */
export type OplogLayout = "clustered" | "hive";

/** The entries of one partition, to be written. */
export interface RecordDraft {
  /** The partition. */
  readonly partId: string;
  /** The entries, in order. */
  readonly entries: readonly OplogEntry[];
}

/** A file that was written. */
export interface WrittenFile {
  /** What the log shall say of it. */
  readonly add: AddFile;
  /** The rows in it. */
  readonly records: readonly Record[];
}

/** A file that is to be written. */
interface EncodedFile extends WrittenFile {
  readonly bytes: Bytes;
}

/** Files that are being written. */
export interface BegunFiles {
  /** What the log shall say of them. */
  readonly adds: readonly AddFile[];
  /** How many bytes they have. */
  readonly sizeBytes: number;
  /** Resolves when they are durable. */
  readonly durable: () => Promise<void>;
}

/** Where and how data files are written. */
export interface DataFileOptions {
  /** Where the table is. */
  readonly store: TableStore;
  /** Makes names ones of a kind. */
  readonly random: Random;
  /** One file, or one for each partition. */
  readonly layout: OplogLayout;
}

/** Content of one partition and transaction is split at about this size. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** Row groups of a commit with less content don't say which names they have. */
const FILTERED_BYTES = 64 * 1024;

/** Writes the data files of one commit. */
export class DataFileWriter {
  readonly #store: TableStore;
  readonly #random: Random;
  readonly #layout: OplogLayout;
  readonly #written: WrittenFile[] = [];
  /** Ends when the files that were begun are durable, or can't be. */
  #putting: Promise<unknown> | undefined;
  /** In the store; those of which that isn't known as well. */
  readonly #paths: string[] = [];

  /** @param options Where and how files are written. */
  constructor({ store, random, layout }: DataFileOptions) {
    this.#store = store;
    this.#random = random;
    this.#layout = layout;
  }

  /** The files so far. */
  get written(): readonly WrittenFile[] {
    return this.#written;
  }

  /** Writes one file, or one for each partition, and flushes them. */
  async write(
    drafts: readonly RecordDraft[],
    version: number,
    timestampUs: number,
  ): Promise<void> {
    await (await this.begin(drafts, version, timestampUs)).durable();
  }

  /**
   * Begins to write one file, or one for each partition, and to flush them.
   *
   * @returns What the log shall say of them, once they are durable.
   */
  async begin(
    drafts: readonly RecordDraft[],
    version: number,
    timestampUs: number,
  ): Promise<BegunFiles> {
    const sorted = [...drafts].sort((a, b) => a.partId < b.partId ? -1 : 1);
    const groups = this.#layout === "hive" ? sorted.map((d) => [d]) : [sorted];
    const modifiedMs = Math.floor(timestampUs / 1000);
    const files: EncodedFile[] = [];
    for (const group of groups) {
      const records = group.flatMap((draft) =>
        recordsOf(draft, version, timestampUs)
      );
      files.push(await this.#encode(records, modifiedMs, true));
    }
    const putting = Promise.allSettled([this.#put(files)]);
    this.#putting = putting;
    return {
      adds: files.map(({ add }) => add),
      sizeBytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
      durable: async () => {
        const [result] = await putting;
        if (result.status === "rejected") throw result.reason;
      },
    };
  }

  /**
   * Writes one file of rows that the table has already, and flushes it.
   *
   * @param records Sorted by partition, then version; in the hive layout of one
   *   partition.
   * @param modifiedMs The present, milliseconds since the epoch.
   */
  async writeMerged(
    records: readonly Record[],
    modifiedMs: number,
  ): Promise<void> {
    await this.#put([await this.#encode(records, modifiedMs, false)]);
  }

  /** Removes the files, best effort: no commit names them. */
  async discard(): Promise<void> {
    await this.#putting;
    for (const path of this.#paths) {
      await bestEffort(() => this.#store.delete(path));
    }
  }

  async #put(files: readonly EncodedFile[]): Promise<void> {
    for (const { add } of files) this.#paths.push(add.path);
    await this.#store.put(
      files.map(({ add: { path }, bytes }) => ({ path, bytes })),
    );
    for (const { add, records } of files) this.#written.push({ add, records });
  }

  async #encode(
    records: readonly Record[],
    modificationTime: number,
    dataChange: boolean,
  ): Promise<EncodedFile> {
    const hive = this.#layout === "hive" ? records[0]?.partId : undefined;
    const bytes = await encodeRecords(
      records,
      hive === undefined,
      // A commit doesn't wait for what a small file is read as fast without.
      dataChange ? FILTERED_BYTES : 0,
    );
    const name = `part-${this.#random.uuidHex()}.parquet`;
    const add: AddFile = {
      path: hive === undefined ? name : `part_id=${hive}/${name}`,
      partitionValues: hive === undefined ? {} : { part_id: hive },
      size: bytes.length,
      modificationTime,
      dataChange,
      stats: statsOf(records, hive === undefined),
      tags: {
        sha256: await sha256Hex(bytes),
        ...await pieceTags(bytes, name),
        ...(hive === undefined ? partTags(partsOf(records)) : {}),
      },
    };
    return { add, records, bytes };
  }
}

/** The partitions of sorted rows, each once. */
function partsOf(records: readonly Record[]): string[] {
  return [...new Set(records.map(({ partId }) => partId))];
}

/**
 * A draft as rows: one, or a few where the content is large. What else was
 * written into a large directory is in a row group of its own: who looks names
 * up doesn't read it.
 */
function recordsOf(
  draft: RecordDraft,
  version: number,
  timestampUs: number,
): Record[] {
  const records: Record[] = [];
  let entries: OplogEntry[] = [];
  let bytes = 0;
  const flush = () => {
    const content = encodeOplogEntries(entries);
    records.push({ partId: draft.partId, timestampUs, version, content });
    entries = [];
    bytes = 0;
  };
  for (const entry of draft.entries) {
    const size = entry.content?.length ?? 0;
    if (entries.length > 0 && bytes + size > MAX_RECORD_BYTES) flush();
    entries.push(entry);
    bytes += size;
    if (entry.fileType === "directory" && size >= LARGE_ROW_BYTES) flush();
  }
  if (entries.length > 0) flush();
  return records;
}
