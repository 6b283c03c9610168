/**
 * What the columns of a table hold, for the encodings that have types.
 *
 * @module
 */

/** What a column holds, for formats that have types. */
export type ColumnKind =
  | { readonly kind: "boolean" }
  | { readonly kind: "integer"; readonly bits: 8 | 16 | 32 | 64 }
  | { readonly kind: "float" }
  | { readonly kind: "double" }
  | { readonly kind: "decimal"; readonly width: number; readonly scale: number }
  | { readonly kind: "date" }
  | { readonly kind: "timestamp"; readonly zoned: boolean }
  | { readonly kind: "blob" }
  | { readonly kind: "list"; readonly element: ColumnKind }
  | {
    readonly kind: "map";
    readonly key: ColumnKind;
    readonly value: ColumnKind;
  }
  /** With at least one field. */
  | { readonly kind: "struct"; readonly fields: readonly TypedColumn[] }
  /** Text, and everything that is written as text. */
  | { readonly kind: "text" };

/** A column of a file or stream that is written in pieces. */
export interface TypedColumn {
  /** The name. */
  readonly name: string;
  /** What it holds. */
  readonly kind: ColumnKind;
}

/**
 * A value of a typed column: integers of 64 bits, timestamps (microseconds
 * since the epoch) and decimals (without their point) are bigints, dates are
 * days since the epoch. A map is a list of {key, value}.
 */
export type TypedCell =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly TypedCell[]
  | { readonly [name: string]: TypedCell };
