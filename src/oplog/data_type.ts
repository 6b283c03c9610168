/**
 * The types of a Delta table's columns, and the values that they hold.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format}
 * @module
 */
import type { Bytes } from "../bytes.ts";

/** The types that have no parts, by the protocol's names. */
export type PrimitiveName =
  | "boolean"
  | "byte"
  | "short"
  | "integer"
  | "long"
  | "float"
  | "double"
  | "date"
  | "timestamp"
  | "timestamp_ntz"
  | "string"
  | "binary"
  | "void";

/** The type of a column, or of a part of one. */
export type DataType =
  | { readonly kind: PrimitiveName }
  | DecimalType
  | { readonly kind: "array"; readonly element: DataType }
  | {
    readonly kind: "map";
    readonly key: DataType;
    readonly value: DataType;
  }
  | { readonly kind: "struct"; readonly fields: readonly DataField[] };

/** Numbers with a fixed count of digits after the point. */
export interface DecimalType {
  /** Always `decimal`. */
  readonly kind: "decimal";
  /** How many digits. */
  readonly precision: number;
  /** How many of them come after the point. */
  readonly scale: number;
}

/** A column, or a field of a struct. */
export interface DataField {
  /** Its name. */
  readonly name: string;
  /** What it holds. */
  readonly type: DataType;
  /** Whether it may hold nulls. */
  readonly nullable: boolean;
  /** Its name in data files and in the log. */
  readonly physicalName: string;
  /** Its id in data files, where files are read by id. */
  readonly fieldId?: number;
  /** To how many characters its texts are filled up with spaces. */
  readonly padTo?: number;
}

/** A struct's values, by the names of its fields. */
export type DataStruct = { readonly [name: string]: DataValue };

/** A map's entries, in the order in which they are stored. */
export type DataEntries = readonly (readonly [DataValue, DataValue])[];

/**
 * The value of a column.
 *
 * ```text
 * byte short integer float double   number
 * long                              bigint
 * decimal                           bigint, without its point: 12.50 is 1250n
 * date                              number: days since the epoch
 * timestamp timestamp_ntz           bigint: microseconds since the epoch
 * binary                            Uint8Array
 * array                             array
 * map                               array of [key, value]
 * struct                            object
 * ```
 */
export type DataValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Bytes
  | readonly DataValue[]
  | DataEntries
  | DataStruct;

/** A type as messages and schemas write it: `decimal(10,2)`, `array<long>`. */
export function typeText(type: DataType): string {
  switch (type.kind) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "array":
      return `array<${typeText(type.element)}>`;
    case "map":
      return `map<${typeText(type.key)},${typeText(type.value)}>`;
    case "struct": {
      const fields = type.fields.map(({ name, type }) =>
        `${name}:${typeText(type)}`
      );
      return `struct<${fields.join(",")}>`;
    }
    default:
      return type.kind;
  }
}
