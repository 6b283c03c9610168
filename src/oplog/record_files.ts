/**
 * The data files of an oplog: read, checked, and kept in memory for a while.
 *
 * @module
 */
import { DataFile, type RowBlock, type RowSelection } from "./data_file.ts";
import type { AddFile, DeltaTable } from "./delta/mod.ts";
import type { FileRange } from "./parquet.ts";
import type { PieceDigests } from "./piece_digests.ts";
import type { Record } from "./record.ts";

/** Files that are kept in memory, by their bytes and those of their content. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** The data files of one table. */
export class RecordFiles {
  readonly #delta: DeltaTable;
  /** The least recently used one first; with the bytes that count for it. */
  readonly #kept = new Map<string, { file: DataFile; bytes: number }>();
  #keptBytes = 0;
  /** Files that are being read: whoever wants one too waits for it. */
  readonly #opening = new Map<string, Promise<DataFile>>();

  /** @param delta The table. */
  constructor(delta: DeltaTable) {
    this.#delta = delta;
  }

  /**
   * Reads rows of a file; its bytes are checked before they are decoded.
   *
   * @returns All rows that the selection asks for, and maybe others.
   * @throws {IntegrityError} When it is missing or damaged.
   */
  async rows(
    add: AddFile,
    selection: RowSelection,
  ): Promise<readonly Record[]> {
    const file = await this.#file(add);
    const rows = await file.rows(selection);
    this.#keep(add.path, file);
    return rows;
  }

  /**
   * Parts of a file, of which each is read and checked when its rows are asked
   * for.
   *
   * @returns All that may have rows of the selection.
   * @throws {IntegrityError} When it is missing or damaged.
   */
  async blocks(
    add: AddFile,
    selection: RowSelection,
  ): Promise<readonly RowBlock[]> {
    const file = await this.#file(add);
    this.#keep(add.path, file);
    return (await file.blocks(selection)).map(({ keys, maxVersion, rows }) => ({
      maxVersion,
      keys,
      rows: async () => {
        const records = await rows();
        this.#keep(add.path, file);
        return records;
      },
    }));
  }

  /** Keeps the rows of a file that was just written. */
  keep({ path }: AddFile, records: readonly Record[]): void {
    this.#keep(path, DataFile.of(records));
  }

  /** Keeps a file no more. */
  forget(path: string): void {
    const kept = this.#kept.get(path);
    if (kept === undefined) return;
    this.#kept.delete(path);
    this.#keptBytes -= kept.bytes;
  }

  async #file(add: AddFile): Promise<DataFile> {
    return this.#kept.get(add.path)?.file ?? await this.#opened(add);
  }

  async #opened(add: AddFile): Promise<DataFile> {
    const running = this.#opening.get(add.path);
    if (running !== undefined) return await running;
    const opening = this.#open(add);
    this.#opening.set(add.path, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(add.path);
    }
  }

  async #open(add: AddFile): Promise<DataFile> {
    const source = this.#delta.dataPath(add);
    const pieces = await piecesOf(add);
    if (pieces === undefined) {
      return DataFile.open(await this.#delta.readFile(add), add, { source });
    }
    const readPart = (range: FileRange) =>
      pieces.read(range, source, (range) => this.#delta.readPart(add, range));
    const { bytes } = await readPart(pieces.footer);
    return DataFile.open(bytes, add, { source, readPart });
  }

  /** Keeps a file, and as many others as there is room for. */
  #keep(path: string, file: DataFile): void {
    this.forget(path);
    const bytes = file.heldBytes;
    this.#kept.set(path, { file, bytes });
    this.#keptBytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= CACHE_BYTES || oldest === path) break;
      this.forget(oldest);
    }
  }
}

/** Small files have none: then what reads them isn't loaded. */
async function piecesOf(add: AddFile): Promise<PieceDigests | undefined> {
  if (add.tags?.pieces === undefined) return undefined;
  const { PieceDigests } = await import("./piece_digests.ts");
  return PieceDigests.of(add);
}
