/**
 * Columns of a file that is in memory, each decoded as a whole, and read row by
 * row: for files of many rows and small values, such as checkpoints, of which
 * most columns are null in most rows. (`assemble.ts` reads a file of any size
 * and any shape.)
 *
 * Readers of rows are asked for one row after the other, and may pass over rows.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import type { DataType } from "../data_type.ts";
import { type ChunkSource, placeOf, type RowGroup } from "./footer.ts";
import { converting, PageReader, type ValuesDecoder } from "./pages.ts";
import { childNamed, type ParquetNode } from "./schema_tree.ts";
import { decodeTexts } from "./texts.ts";
import { converterOf, type FileConventions, mismatch } from "./values.ts";

/** Reads a value of a row; null where there is none. */
export type RowReader<T> = (row: number) => T | null;

/** A column of a row group. */
interface Column<T> {
  readonly node: ParquetNode;
  readonly numPlaces: number;
  readonly definitions: Uint8Array | undefined;
  readonly repetitions: Uint8Array | undefined;
  /** Those that are there. */
  readonly values: readonly T[];
}

/** What takes items: how it begins, and what it does with a key and a value. */
export interface Collector<C> {
  /** Makes one without items. */
  readonly begin: () => C;
  /** Adds an item. */
  readonly add: (items: C, key: string | null, value: string | null) => void;
}

const LONG: DataType = { kind: "long" };
const BOOLEAN: DataType = { kind: "boolean" };
const STRING: DataType = { kind: "string" };
const LIST: DataType = { kind: "array", element: STRING };
const MAP: DataType = { kind: "map", key: STRING, value: STRING };

/** Nothing of a checkpoint is a date. */
const CONVENTIONS: FileConventions = { julianDates: false, julianInt96: false };

/** A few bytes can claim any number of nulls: none of them gets so much memory. */
const MAX_PLACES = 16 * 1024 * 1024;

/** The columns of one row group. */
export class GroupColumns {
  /** How many rows. */
  readonly numRows: number;
  readonly #bytes: Bytes;
  readonly #source: ChunkSource;
  readonly #group: RowGroup;

  /** @param source The file that the bytes are. */
  constructor(bytes: Bytes, source: ChunkSource, group: RowGroup) {
    this.#bytes = bytes;
    this.#source = source;
    this.#group = group;
    this.numRows = Number(group.num_rows);
  }

  /**
   * Tells in which rows an optional group is there: by the smallest of its
   * columns.
   *
   * @returns `undefined` when it is in none.
   */
  presence(group: ParquetNode): ((row: number) => boolean) | undefined {
    const leaf = this.#smallestLeaf(group);
    if (leaf === undefined) return undefined;
    const { definitions, numPlaces } = this.#column(leaf, undefined);
    this.#requireRows(leaf, numPlaces);
    const level = group.maxDefinition;
    if (definitions === undefined) return () => true;
    if (!definitions.some((definition) => definition >= level)) {
      return undefined;
    }
    return (row) => (definitions[row] ?? 0) >= level;
  }

  /** Reads texts. */
  texts(node: ParquetNode): RowReader<string> {
    return this.#values(this.#textColumn(node));
  }

  /** Reads integers, as numbers. */
  numbers(node: ParquetNode): RowReader<number> {
    const convert = converterOf(node, LONG, CONVENTIONS);
    if (convert === undefined) throw mismatch(node, LONG);
    const decode = converting((raw) => Number(convert(raw)));
    return this.#values(this.#column(node, decode));
  }

  /** Reads booleans. */
  booleans(node: ParquetNode): RowReader<boolean> {
    const convert = converterOf(node, BOOLEAN, CONVENTIONS);
    if (convert === undefined) throw mismatch(node, BOOLEAN);
    const decode = converting((raw) => convert(raw) === true);
    return this.#values(this.#column(node, decode));
  }

