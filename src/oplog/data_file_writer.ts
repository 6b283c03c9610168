/**
 * Writes the data files of one commit: one file, or one for each partition. What
 * is large becomes several files, so that one of them at a time is in memory.
 *
 * @module
 */
import { type Bytes, release, sha256By, sha256Hex } from "../bytes.ts";
import { bestEffort } from "../errors.ts";
import type { Host } from "../host/host.ts";
import {
  contentBytes,
  encodeRecords,
  LARGE_ROW_BYTES,
  statsOf,
} from "./data_file.ts";
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
  /** The rows in it; nothing of what is too large to be kept. */
  readonly records: readonly Record[] | undefined;
}

/** A file that is to be written. */
interface EncodedFile {
  readonly add: AddFile;
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
  /** Makes names ones of a kind, and hashes what is large. */
  readonly host: Pick<Host, "random" | "hasher">;
  /** One file, or one for each partition. */
  readonly layout: OplogLayout;
}

/** Content of one partition and transaction is split at about this size. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** Row groups of a commit with less content don't say which names they have. */
const FILTERED_BYTES = 64 * 1024;

/** From so many bytes on, memory counts more than what has to be loaded. */
const LARGE_DIGEST_BYTES = 256 * 1024;

/** Rows of a file that stay in memory for who reads them next. */
const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * A clustered file ends with the partition with which it has so many bytes. They
 * are written as they are: to compress so much would take longer than to write it.
 */
const LARGE_FILE_BYTES = 8 * 1024 * 1024;

/** Writes the data files of one commit. */
export class DataFileWriter {
  readonly #store: TableStore;
  readonly #host: DataFileOptions["host"];
  readonly #layout: OplogLayout;
  readonly #written: WrittenFile[] = [];
  /** Ends when the files that were begun are durable, or can't be. */
  #putting: Promise<unknown> | undefined;
  /** In the store; those of which that isn't known as well. */
  readonly #paths: string[] = [];

  /** @param options Where and how files are written. */
  constructor({ store, host, layout }: DataFileOptions) {
    this.#store = store;
    this.#host = host;
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
    const modifiedMs = Math.floor(timestampUs / 1000);
    const small: EncodedFile[] = [];
    const adds: AddFile[] = [];
    let sizeBytes = 0;
    let large: Promise<void> = Promise.resolve();
    const groups = this.#layout === "hive"
      ? sorted.map((draft) => [draft])
      : groupsOf(sorted);
    for (const group of groups) {
      const records = group.flatMap((draft) =>
        recordsOf(draft, version, timestampUs)
      );
      const file = await this.#encode(records, modifiedMs, true);
      adds.push(file.add);
      sizeBytes += file.bytes.length;
      const isLarge = file.bytes.length > KEPT_BYTES;
      this.#begun(file.add, isLarge ? undefined : records);
      if (!isLarge) {
        small.push(file);
        continue;
      }
      // One is written while the next one is encoded; more would be in memory.
      await large;
      large = this.#putLarge(file, records);
      this.#putting = Promise.allSettled([large]);
    }
    await large;
    const putting = Promise.allSettled([this.#put(small)]);
    this.#putting = putting;
    return {
      adds,
      sizeBytes,
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
    const file = await this.#encode(records, modifiedMs, false);
    this.#begun(file.add, records);
    await this.#put([file]);
  }

  /**
   * Writes a file each of rows that another table has had, and flushes them; the
   * rows are not kept.
   *
   * @param groups Rows as {@linkcode writeMerged} has them.
   * @param modifiedMs The present, milliseconds since the epoch.
   */
  async writeGroups(
    groups: readonly (readonly Record[])[],
    modifiedMs: number,
  ): Promise<void> {
    const files: EncodedFile[] = [];
    for (const records of groups) {
      const file = await this.#encode(records, modifiedMs, false);
      const add = { ...file.add, dataChange: true };
      this.#begun(add, undefined);
      files.push({ ...file, add });
    }
    await this.#put(files);
  }

  /** Removes the files, best effort: no commit names them. */
  async discard(): Promise<void> {
    await this.#putting;
    for (const path of this.#paths) {
      await bestEffort(() => this.#store.delete(path));
    }
  }

  /** Puts a file, and gives back what it and its rows have of memory. */
  async #putLarge(
    file: EncodedFile,
    records: readonly Record[],
  ): Promise<void> {
    for (const { content } of records) release(content);
    await this.#put([file]);
    release(file.bytes);
  }

  #begun(add: AddFile, records: readonly Record[] | undefined): void {
    this.#paths.push(add.path);
    this.#written.push({ add, records });
  }

  async #put(files: readonly EncodedFile[]): Promise<void> {
    if (files.length === 0) return;
    await this.#store.put(
      files.map(({ add: { path }, bytes }) => ({ path, bytes })),
    );
  }

  async #encode(
    records: readonly Record[],
    modificationTime: number,
    dataChange: boolean,
  ): Promise<EncodedFile> {
    const hive = this.#layout === "hive" ? records[0]?.partId : undefined;
    const bytes = await encodeRecords(records, {
      withPartId: hive === undefined,
      // A merge has the time to compress, and is the last to write these rows.
      plain: dataChange && contentBytes(records) >= LARGE_FILE_BYTES,
      // A commit doesn't wait for what a small file is read as fast without.
      filteredBytes: dataChange ? FILTERED_BYTES : 0,
    });
    const name = `part-${this.#host.random.uuidHex()}.parquet`;
    const add: AddFile = {
      path: hive === undefined ? name : `part_id=${hive}/${name}`,
      partitionValues: hive === undefined ? {} : { part_id: hive },
      size: bytes.length,
      modificationTime,
      dataChange,
      stats: statsOf(records, hive === undefined),
      tags: {
        sha256: await this.#digest(bytes),
        ...await pieceTags(bytes, name, (piece) => this.#digest(piece)),
        ...(hive === undefined ? partTags(partsOf(records)) : {}),
      },
    };
    return { add, bytes };
  }

  /** Of large bytes without a copy, by what has to be loaded. */
  async #digest(bytes: Bytes): Promise<string> {
    if (bytes.length < LARGE_DIGEST_BYTES) return await sha256Hex(bytes);
    return await sha256By(this.#host.hasher, bytes);
  }
}

/** What goes into one file each: all of it, or a part where it is large. */
function groupsOf(drafts: readonly RecordDraft[]): RecordDraft[][] {
  const groups: RecordDraft[][] = [];
  let bytes = LARGE_FILE_BYTES;
  for (const draft of drafts) {
    if (bytes >= LARGE_FILE_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(draft);
    for (const { content } of draft.entries) bytes += content?.length ?? 0;
  }
  return groups;
}

/** The partitions of sorted rows, each once. */
function partsOf(records: readonly Record[]): string[] {
  return [...new Set(records.map(({ partId }) => partId))];
}

/**
 * A draft as rows: one, or a few where the content is large. What is said of the
 * directory itself comes first, and stays together however large it is (I6). What
 * else was written into a large directory is in a row group of its own: who looks
 * names up doesn't read it.
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
    const isOwn = entry.fileType === "directory";
    const isFull = entries.length > 0 && bytes + size > MAX_RECORD_BYTES;
    if (isFull && !isOwn) flush();
    entries.push(entry);
    bytes += size;
    if (isOwn && size >= LARGE_ROW_BYTES) flush();
  }
  if (entries.length > 0) flush();
  return records;
}
