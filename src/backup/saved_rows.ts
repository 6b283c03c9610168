/**
 * The rows of a snapshot's lines, and its blobs, out of the backup.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { IntegrityError, invariant } from "../errors.ts";
import type { Hasher } from "../host/host.ts";
import type { Record } from "../oplog/mod.ts";
import type { IndexContent, RowSegment, SavedBlob } from "./index_object.ts";
import type { PackReader } from "./pack_reader.ts";
import { decodeRows } from "./row_piece.ts";
import type { SavedLine, SnapshotContent } from "./snapshot.ts";

/** A row, and where it is. */
export interface SavedRow {
  /** The row. */
  readonly record: Record;
  /** The piece that it is in, for errors. */
  readonly source: string;
}

/** Reads the rows of a snapshot. */
export class SavedRows {
  readonly #lines: ReadonlyMap<string, SavedLine>;
  readonly #index: IndexContent;
  readonly #packs: PackReader;
  readonly #source: string;

  /**
   * @param index All indexes of the snapshot, as one.
   * @param source What the snapshot is called, for errors.
   */
  constructor(
    { lines }: SnapshotContent,
    index: IndexContent,
    packs: PackReader,
    source: string,
  ) {
    this.#lines = new Map(lines.map((line) => [line.id, line]));
    this.#index = index;
    this.#packs = packs;
    this.#source = source;
  }

  /**
   * All rows of a line, in the order of their versions.
   *
   * @throws {IntegrityError} When they are not those that were saved.
   */
  async *of(id: string): AsyncGenerator<SavedRow> {
    const { base } = this.#line(id);
    if (base !== undefined) yield* this.#until(base.line, base.version);
    yield* this.own(id);
  }

  /** The rows of a line without those of its base. */
  async *own(id: string): AsyncGenerator<SavedRow> {
    const line = this.#line(id);
    let count = 0;
    let version = line.base?.version ?? -1;
    for (const segment of this.#segments(id)) {
      for await (const row of this.#read(segment)) {
        const { record } = row;
        if (record.version < version || record.version > line.version) {
          throw new IntegrityError(row.source, "its rows are in no order");
        }
        version = record.version;
        count++;
        yield row;
      }
    }
    if (count === line.rows) return;
    throw new IntegrityError(
      this.#source,
      `the line ${line.name} has ${count} rows in the indexes, not ${line.rows}`,
    );
  }

  async *#until(id: string, version: number): AsyncGenerator<SavedRow> {
    const { base } = this.#line(id);
    if (base !== undefined) {
      yield* this.#until(base.line, Math.min(base.version, version));
    }
    for (const segment of this.#segments(id)) {
      if (segment.minVersion > version) return;
      for await (const row of this.#read(segment)) {
        if (row.record.version <= version) yield row;
      }
    }
  }

  async *#read(segment: RowSegment): AsyncGenerator<SavedRow> {
    const { maxVersion, minVersion, piece, rows } = segment;
    const source = this.#packs.sourceOf(piece);
    let count = 0;
    for (const record of decodeRows(await this.#packs.read(piece), source)) {
      if (record.version < minVersion || record.version > maxVersion) {
        throw new IntegrityError(source, `it has a row of v${record.version}`);
      }
      count++;
      yield { record, source };
    }
    if (count === rows) return;
    throw new IntegrityError(source, `it has ${count} rows, not ${rows}`);
  }

  #segments(id: string): readonly RowSegment[] {
    return this.#index.rows.get(id) ?? [];
  }

  #line(id: string): SavedLine {
    const line = this.#lines.get(id);
    invariant(line !== undefined, "a snapshot has the lines that it names");
    return line;
  }
}

/**
 * The content of a blob, each chunk checked; its hash is, after the last one.
 *
 * @throws {IntegrityError} When it isn't what its name says.
 */
export async function* blobChunks(
  { pieces, sha256 }: SavedBlob,
  packs: PackReader,
  hasher: Hasher,
): AsyncGenerator<Bytes> {
  const [only, ...others] = pieces;
  if (only !== undefined && others.length === 0 && only.sha256 === sha256) {
    yield await packs.read(only);
    return;
  }
  const hash = await hasher.sha256();
  let source = "";
  for (const piece of pieces) {
    source = packs.sourceOf(piece);
    const bytes = await packs.read(piece);
    hash.update(bytes);
    yield bytes;
  }
  const actual = hash.digestHex();
  if (actual === sha256) return;
  throw new IntegrityError(
    source,
    `the blob ${sha256} that ends there has the SHA-256 ${actual}`,
  );
}
