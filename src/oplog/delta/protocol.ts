/**
 * Which tables this implementation reads and writes.
 *
 * Tables are made for reader 1 and writer 2, without features: what every
 * engine reads and writes; those with `timestamp_ntz` require that feature.
 *
 * Tables of other engines are read with every feature that is listed here. They
 * are written where the features that they use ask nothing of rows that are
 * added, or of files that go. Any other table is refused by the name of the
 * feature.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#protocol-evolution}
 * @module
 */
import { PondError } from "../../errors.ts";
import type { MetaData, Protocol } from "./actions.ts";

/** The protocol of new tables. */
export const NEW_TABLE_PROTOCOL: Protocol = {
  minReaderVersion: 1,
  minWriterVersion: 2,
};

/** The protocol of new tables with columns of `timestamp_ntz`. */
export const NTZ_TABLE_PROTOCOL: Protocol = {
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures: ["timestampNtz"],
  writerFeatures: ["appendOnly", "invariants", "timestampNtz"],
};

/** From these versions on a table lists its features. */
const FEATURES_READER_VERSION = 3;
const FEATURES_WRITER_VERSION = 7;

/** Reader features that are known here. */
const READER_FEATURES: readonly string[] = [
  "columnMapping",
  "deletionVectors",
  "timestampNtz",
  "typeWidening",
  "typeWidening-preview",
  "v2Checkpoint",
  "vacuumProtocolCheck",
];

/** Features that rows can be written with, whatever the table uses of them. */
const WRITER_FEATURES: readonly string[] = [
  "appendOnly",
  // Rows that are added, and files that go as a whole, need no feed of their own.
  "changeDataFeed",
  "timestampNtz",
];

/** What each writer version before the features asks for, and those before. */
const LEGACY_WRITER_FEATURES: readonly (readonly string[])[] = [
  [],
  [],
  ["appendOnly", "invariants"],
  ["checkConstraints"],
  ["changeDataFeed", "generatedColumns"],
  ["columnMapping"],
  ["identityColumns"],
];

/** Features that ask for nothing as long as a table doesn't use them. */
const USES: Readonly<Record<string, (metaData: MetaData) => boolean>> = {
  allowColumnDefaults: ({ schemaString }) =>
    schemaString.includes('"CURRENT_DEFAULT"'),
  checkConstraints: ({ configuration }) =>
    Object.keys(configuration).some((name) =>
      name.startsWith("delta.constraints.")
    ),
  columnMapping: ({ configuration }) =>
    (configuration["delta.columnMapping.mode"] ?? "none") !== "none",
  generatedColumns: ({ schemaString }) =>
    schemaString.includes('"delta.generationExpression"'),
  identityColumns: ({ schemaString }) =>
    schemaString.includes('"delta.identity.'),
  invariants: ({ schemaString }) => schemaString.includes('"delta.invariants"'),
};

/**
 * Checks that a table can be read.
 *
 * @param protocol The table's protocol at the version to be read.
 * @param table The table's directory, for the error.
 * @param plain Whether no feature is known to who reads it.
 * @throws {PondError} `UNSUPPORTED`, naming the feature.
 */
export function requireReadable(
  protocol: Protocol,
  table: string,
  plain: boolean = false,
): void {
  const { minReaderVersion, readerFeatures = [] } = protocol;
  if (plain && minReaderVersion === 2) {
    throw unsupported(table, "read", "columnMapping");
  }
  const isKnown = Number.isInteger(minReaderVersion) && minReaderVersion >= 1 &&
    minReaderVersion <= FEATURES_READER_VERSION;
  if (!isKnown) {
    throw unsupported(table, "read", `reader version ${minReaderVersion}`);
  }
  if (minReaderVersion < FEATURES_READER_VERSION) return;
  const known = plain ? [] : READER_FEATURES;
  const unknown = readerFeatures.filter((f) => !known.includes(f));
  if (unknown.length > 0) throw unsupported(table, "read", unknown.join(", "));
}

/**
 * How the columns of a table are named in its files. The setting means nothing
 * to a table that doesn't require the feature.
 *
 * @throws {PondError} `UNSUPPORTED` for a mode that isn't known.
 */
export function columnMappingMode(
  protocol: Protocol,
  { configuration }: MetaData,
  table: string,
): "none" | "name" | "id" {
  const { minReaderVersion } = protocol;
  const isSupported = minReaderVersion === 2 ||
    hasReaderFeature(protocol, "columnMapping");
  const mode = configuration["delta.columnMapping.mode"] ?? "none";
  if (!isSupported) return "none";
  if (mode === "none" || mode === "name" || mode === "id") return mode;
  throw unsupported(table, "read", `columnMapping by ${mode}`);
}

/** Whether a table's readers must know a feature. */
export function hasReaderFeature(
  { minReaderVersion, readerFeatures = [] }: Protocol,
  feature: string,
): boolean {
  return minReaderVersion >= FEATURES_READER_VERSION &&
    readerFeatures.includes(feature);
}

/**
 * Checks that a table can be written to.
 *
 * @param protocol The table's protocol.
 * @param metaData The table's schema and settings.
 * @param table The table's directory, for the error.
 * @throws {PondError} `UNSUPPORTED`, naming the feature.
 */
export function requireWritable(
  protocol: Protocol,
  metaData: MetaData,
  table: string,
): void {
  requireReadable(protocol, table);
  const { minWriterVersion } = protocol;
  if (minWriterVersion > FEATURES_WRITER_VERSION || minWriterVersion < 1) {
    throw unsupported(table, "write", `writer version ${minWriterVersion}`);
  }
  // Rules about rows are not evaluated here: a table with some can't be kept.
  const unknown = requiredOfWriters(protocol).filter((feature) =>
    USES[feature]?.(metaData) ?? !WRITER_FEATURES.includes(feature)
  );
  if (unknown.length === 0) return;
  throw unsupported(table, "write", unknown.join(", "));
}

/** The features that whoever writes must know, each once. */
function requiredOfWriters(
  { minReaderVersion, minWriterVersion, readerFeatures, writerFeatures }:
    Protocol,
): readonly string[] {
  const features = minWriterVersion < FEATURES_WRITER_VERSION
    ? LEGACY_WRITER_FEATURES.slice(0, minWriterVersion + 1).flat()
    : writerFeatures ?? [];
  const read = minReaderVersion < FEATURES_READER_VERSION
    ? []
    : readerFeatures ?? [];
  return [...new Set([...features, ...read])];
}

function unsupported(
  table: string,
  direction: "read" | "write",
  feature: string,
): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot ${direction} the Delta table ${table}: it requires ${feature}`,
    {
      path: table,
      hint: direction === "read"
        ? "read it with an engine that has this feature, or upgrade pond"
        : "write it with an engine that has this feature; pond can read it",
    },
  );
}
