/**
 * Which tables this implementation reads and writes.
 *
 * Tables are made for reader 1 and writer 2, without features: what every
 * engine reads and writes.
 *
 * Tables of other engines are read with every feature that is listed here, and
 * written only without any of them. Any other table is refused by the name of
 * the feature.
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

/** Writer features that append-only commits of rows do justice to. */
const WRITER_FEATURES: readonly string[] = ["appendOnly", "invariants"];

/** What each writer version before the features asks for, beyond version 2. */
const LEGACY_WRITER_FEATURES: Readonly<Record<number, string>> = {
  3: "checkConstraints",
  4: "changeDataFeed and generatedColumns",
  5: "columnMapping",
  6: "identityColumns",
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
  const { minReaderVersion, readerFeatures = [] } = protocol;
  const [readerFeature] = minReaderVersion === 2
    ? ["columnMapping"]
    : readerFeatures;
  if (readerFeature !== undefined) {
    throw unsupported(table, "write", readerFeature);
  }
  const { minWriterVersion, writerFeatures = [] } = protocol;
  if (minWriterVersion > FEATURES_WRITER_VERSION || minWriterVersion < 1) {
    throw unsupported(table, "write", `writer version ${minWriterVersion}`);
  }
  const legacy = LEGACY_WRITER_FEATURES[minWriterVersion];
  if (legacy !== undefined) throw unsupported(table, "write", legacy);
  const unknown = minWriterVersion < FEATURES_WRITER_VERSION
    ? []
    : writerFeatures.filter((f) => !WRITER_FEATURES.includes(f));
  if (unknown.length > 0) {
    throw unsupported(table, "write", unknown.join(", "));
  }
  // Rows are not evaluated here: a rule about them can't be kept.
  if (metaData.schemaString.includes(`"delta.invariants"`)) {
    throw unsupported(table, "write", "column invariants");
  }
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
