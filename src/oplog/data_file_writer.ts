/**
 * Writes the data files of one commit: one file, or one for each partition.
 *
 * @module
 */
import { type Bytes, sha256Hex } from "../bytes.ts";
import { bestEffort } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { encodeRecords, statsOf } from "./data_file.ts";
import type { AddFile } from "./delta/mod.ts";
import type { NameFlusher } from "./name_flusher.ts";
import { partTags } from "./partition_index.ts";
import { encodeOplogEntries, type OplogEntry, type Record } from "./record.ts";

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

/** Where and how data files are written. */
export interface DataFileOptions {
  /** The table's directory. */
  readonly directory: string;
  /** One file, or one for each partition. */
  readonly layout: OplogLayout;
  /** What flushes their names; nothing is flushed without. */
  readonly names: NameFlusher | undefined;
}

/** Content of one partition and transaction is split at about this size. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** Writes the data files of one commit. */
export class DataFileWriter {
  readonly #host: Host;
  readonly #directory: string;
  readonly #layout: OplogLayout;
  readonly #names: NameFlusher | undefined;
  readonly #written: WrittenFile[] = [];
  /** On the host; those of unfinished files as well. */
  readonly #paths: string[] = [];

  /**
   * @param host The platform.
   * @param options Where and how files are written.
   */
  constructor(
    host: Host,
    { directory, layout, names }: DataFileOptions,
  ) {
    this.#host = host;
    this.#directory = directory;
    this.#layout = layout;
    this.#names = names;
  }

  /** The files so far. */
  get written(): readonly WrittenFile[] {
    return this.#written;
  }

  /**
   * Writes one file, or one for each partition, and flushes them.
   *
   * @returns How many bytes.
   */
  async write(
    drafts: readonly RecordDraft[],
    version: number,
    timestampUs: number,
  ): Promise<number> {
    const sorted = [...drafts].sort((a, b) => a.partId < b.partId ? -1 : 1);
    const groups = this.#layout === "hive" ? sorted.map((d) => [d]) : [sorted];
    let bytes = 0;
    for (const group of groups) {
      const records = group.flatMap((draft) =>
        recordsOf(draft, version, timestampUs)
      );
      const modifiedMs = Math.floor(timestampUs / 1000);
      bytes += await this.#writeFile(records, modifiedMs, true);
    }
    await this.#names?.flush(this.#directory);
    return bytes;
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
    await this.#writeFile(records, modifiedMs, false);
    await this.#names?.flush(this.#directory);
  }

  /** Removes the files, best effort: no commit names them. */
  async discard(): Promise<void> {
    for (const path of this.#paths) {
      await bestEffort(() => this.#host.files.remove(path));
    }
  }

  async #writeFile(
    records: readonly Record[],
    modificationTime: number,
    dataChange: boolean,
  ): Promise<number> {
    const hive = this.#layout === "hive" ? records[0]?.partId : undefined;
    const bytes = await encodeRecords(records, hive === undefined);
    const name = `part-${this.#host.random.uuidHex()}.parquet`;
    const path = hive === undefined ? name : `part_id=${hive}/${name}`;
    await this.#create(path, bytes, hive);
    const add: AddFile = {
      path,
      partitionValues: hive === undefined ? {} : { part_id: hive },
      size: bytes.length,
      modificationTime,
      dataChange,
      stats: statsOf(records, hive === undefined),
      tags: {
        sha256: await sha256Hex(bytes),
        ...(hive === undefined ? partTags(partsOf(records)) : {}),
      },
    };
    this.#written.push({ add, records });
    return bytes.length;
  }

  async #create(
    path: string,
    bytes: Bytes,
    hive: string | undefined,
  ): Promise<void> {
    const { files } = this.#host;
    const directory = hive === undefined
      ? this.#directory
      : `${this.#directory}/part_id=${hive}`;
    if (hive !== undefined) await files.makeDirectory(directory);
    const full = `${this.#directory}/${path}`;
    this.#paths.push(full);
    await using file = await files.create(full);
    await file.write(bytes);
    if (!this.#names) return;
    await file.sync();
    if (hive !== undefined) await this.#names.flush(directory);
  }
}

/** The partitions of sorted rows, each once. */
function partsOf(records: readonly Record[]): string[] {
  return [...new Set(records.map(({ partId }) => partId))];
}

/** A draft as rows: one, or a few where the content is large. */
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
  }
  flush();
  return records;
}
