/**
 * The JSON object in the `metadata` column of an `OplogEntry`.
 *
 * ```text
 * created, modified  microseconds since the epoch, UTC
 * size               bytes of the content
 * mode               POSIX permission bits
 * sha256             of the content, 64 hexadecimal digits (files)
 * blob               true when the content is the blob of that hash (files)
 * attributes         what users have set
 * series             what a part of a series says of it (files)
 * view               {resource} of directories whose files are computed
 * snapshot           true when the content is the whole directory (directories)
 * log                {entries, changes, since} (large directories)
 * from               {directory, name, path} before a move
 * place              {directory, name} now (directories but the root)
 * ```
 *
 * Members that this version doesn't know are ignored.
 *
 * @module
 */
import { IntegrityError } from "../errors.ts";

/** Where a node was before a move. */
export interface MovedFrom {
  /** The directory: 32 hexadecimal digits. */
  readonly directory: string;
  /** The name in it. */
  readonly name: string;
  /** The path at that time. */
  readonly path: string;
}

/** Where a directory is. */
export interface NodePlace {
  /** The directory that holds it: 32 hexadecimal digits. */
  readonly directory: string;
  /** Its name there. */
  readonly name: string;
}

/** How the log of a directory stands after a record. */
export interface LogPosition {
  /** Entries in the directory. */
  readonly entries: number;
  /** Rows of changes since the last snapshot. */
  readonly changes: number;
  /** Version of the last snapshot. */
  readonly since: number;
}

/** What the parts of a series are: tables, or pieces of one text. */
export type SeriesKind = "rows" | "text";

/** What is known of a part when it is added. */
export interface SeriesPart {
  /** What it is; the same for all parts. */
  readonly of: SeriesKind;
  /** How many rows it has. */
  readonly rows?: number;
  /** Its earliest time, microseconds since the epoch, UTC. */
  readonly fromUs?: number;
  /** Its latest time. */
  readonly toUs?: number;
  /** A column that has seconds since the epoch where other parts have times. */
  readonly seconds?: string;
  /** Whether its bytes have to stay what they are: it is never merged. */
  readonly verbatim?: true;
  /** What the writer wants to know when it goes on; JSON. */
  readonly state?: Readonly<Record<string, unknown>>;
}

/** What the newest part of a series says of it. */
export interface SeriesMark extends SeriesPart {
  /** How many parts were added, up to this one. */
  readonly parts: number;
  /** How many of them this one holds, the newest ones; itself when left out. */
  readonly holds?: number;
  /** The node version of the part before those; none of the first one. */
  readonly previous?: number;
  /** What is known of all parts together. */
  readonly whole: {
    /** Bytes. */
    readonly sizeBytes: number;
    /** Rows, where every part says how many. */
    readonly rows?: number;
    /** The earliest time. */
    readonly fromUs?: number;
    /** The latest time. */
    readonly toUs?: number;
  };
}

/** What the row of a directory says when its files are computed. */
export interface ViewMark {
  /** The path of the file that defines them. */
  readonly resource: string;
}

/** What a row says of its node beside the content. */
export interface Attributes {
  /** When the node was created, microseconds since the epoch, UTC. */
  readonly createdUs: number;
  /** When it was last changed, microseconds since the epoch, UTC. */
  readonly modifiedUs: number;
  /** Length of the content in bytes. */
  readonly sizeBytes: number;
  /** The POSIX permission bits. */
  readonly mode: number;
  /** SHA-256 of the content. */
  readonly sha256?: string;
  /** Whether the content is a blob. */
  readonly blob?: boolean;
  /** What users have set. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** What a part of a series says of it. */
  readonly series?: SeriesMark;
  /** What defines a directory whose files are computed. */
  readonly view?: ViewMark;
  /** Whether a directory's content is all of it. */
  readonly snapshot?: boolean;
  /** How the log of a large directory stands. */
  readonly log?: LogPosition;
  /** Where the node was before a move. */
  readonly from?: MovedFrom;
  /** Where a directory is: its children know it by its identity alone. */
  readonly place?: NodePlace;
}

