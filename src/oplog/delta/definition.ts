/**
 * What a new table is.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#change-metadata}
 * @module
 */
import type { Random } from "../../host/host.ts";
import type { MetaData, Protocol } from "./actions.ts";
import { NEW_TABLE_PROTOCOL, NTZ_TABLE_PROTOCOL } from "./protocol.ts";
import type { DeltaSchema, DeltaType } from "./schema.ts";

/** What a new table is. */
export interface DeltaDefinition {
  /** The columns. */
  readonly schema: DeltaSchema;
  /** Names of the partition columns. */
  readonly partitionColumns: readonly string[];
  /** Settings, by the protocol's names. */
  readonly configuration: { readonly [name: string]: string };
}

/** The action that says so. */
export function metaDataOf(
  random: Random,
  { schema, partitionColumns, configuration }: DeltaDefinition,
  createdMs: number,
): MetaData {
  return {
    id: tableIdOf(random),
    format: { provider: "parquet", options: {} },
    schemaString: JSON.stringify(schema),
    partitionColumns,
    configuration,
    createdTime: createdMs,
  };
}

/** The lowest protocol that a schema can be written with. */
export function protocolOf(schema: DeltaSchema): Protocol {
  return hasNtz(schema) ? NTZ_TABLE_PROTOCOL : NEW_TABLE_PROTOCOL;
}

function hasNtz(type: DeltaType): boolean {
  if (typeof type === "string") return type === "timestamp_ntz";
  switch (type.type) {
    case "struct":
      return type.fields.some((field) => hasNtz(field.type));
    case "array":
      return hasNtz(type.elementType);
    case "map":
      return hasNtz(type.keyType) || hasNtz(type.valueType);
    default:
      return type satisfies never;
  }
}

/** A new table's identity: a UUID with its hyphens. */
export function tableIdOf(random: Random): string {
  return random.uuidHex().replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    "$1-$2-$3-$4-$5",
  );
}
