/**
 * Columns back to rows: which column of a file holds which field of a schema,
 * and how its levels become structs, lists and maps.
 *
 * Lists have had several forms:
 *
 * ```text
 * three levels   group a (LIST) { repeated group list { optional … element } }
 * two levels     group a (LIST) { repeated … array }
 * one level      repeated … a
 * ```
 *
 * @see {@link https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types}
 * @module
 */
import type { DataField, DataType, DataValue } from "../data_type.ts";
import { ColumnCursor } from "./cursor.ts";
import { childNamed, firstLeaf, type ParquetNode } from "./schema_tree.ts";
import { converterOf, type FileConventions, mismatch } from "./values.ts";

/** Reads the value of a field in the next row. */
export type ValueReader = () => DataValue;

/** How fields are found in a file. */
export type FieldMapping = "name" | "id";

/** A list is in memory as a whole; one of more is no list that is meant. */
const MAX_ITEMS = 32 * 1024 * 1024;

const NULL_READER: ValueReader = () => null;

/** Binds the fields of a schema to the columns of a file. */
export class Binder {
  /** The columns that the readers read. */
  readonly cursors: ColumnCursor[] = [];
  readonly #mapping: FieldMapping;
  readonly #conventions: FileConventions;

  /** @param conventions What the file's writer did its own way. */
  constructor(mapping: FieldMapping, conventions: FileConventions) {
    this.#mapping = mapping;
    this.#conventions = conventions;
  }

  /**
   * Makes the reader of a field.
   *
   * @param parent The group that may have it.
   * @throws {TypeError} When what is there is no such field.
   */
  bind(field: DataField, parent: ParquetNode): ValueReader {
    const node = this.#find(field, parent);
    return node === undefined ? NULL_READER : this.#read(node, field.type);
  }

  /** Reads a column only to know how many of the group there are. */
  probe(group: ParquetNode): ValueReader {
    return firstLeaf(group) === undefined ? NULL_READER : this.#skip(group);
  }

  #find(field: DataField, parent: ParquetNode): ParquetNode | undefined {
    if (this.#mapping === "id" && field.fieldId !== undefined) {
      const id = field.fieldId;
      return parent.children.find(({ element }) => element.field_id === id);
    }
    // Names differ by more than their case, in a schema and in a file.
    return childNamed(parent, field.physicalName);
  }

  #read(node: ParquetNode, type: DataType): ValueReader {
    if (type.kind === "void") return NULL_READER;
    const isBareList = node.element.repetition_type === "REPEATED";
    if (isBareList) {
      if (type.kind !== "array") throw mismatch(node, type);
      return this.#list(node, this.#present(node, type.element));
    }
    return this.#optional(node, this.#present(node, type));
  }

  /** Reads what is there, of a node that may be repeated, or missing. */
  #present(node: ParquetNode, type: DataType): ValueReader {
    switch (type.kind) {
      case "struct":
        return this.#struct(node, type.fields);
      case "array":
        return this.#array(node, type);
      case "map":
        return this.#map(node, type);
      case "void":
        return this.#skip(node);
      default: {
        const convert = converterOf(node, type, this.#conventions);
        if (convert === undefined) throw mismatch(node, type);
        return this.#leaf(node, convert);
      }
    }
  }

  #leaf(
    node: ParquetNode,
    convert: (raw: unknown) => DataValue,
  ): ValueReader {
    const cursor = new ColumnCursor(node, convert);
    this.cursors.push(cursor);
    return () => cursor.next();
  }

  #skip(node: ParquetNode): ValueReader {
    const leaf = firstLeaf(node) ?? node;
    const cursor = new ColumnCursor(leaf, () => null);
    this.cursors.push(cursor);
    return () => {
      do cursor.next(); while (cursor.repetition > node.maxRepetition);
      return null;
    };
  }

  /** A value, or null above it: then each of its columns has one place. */
  #optional(node: ParquetNode, read: ValueReader): ValueReader {
    if (node.element.repetition_type !== "OPTIONAL") return read;
    const cursors = this.#under(node);
    const [first] = cursors;
    if (first === undefined || node.leaf !== undefined) return read;
    return () => {
      if (first.definition >= node.maxDefinition) return read();
      for (const cursor of cursors) cursor.next();
      return null;
    };
  }

  #struct(node: ParquetNode, fields: readonly DataField[]): ValueReader {
    if (node.leaf !== undefined) {
      throw mismatch(node, { kind: "struct", fields });
    }
    const before = this.cursors.length;
    const readers = fields.map((field) => this.bind(field, node));
    // Whether it is null is said by any of its columns.
    const probe = this.cursors.length === before ? this.probe(node) : undefined;
    const names = fields.map(({ name }) => name);
    return () => {
      probe?.();
      // As entries, no name means anything to JavaScript.
      return Object.fromEntries(
        readers.map((read, i) => [names[i] ?? "", read()]),
      );
    };
  }

  #array(
    node: ParquetNode,
    type: Extract<DataType, { kind: "array" }>,
  ): ValueReader {
    const [repeated, ...others] = node.children;
    if (
      repeated?.element.repetition_type !== "REPEATED" || others.length > 0
    ) throw mismatch(node, type);
    const [only] = repeated.children;
    const read = only === undefined || isElement(node, repeated, type.element)
      ? this.#present(repeated, type.element)
      : this.#read(only, type.element);
    return this.#list(repeated, read);
  }

  #map(
    node: ParquetNode,
    type: Extract<DataType, { kind: "map" }>,
  ): ValueReader {
    const [repeated, ...others] = node.children;
    const [key, value, ...more] = repeated?.children ?? [];
    if (
      repeated?.element.repetition_type !== "REPEATED" || key === undefined ||
      value === undefined || others.length > 0 || more.length > 0
    ) throw mismatch(node, type);
    const readKey = this.#read(key, type.key);
    const readValue = this.#read(value, type.value);
    return this.#list(repeated, () => [readKey(), readValue()]);
  }

  /** Items as long as the repetition level says so; none has one place. */
  #list(repeated: ParquetNode, read: ValueReader): ValueReader {
    const cursors = this.#under(repeated);
    const [first] = cursors;
    if (first === undefined) {
      // Nothing under it is asked for, but how many items there are.
      return this.#list(repeated, this.#skip(repeated));
    }
    return () => {
      if (first.definition < repeated.maxDefinition) {
        for (const cursor of cursors) cursor.next();
        return [];
      }
      const items: DataValue[] = [];
      do {
        if (items.push(read()) > MAX_ITEMS) {
          throw new RangeError(`a list has more than ${MAX_ITEMS} items`);
        }
      } while (first.repetition === repeated.maxRepetition && !first.done);
      return items;
    };
  }

  #under(node: ParquetNode): ColumnCursor[] {
    return this.cursors.filter(({ node: { path } }) =>
      node.path.every((name, i) => path[i] === name)
    );
  }
}

/** Whether the repeated group is the element itself, as older writers had it. */
function isElement(
  list: ParquetNode,
  repeated: ParquetNode,
  type: DataType,
): boolean {
  const [only] = repeated.children;
  if (only === undefined || repeated.children.length > 1) return true;
  if (repeated.name === "array" || repeated.name === `${list.name}_tuple`) {
    return true;
  }
  // A struct of one field, which is the group's: no group between them.
  return repeated.name !== "list" && type.kind === "struct" &&
    type.fields.length === 1 && type.fields[0]?.physicalName === only.name &&
    only.name !== "element";
}
