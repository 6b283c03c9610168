/**
 * Puts rows into pieces.
 *
 * @module
 */
import { type Bytes, concatBytes, sha256Hex } from "../bytes.ts";
import type { Record } from "../oplog/mod.ts";
import { ROW_PIECE_BYTES } from "./format.ts";
import type { RowSegment } from "./index_object.ts";
import type { PackWriter } from "./pack_writer.ts";
import { encodeRow } from "./row_piece.ts";

/** Writes the rows of a line. */
export class RowWriter {
  readonly #packs: PackWriter;
  #chunks: Bytes[] = [];
  #bytes = 0;
  #rows = 0;
  #minVersion = 0;
  #maxVersion = 0;
  readonly #segments: RowSegment[] = [];

  /** @param packs Where they are put. */
  constructor(packs: PackWriter) {
    this.#packs = packs;
  }

  /** Puts a row after the others. */
  async add(record: Record): Promise<void> {
    if (this.#rows === 0) this.#minVersion = record.version;
    this.#maxVersion = record.version;
    this.#rows++;
    for (const chunk of encodeRow(record)) {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
    }
    if (this.#bytes >= ROW_PIECE_BYTES) await this.#end();
  }

  /** Ends it, and says where the rows are. */
  async finish(): Promise<readonly RowSegment[]> {
    if (this.#rows > 0) await this.#end();
    return this.#segments;
  }

  async #end(): Promise<void> {
    const bytes = concatBytes(this.#chunks);
    this.#segments.push({
      minVersion: this.#minVersion,
      maxVersion: this.#maxVersion,
      rows: this.#rows,
      piece: await this.#packs.add(bytes, await sha256Hex(bytes)),
    });
    this.#chunks = [];
    this.#bytes = this.#rows = 0;
  }
}