  /** Reads maps of texts. */
  maps<C>(node: ParquetNode, collector: Collector<C>): RowReader<C> {
    const [repeated, ...others] = node.children;
    const [key, value, ...more] = repeated?.children ?? [];
    if (
      repeated?.element.repetition_type !== "REPEATED" || key === undefined ||
      value === undefined || others.length > 0 || more.length > 0
    ) throw mismatch(node, MAP);
    const columns = [this.#textColumn(key), this.#textColumn(value)] as const;
    return this.#items(node, repeated, columns, collector);
  }

  /** Reads lists of texts. */
  lists(node: ParquetNode): RowReader<(string | null)[]> {
    const isBare = node.element.repetition_type === "REPEATED";
    const [only, ...others] = isBare ? [node] : node.children;
    if (
      only?.element.repetition_type !== "REPEATED" || others.length > 0 ||
      only.children.length > 1
    ) throw mismatch(node, LIST);
    const column = this.#textColumn(only.children[0] ?? only);
    return this.#items(node, only, [column, column], {
      begin: (): (string | null)[] => [],
      add: (items, _, value) => items.push(value),
    });
  }

  #textColumn(node: ParquetNode): Column<string> {
    if (converterOf(node, STRING, CONVENTIONS) === undefined) {
      throw mismatch(node, STRING);
    }
    return this.#column(node, decodeTexts);
  }

  #column<T>(
    node: ParquetNode,
    decode: ValuesDecoder<T> | undefined,
  ): Column<T> {
    const place = placeOf(this.#group, node, this.#source);
    const { offset, length } = place;
    const bytes = this.#bytes.subarray(offset, offset + length);
    const reader = new PageReader(place.chunk(bytes), decode);
    const pages = [];
    let numPlaces = 0;
    for (let page = reader.next(); page; page = reader.next()) {
      numPlaces += page.numValues;
      if (numPlaces > MAX_PLACES) {
        throw new RangeError(`${node.name} has more than ${MAX_PLACES} places`);
      }
      pages.push(page);
    }
    return {
      node,
      numPlaces,
      definitions: joined(pages.map(({ definitions }) => definitions)),
      repetitions: joined(pages.map(({ repetitions }) => repetitions)),
      values: pages.length === 1
        ? Array.from(pages[0]?.values ?? [])
        : pages.flatMap(({ values }) => Array.from(values)),
    };
  }

  #values<T>(column: Column<T>): RowReader<T> {
    const { node, definitions, values, numPlaces } = column;
    this.#requireRows(node, numPlaces);
    if (node.maxRepetition > 0) throw new TypeError(`${node.name} is a list`);
    if (definitions === undefined) return (row) => values[row] ?? null;
    if (values.length === 0) return () => null;
    const there = node.maxDefinition;
    let at = 0;
    let next = 0;
    return (row) => {
      for (; at < row; at++) if (definitions[at] === there) next++;
      return definitions[row] === there ? values[next] ?? null : null;
    };
  }

  /** Reads the items of a repeated node, whose columns go side by side. */
  #items<C>(
    node: ParquetNode,
    repeated: ParquetNode,
    [keys, values]: readonly [Column<string>, Column<string>],
    { begin, add }: Collector<C>,
  ): RowReader<C> {
    const { repetitions, numPlaces } = keys;
    if (repeated.maxRepetition !== 1 || repetitions === undefined) {
      throw new TypeError(`${node.name} is a list in a list`);
    }
    this.#requireRows(node, repetitions.filter((level) => level === 0).length);
    const isSame = values.numPlaces === numPlaces &&
      repetitions.every((level, i) => values.repetitions?.[i] === level);
    if (repetitions[0] !== 0 || !isSame) {
      throw new RangeError(`the columns of ${node.name} don't fit together`);
    }
    const { definitions } = keys;
    if (!definitions?.some((level) => level >= node.maxDefinition)) {
      return () => null;
    }
    const key = new Walk(keys);
    const value = new Walk(values);
    let at = 0;
    let row = 0;
    const next = () => {
      key.next();
      value.next();
      at++;
    };
    return (wanted) => {
      for (; row < wanted; row++) {
        do next(); while (at < numPlaces && repetitions[at] !== 0);
      }
      row++;
      const { definition } = key;
      if (definition < repeated.maxDefinition) {
        next();
        return definition < node.maxDefinition ? null : begin();
      }
      const items = begin();
      do {
        add(items, key.value, value.value);
        next();
      } while (at < numPlaces && repetitions[at] !== 0);
      return items;
    };
  }

  #requireRows(node: ParquetNode, count: number): void {
    if (count === this.numRows) return;
    throw new RangeError(
      `the column ${node.name} has ${count} rows of ${this.numRows}`,
    );
  }

  /** Every column says of each group around it whether it is there. */
  #smallestLeaf(group: ParquetNode): ParquetNode | undefined {
    const size = ({ leaf = -1 }: ParquetNode) =>
      this.#group.columns[leaf]?.meta_data?.total_compressed_size ?? 0n;
    return leavesOf(group).filter(({ maxRepetition }) => maxRepetition === 0)
      .reduce<ParquetNode | undefined>(
        (a, b) => a === undefined || size(b) < size(a) ? b : a,
        undefined,
      );
  }
}

/** Goes through the places of a column. */
class Walk {
  readonly #column: Column<string>;
  #at = 0;
  #next = 0;

  constructor(column: Column<string>) {
    this.#column = column;
  }

  get definition(): number {
    const { definitions, node } = this.#column;
    return definitions?.[this.#at] ?? node.maxDefinition;
  }

  get value(): string | null {
    const { node, values } = this.#column;
    return this.definition === node.maxDefinition
      ? values[this.#next] ?? null
      : null;
  }

  next(): void {
    if (this.definition === this.#column.node.maxDefinition) this.#next++;
    this.#at++;
  }
}

/** Levels of all pages, where the column has such levels. */
function joined(
  parts: readonly (Uint8Array | undefined)[],
): Uint8Array | undefined {
  const [first] = parts;
  if (parts.length <= 1 || first === undefined) return first;
  const length = parts.reduce((sum, part) => sum + (part?.length ?? 0), 0);
  const levels = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    levels.set(part ?? [], at);
    at += part?.length ?? 0;
  }
  return levels;
}

function leavesOf(node: ParquetNode): ParquetNode[] {
  return node.leaf === undefined ? node.children.flatMap(leavesOf) : [node];
}

/** The part of a group, read by one of the readers; nulls without it. */
export function readerOf<T>(
  group: ParquetNode,
  name: string,
  read: (node: ParquetNode) => RowReader<T>,
): RowReader<T> {
  const node = childNamed(group, name);
  return node === undefined ? () => null : read(node);
}
