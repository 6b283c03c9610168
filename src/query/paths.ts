/**
 * Paths of the pond as tables: which function of DuckDB reads which file.
 *
 * @module
 */
import { PondError } from "../errors.ts";

/** A file of the pond that DuckDB reads on the host. */
export interface ScannedFile {
  /** Its path in the pond. */
  readonly path: string;
  /** Where its bytes lie on the host. */
  readonly hostPath: string;
}

/** How a kind of file is read. */
interface FileKind {
  /** The table function. */
  readonly reader: string;
  /** Its arguments beyond the paths. */
  readonly options: string;
}

// DuckDB would make a column of each directory a=b on the way to the pond.
const COMMON = "union_by_name = true, hive_partitioning = false";

const CSV: FileKind = { reader: "read_csv", options: COMMON };
const JSON_LINES: FileKind = {
  reader: "read_json",
  options: `format = 'newline_delimited', ${COMMON}`,
};

const KINDS: Readonly<Record<string, FileKind>> = {
  csv: CSV,
  tsv: { ...CSV, options: `delim = '\\t', ${COMMON}` },
  parquet: { reader: "read_parquet", options: COMMON },
  json: { reader: "read_json", options: COMMON },
  jsonl: JSON_LINES,
  ndjson: JSON_LINES,
};

/**
 * Whether a table's name in SQL can mean a path: it starts with a slash, or
 * has a slash or a dot in it, as no name of a table of ours has.
 */
export function isPathName(name: string): boolean {
  return /[/.]/.test(name);
}

/**
 * The table function that reads files of the pond.
 *
 * @param name The path or pattern as it stands in the SQL.
 * @param files What it has matched; at least one.
 * @throws {PondError} `UNSUPPORTED` when they can't be read as one table.
 */
export function scanOf(name: string, files: readonly ScannedFile[]): string {
  const kinds = new Set(files.map(({ path }) => extensionOf(path)));
  const [extension = "", ...others] = kinds;
  if (others.length > 0) {
    throw new PondError(
      "UNSUPPORTED",
      `Cannot read ${name} as a table: it matches files of several kinds (${
        [...kinds].join(", ")
      })`,
      { path: name, hint: "match one kind of file, such as /sensors/*.csv" },
    );
  }
  const kind = Object.hasOwn(KINDS, extension) ? KINDS[extension] : undefined;
  if (kind === undefined) {
    throw new PondError(
      "UNSUPPORTED",
      `Cannot read ${name} as a table: files of this kind are not tables`,
      { path: name, hint: `tables are ${Object.keys(KINDS).join(", ")} files` },
    );
  }
  const paths = files.map(({ hostPath }) => quoteText(hostPath)).join(", ");
  return `${kind.reader}([${paths}], ${kind.options})`;
}

/** The extension of a path in lower-case letters; empty without one. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** Text as a literal of SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an identifier of SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
