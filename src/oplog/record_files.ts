/**
 * The data files of an oplog: read, checked, and kept in memory for a while.
 *
 * @module
 */
import { DataFile, type RowSelection } from "./data_file.ts";
import type { AddFile, DeltaTable } from "./delta/mod.ts";
import { PieceDigests } from "./piece_digests.ts";
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
    const { path } = add;
    const file = this.#kept.get(path)?.file ?? await this.#opened(add);
    const rows = await file.rows(selection);
    this.#keep(path, file);
    return rows;
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
    const pieces = PieceDigests.of(add);
    if (pieces === undefined) {
      return DataFile.open(await this.#delta.readFile(add), add, source);
    }
    const bytes = await this.#delta.readFile(add, { unchecked: true });
    const check = (place: { readonly start: number; readonly end: number }) =>
      pieces.check(bytes, place, source);
    await check({ start: bytes.length - 1, end: bytes.length });
    return DataFile.open(bytes, add, source, check);
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
