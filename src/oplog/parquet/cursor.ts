/**
 * A place in a column: its levels and values, one after the other.
 *
 * @module
 */
import type { DataValue } from "../data_type.ts";
import {
  type ColumnChunk,
  converting,
  type Page,
  PageReader,
  type ValuesDecoder,
} from "./pages.ts";
import type { ParquetNode } from "./schema_tree.ts";

const END: Page<DataValue> = {
  definitions: undefined,
  repetitions: undefined,
  values: [],
  numValues: 0,
};

/** Reads a column, row group after row group, decoding a page at a time. */
export class ColumnCursor {
  /** The column. */
  readonly node: ParquetNode;
  readonly #decode: ValuesDecoder<DataValue>;
  #pages: PageReader<DataValue> | undefined;
  #page = END;
  #at = 0;
  #valueAt = 0;

  /** @param convert Makes values of what is stored. */
  constructor(node: ParquetNode, convert: (raw: unknown) => DataValue) {
    this.node = node;
    this.#decode = converting(convert);
  }

  /** Goes to the beginning of a row group. */
  open(chunk: ColumnChunk): void {
    this.#pages = new PageReader(chunk, this.#decode);
    this.#turn();
  }

  /** Whether the row group has no more places. */
  get done(): boolean {
    return this.#at >= this.#page.numValues;
  }

  /** The definition level here. */
  get definition(): number {
    const { definitions } = this.#page;
    return definitions === undefined
      ? this.node.maxDefinition
      : definitions[this.#at] ?? 0;
  }

  /** The repetition level here; 0, where a row begins, at the end. */
  get repetition(): number {
    return this.#page.repetitions?.[this.#at] ?? 0;
  }

  /** The value here, and goes on; null where it isn't there. */
  next(): DataValue {
    if (this.done) throw new RangeError("a column ends before its rows do");
    const there = this.definition === this.node.maxDefinition;
    const value = there ? this.#page.values[this.#valueAt++] ?? null : null;
    this.#at++;
    if (this.done) this.#turn();
    return value;
  }

  #turn(): void {
    do {
      this.#page = this.#pages?.next() ?? END;
    } while (this.#page !== END && this.#page.numValues === 0);
    this.#at = 0;
    this.#valueAt = 0;
  }
}
