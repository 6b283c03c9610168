/**
 * Schemas of tables.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format}
 * @module
 */

/** The columns of a table. */
export interface DeltaSchema {
  /** Always `struct`. */
  readonly type: "struct";
  /** The columns, in order. */
  readonly fields: readonly DeltaField[];
}

/** A primitive type, by the protocol's name, or one with parts. */
export type DeltaType =
  | string
  | DeltaSchema
  | {
    readonly type: "array";
    readonly elementType: DeltaType;
    readonly containsNull: boolean;
  }
  | {
    readonly type: "map";
    readonly keyType: DeltaType;
    readonly valueType: DeltaType;
    readonly valueContainsNull: boolean;
  };

/** A column. */
export interface DeltaField {
  /** Its name. */
  readonly name: string;
  /** What it holds. */
  readonly type: DeltaType;
  /** Whether it may hold nulls. */
  readonly nullable: boolean;
  /** What else is said of it. */
  readonly metadata: { readonly [name: string]: unknown };
}
