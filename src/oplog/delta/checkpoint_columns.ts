/**
 * The columns of a checkpoint, as far as they are read.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoint-schema}
 * @module
 */
import type { DataField, DataType } from "../data_type.ts";

/** Statistics as a struct, in `add`. */
export const STATS_PARSED = "stats_parsed";

const STRING: DataType = { kind: "string" };
const LONG: DataType = { kind: "long" };
const BOOLEAN: DataType = { kind: "boolean" };
const STRINGS: DataType = { kind: "map", key: STRING, value: STRING };
const LIST: DataType = { kind: "array", element: STRING };

/** A column, or a member of one. */
export function fieldOf(name: string, type: DataType): DataField {
  return { name, type, nullable: true, physicalName: name };
}

function structOf(members: { readonly [name: string]: DataType }): DataType {
  const fields = Object.entries(members).map(([name, type]) =>
    fieldOf(name, type)
  );
  return { kind: "struct", fields };
}

const VECTOR = structOf({
  storageType: STRING,
  pathOrInlineDv: STRING,
  offset: LONG,
  sizeInBytes: LONG,
  cardinality: LONG,
});

/** Those of a sidecar. */
export const FILE_COLUMNS: readonly DataField[] = [
  fieldOf(
    "add",
    structOf({
      path: STRING,
      partitionValues: STRINGS,
      size: LONG,
      modificationTime: LONG,
      dataChange: BOOLEAN,
      stats: STRING,
      tags: STRINGS,
      deletionVector: VECTOR,
    }),
  ),
  fieldOf(
    "remove",
    structOf({
      path: STRING,
      deletionTimestamp: LONG,
      dataChange: BOOLEAN,
      extendedFileMetadata: BOOLEAN,
      partitionValues: STRINGS,
      size: LONG,
      deletionVector: VECTOR,
    }),
  ),
];

/** Those of a checkpoint. */
export const COLUMNS: readonly DataField[] = [
  ...FILE_COLUMNS,
  fieldOf(
    "txn",
    structOf({ appId: STRING, version: LONG, lastUpdated: LONG }),
  ),
  fieldOf(
    "metaData",
    structOf({
      id: STRING,
      name: STRING,
      description: STRING,
      format: structOf({ provider: STRING, options: STRINGS }),
      schemaString: STRING,
      partitionColumns: LIST,
      configuration: STRINGS,
      createdTime: LONG,
    }),
  ),
  fieldOf(
    "protocol",
    structOf({
      minReaderVersion: LONG,
      minWriterVersion: LONG,
      readerFeatures: LIST,
      writerFeatures: LIST,
    }),
  ),
  fieldOf("sidecar", structOf({ path: STRING })),
  fieldOf("checkpointMetadata", structOf({ version: LONG })),
];
