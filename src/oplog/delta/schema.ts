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

/** A column. */
export interface DeltaField {
  /** Its name. */
  readonly name: string;
  /** A primitive type, by the protocol's name. */
  readonly type: string;
  /** Whether it may hold nulls. */
  readonly nullable: boolean;
  /** What else is said of it. */
  readonly metadata: { readonly [name: string]: unknown };
}