/** Writes attributes as the metadata column has them. */
export function formatAttributes(attributes: Attributes): string {
  const { createdUs, modifiedUs, sizeBytes, mode, ...rest } = attributes;
  return JSON.stringify({
    created: createdUs,
    modified: modifiedUs,
    size: sizeBytes,
    mode,
    ...rest,
  });
}

/** What stays with a node: not what only its last row had to say. */
export function ownAttributes(attributes: Attributes): Attributes {
  const {
    from: _from,
    log: _log,
    place: _place,
    snapshot: _snapshot,
    ...own
  } = attributes;
  return own;
}

/**
 * Reads the metadata column.
 *
 * @param text The JSON object.
 * @param source The file it comes from, for the error.
 * @throws {IntegrityError} When it is no such object.
 */
export function parseAttributes(text: string, source: string): Attributes {
  const value = parseObject(text, source);
  const { created, modified, size, mode } = value;
  if (
    typeof created !== "number" || typeof modified !== "number" ||
    typeof size !== "number" || typeof mode !== "number"
  ) {
    throw new IntegrityError(source, `a row has the metadata ${text}`);
  }
  const series = seriesMarkOf(value.series);
  return {
    createdUs: created,
    modifiedUs: modified,
    sizeBytes: size,
    mode,
    ...(typeof value.sha256 === "string" ? { sha256: value.sha256 } : {}),
    ...(value.blob === true ? { blob: true } : {}),
    ...(value.snapshot === true ? { snapshot: true } : {}),
    ...(isLogPosition(value.log) ? { log: value.log } : {}),
    ...(isRecord(value.attributes) ? { attributes: value.attributes } : {}),
    ...(series === undefined ? {} : { series }),
    ...(isViewMark(value.view) ? { view: value.view } : {}),
    ...(isMovedFrom(value.from) ? { from: value.from } : {}),
    ...(isPlace(value.place) ? { place: value.place } : {}),
  };
}

/**
 * Reads a JSON object.
 *
 * @param text The text.
 * @param source The file it comes from, for the error.
 * @throws {IntegrityError} When it is anything else.
 */
export function parseObject(
  text: string,
  source: string,
): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new IntegrityError(source, "it holds invalid JSON", { cause });
  }
  if (!isRecord(value)) {
    throw new IntegrityError(source, "it holds JSON that is no object");
  }
  return value;
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member `series` of a row's metadata. */
function seriesMarkOf(value: unknown): SeriesMark | undefined {
  if (!isRecord(value)) return undefined;
  const { holds, of, parts, previous, seconds, state, verbatim, whole } = value;
  const isSeries = (of === "rows" || of === "text") && isCount(parts) &&
    (previous === undefined || isCount(previous)) && isRecord(whole);
  if (!isSeries || !isCount(whole.sizeBytes)) return undefined;
  return {
    ...facts(value),
    of,
    parts,
    ...(isCount(holds) ? { holds } : {}),
    ...(previous === undefined ? {} : { previous }),
    ...(typeof seconds === "string" ? { seconds } : {}),
    ...(verbatim === true ? { verbatim } : {}),
    ...(isRecord(state) ? { state } : {}),
    whole: { sizeBytes: whole.sizeBytes, ...facts(whole) },
  };
}

function facts(
  { fromUs, rows, toUs }: Readonly<Record<string, unknown>>,
): { rows?: number; fromUs?: number; toUs?: number } {
  return {
    ...(isCount(rows) ? { rows } : {}),
    ...(isInteger(fromUs) ? { fromUs } : {}),
    ...(isInteger(toUs) ? { toUs } : {}),
  };
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isCount(value: unknown): value is number {
  return isInteger(value) && value >= 0;
}

function isLogPosition(value: unknown): value is LogPosition {
  return isRecord(value) && typeof value.entries === "number" &&
    typeof value.changes === "number" && typeof value.since === "number";
}

function isViewMark(value: unknown): value is ViewMark {
  return isRecord(value) && typeof value.resource === "string";
}

function isPlace(value: unknown): value is NodePlace {
  return isRecord(value) && typeof value.directory === "string" &&
    typeof value.name === "string";
}

function isMovedFrom(value: unknown): value is MovedFrom {
  return isRecord(value) && typeof value.path === "string" && isPlace(value);
}
