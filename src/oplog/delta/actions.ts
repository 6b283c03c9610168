/**
 * The actions of a Delta log: one JSON object a line, with one member that
 * names the action.
 *
 * Unknown actions, and unknown members of known ones, are ignored, as the
 * protocol demands; a known member of the wrong type is damage.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions}
 * @module
 */
import { IntegrityError } from "../../errors.ts";

/** Strings by name. */
export type StringMap = { readonly [name: string]: string };

/** Which readers and writers may use the table. */
export interface Protocol {
  /** Lowest version of a reader. */
  readonly minReaderVersion: number;
  /** Lowest version of a writer. */
  readonly minWriterVersion: number;
  /** Features a reader must know, from reader version 3 on. */
  readonly readerFeatures?: readonly string[];
  /** Features a writer must know, from writer version 7 on. */
  readonly writerFeatures?: readonly string[];
}

/** The table's identity, schema and settings. */
export interface MetaData {
  /** The table's identity. */
  readonly id: string;
  /** A name for people. */
  readonly name?: string;
  /** What it is, for people. */
  readonly description?: string;
  /** The encoding of data files. */
  readonly format: { readonly provider: string; readonly options: StringMap };
  /** The schema as JSON. */
  readonly schemaString: string;
  /** Names of the partition columns. */
  readonly partitionColumns: readonly string[];
  /** Settings. */
  readonly configuration: StringMap;
  /** Milliseconds since the epoch. */
  readonly createdTime?: number;
}

/** A data file that is part of the table from here on. */
export interface AddFile {
  /** URI-encoded path, relative to the table, or an absolute URI. */
  readonly path: string;
  /** Values of the partition columns; null for null. */
  readonly partitionValues: { readonly [name: string]: string | null };
  /** Size in bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modificationTime: number;
  /** Whether the rows are new to the table. */
  readonly dataChange: boolean;
  /** Statistics as JSON. */
  readonly stats?: string;
  /** Tags of the writer. */
  readonly tags?: StringMap;
  /** Which of the file's rows are deleted. */
  readonly deletionVector?: DeletionVectorDescriptor;
}

/** Where the set of a file's deleted rows is. */
export interface DeletionVectorDescriptor {
  /** `u`: a file of the table; `p`: any file; `i`: in the action itself. */
  readonly storageType: string;
  /** The file, or the set. */
  readonly pathOrInlineDv: string;
  /** Where it begins in the file. */
  readonly offset?: number;
  /** Its size in bytes. */
  readonly sizeInBytes: number;
  /** How many rows are deleted. */
  readonly cardinality: number;
}

/** A data file that is no longer part of the table. */
export interface RemoveFile {
  /** As in the `add` action. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly deletionTimestamp?: number;
  /** Whether the rows leave the table. */
  readonly dataChange: boolean;
  /** Whether the members below are there. */
  readonly extendedFileMetadata?: boolean;
  /** As in the `add` action. */
  readonly partitionValues?: { readonly [name: string]: string | null };
  /** As in the `add` action. */
  readonly size?: number;
  /** As in the `add` action. */
  readonly deletionVector?: DeletionVectorDescriptor;
}

/** How far an application has come. */
export interface SetTransaction {
  /** The application. */
  readonly appId: string;
  /** Its own counter. */
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly lastUpdated?: number;
}

/** What a writer says of its commit. */
export type CommitInfo = { readonly [name: string]: unknown };

/** An action that this implementation acts on. */
export type Action =
  | { readonly kind: "protocol"; readonly protocol: Protocol }
  | { readonly kind: "metaData"; readonly metaData: MetaData }
  | { readonly kind: "add"; readonly add: AddFile }
  | { readonly kind: "remove"; readonly remove: RemoveFile }
  | { readonly kind: "txn"; readonly txn: SetTransaction }
  | { readonly kind: "commitInfo"; readonly commitInfo: CommitInfo };

/** Writes an action as a line of a commit, without the line's end. */
export function formatAction(action: Action): string {
  switch (action.kind) {
    case "protocol":
      return JSON.stringify({ protocol: action.protocol });
    case "metaData":
      return JSON.stringify({ metaData: action.metaData });
    case "add":
      return JSON.stringify({ add: action.add });
    case "remove":
      return JSON.stringify({ remove: action.remove });
    case "txn":
      return JSON.stringify({ txn: action.txn });
    case "commitInfo":
      return JSON.stringify({ commitInfo: action.commitInfo });
    default:
      return action satisfies never;
  }
}

/**
 * Reads a line of a commit.
 *
 * @param line The JSON.
 * @param source The file it comes from, for the error.
 * @returns `undefined` for an action that doesn't matter here.
 * @throws {IntegrityError} When it is no action.
 */
export function parseAction(line: string, source: string): Action | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new IntegrityError(source, "a line of it is no valid JSON", {
      cause,
    });
  }
  return actionOf(new Fields(value, source));
}

/**
 * Reads an action from an object that names it, such as a parsed line or a row
 * of a checkpoint. 64-bit integers may be bigints.
 */
export function actionFrom(value: unknown, source: string): Action | undefined {
  return actionOf(new Fields(value, source));
}

function actionOf(line: Fields): Action | undefined {
  const add = line.child("add");
  if (add) return { kind: "add", add: addOf(add) };
  const remove = line.child("remove");
  if (remove) return { kind: "remove", remove: removeOf(remove) };
  const txn = line.child("txn");
  if (txn) return { kind: "txn", txn: txnOf(txn) };
  const metaData = line.child("metaData");
  if (metaData) return { kind: "metaData", metaData: metaDataOf(metaData) };
  const protocol = line.child("protocol");
  if (protocol) return { kind: "protocol", protocol: protocolOf(protocol) };
  const commitInfo = line.child("commitInfo");
  if (commitInfo) return { kind: "commitInfo", commitInfo: commitInfo.all() };
  return undefined;
}

function addOf(add: Fields): AddFile {
  return {
    path: add.string("path"),
    partitionValues: add.nullableStrings("partitionValues") ?? {},
    size: add.number("size"),
    modificationTime: add.number("modificationTime"),
    dataChange: add.boolean("dataChange"),
    ...add.optional("stats", add.optionalString("stats")),
    ...add.optional("tags", add.strings("tags")),
    ...deletionVectorOf(add),
  };
}

function deletionVectorOf(
  action: Fields,
): { deletionVector?: DeletionVectorDescriptor } {
  const vector = action.child("deletionVector");
  if (vector === undefined) return {};
  return {
    deletionVector: {
      storageType: vector.string("storageType"),
      pathOrInlineDv: vector.string("pathOrInlineDv"),
      ...vector.optional("offset", vector.optionalNumber("offset")),
      sizeInBytes: vector.number("sizeInBytes"),
      cardinality: vector.number("cardinality"),
    },
  };
}

function removeOf(remove: Fields): RemoveFile {
  return {
    path: remove.string("path"),
    dataChange: remove.optionalBoolean("dataChange") ?? true,
    ...remove.optional(
      "deletionTimestamp",
      remove.optionalNumber("deletionTimestamp"),
    ),
    ...remove.optional(
      "extendedFileMetadata",
      remove.optionalBoolean("extendedFileMetadata"),
    ),
    ...remove.optional(
      "partitionValues",
      remove.nullableStrings("partitionValues"),
    ),
    ...remove.optional("size", remove.optionalNumber("size")),
    ...deletionVectorOf(remove),
  };
}

function txnOf(txn: Fields): SetTransaction {
  return {
    appId: txn.string("appId"),
    version: txn.number("version"),
    ...txn.optional("lastUpdated", txn.optionalNumber("lastUpdated")),
  };
}

const NO_COLUMNS = `{"type":"struct","fields":[]}`;

function metaDataOf(metaData: Fields): MetaData {
  const format = metaData.child("format");
  return {
    id: metaData.string("id"),
    ...metaData.optional("name", metaData.optionalString("name")),
    ...metaData.optional(
      "description",
      metaData.optionalString("description"),
    ),
    format: {
      provider: format?.string("provider") ?? "parquet",
      options: format?.strings("options") ?? {},
    },
    // Spark leaves out the schema of a table without columns.
    schemaString: metaData.optionalString("schemaString") ?? NO_COLUMNS,
    partitionColumns: metaData.list("partitionColumns") ?? [],
    configuration: metaData.strings("configuration") ?? {},
    ...metaData.optional("createdTime", metaData.optionalNumber("createdTime")),
  };
}

function protocolOf(protocol: Fields): Protocol {
  return {
    minReaderVersion: protocol.number("minReaderVersion"),
    minWriterVersion: protocol.number("minWriterVersion"),
    ...protocol.optional("readerFeatures", protocol.list("readerFeatures")),
    ...protocol.optional("writerFeatures", protocol.list("writerFeatures")),
  };
}

/** The members of a JSON object, each checked when it is read. */
class Fields {
  readonly source: string;
  readonly #fields: { readonly [name: string]: unknown };

  constructor(value: unknown, source: string) {
    this.source = source;
    if (!isObject(value)) {
      throw new IntegrityError(source, "a line of it is no JSON object");
    }
    this.#fields = value;
  }

  all(): { readonly [name: string]: unknown } {
    return this.#fields;
  }

  child(name: string): Fields | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : new Fields(value, this.source);
  }

  optional<K extends string, V>(
    name: K,
    value: V | undefined,
  ): { [key in K]?: V } {
    return value === undefined ? {} : { [name]: value } as { [key in K]: V };
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.#missing(name);
  }

  optionalString(name: string): string | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === "string") return value;
    return this.#missing(name);
  }

  number(name: string): number {
    return this.optionalNumber(name) ?? this.#missing(name);
  }

  optionalNumber(name: string): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    const number = typeof value === "bigint" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number)
      ? number
      : this.#missing(name);
  }

  boolean(name: string): boolean {
    return this.optionalBoolean(name) ?? this.#missing(name);
  }

  optionalBoolean(name: string): boolean | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === "boolean") return value;
    return this.#missing(name);
  }

  list(name: string): string[] | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.#missing(name);
    return value.map((item) =>
      typeof item === "string" ? item : this.#missing(name)
    );
  }

  strings(name: string): StringMap | undefined {
    const values = this.nullableStrings(name);
    if (values === undefined) return undefined;
    const strings: Record<string, string> = {};
    for (const [key, value] of Object.entries(values)) {
      if (value !== null) strings[key] = value;
    }
    return strings;
  }

  nullableStrings(name: string): Record<string, string | null> | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (!isObject(value)) return this.#missing(name);
    const strings: Record<string, string | null> = {};
    for (const [key, item] of Object.entries(value)) {
      if (item !== null && item !== undefined && typeof item !== "string") {
        return this.#missing(name);
      }
      strings[key] = item ?? null;
    }
    return strings;
  }

  #get(name: string): unknown {
    return this.#fields[name] ?? undefined;
  }

  #missing(name: string): never {
    throw invalidMember(this.source, name);
  }
}

/** A member of an action that is missing, or of the wrong type. */
export function invalidMember(source: string, name: string): IntegrityError {
  return new IntegrityError(source, `an action in it has no valid ${name}`);
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON whose members are in an order of their own; empty for no value. */
export function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, member: unknown) =>
      isObject(member)
        ? Object.fromEntries(
          Object.entries(member).sort(([a], [b]) => a < b ? -1 : 1),
        )
        : member,
  ) ?? "";
}
