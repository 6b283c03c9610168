/**
 * What kind of table a file is: by its name, or else by how it begins.
 *
 * @module
 */
import { invariant, PondError } from "../errors.ts";
import { quoteName, quoteText } from "./paths.ts";

/** A format of tables. */
export type TableFormat =
  | "csv"
  | "tsv"
  | "json"
  | "jsonl"
  | "parquet"
  | "arrow";

/** How the bytes of a file are packed. */
export type Compression = "none" | "gzip" | "zstd";

/** What a file is. */
export interface FileKind {
  /** The format. */
  readonly format: TableFormat;
  /** The compression. */
  readonly compression: Compression;
}

/** A file that DuckDB can read. */
export interface ReadableFile {
  /** What it is called in errors. */
  readonly path: string;
  /** Where it is on the host. */
  readonly hostPath: string;
  /** What it is there. */
  readonly kind: FileKind;
  /** The column that has seconds where a time is meant. */
  readonly seconds?: string;
}

/** How DuckDB reads a format. */
interface Reader {
  /** The table function. */
  readonly name: string;
  /** Its arguments beyond the files. */
  readonly options: string;
}

const FORMATS: Readonly<Record<string, TableFormat>> = {
  csv: "csv",
  tsv: "tsv",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
  arrow: "arrow",
  arrows: "arrow",
  feather: "arrow",
  ipc: "arrow",
};

const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  gz: "gzip",
  zst: "zstd",
};

/** Extensions that say what a file is, for errors. */
const KNOWN_EXTENSIONS = Object.keys(FORMATS).join(", ");

// DuckDB would make a column of each directory a=b on the way to the pond.
const COMMON = "hive_partitioning = false";

// DuckDB reads what one file begins with once more for it.
const UNITED = ", union_by_name = true";

/** Formats that DuckDB reads; the others are turned into one of them. */
const READERS: Readonly<Record<Exclude<TableFormat, "arrow">, Reader>> = {
  csv: { name: "read_csv", options: COMMON },
  tsv: { name: "read_csv", options: `delim = '\\t', ${COMMON}` },
  json: { name: "read_json", options: COMMON },
  jsonl: {
    name: "read_json",
    options: `format = 'newline_delimited', ${COMMON}`,
  },
  parquet: { name: "read_parquet", options: COMMON },
};

/** So much of a file is looked at to see what it is. */
export const HEAD_BYTES = 4096;

/** Beginnings that belong to one format. */
const MAGIC: readonly (readonly [string, TableFormat | Compression])[] = [
  ["PAR1", "parquet"],
  ["ARROW1", "arrow"],
  ["\xff\xff\xff\xff", "arrow"],
  ["\x1f\x8b", "gzip"],
  ["\x28\xb5\x2f\xfd", "zstd"],
];

/** Reads the beginning of a file, unpacked from what was asked for. */
export type ReadHead = (compression: Compression) => Promise<Uint8Array>;

/**
 * What a file is.
 *
 * @param path Its path in the pond.
 * @param head Reads how it begins, when its name doesn't say what it is.
 * @throws {PondError} `UNSUPPORTED` when it is no table.
 */
export async function kindOf(path: string, head: ReadHead): Promise<FileKind> {
  const extensions = extensionsOf(path);
  const packed = lookUp(COMPRESSIONS, extensions.at(-1));
  const last = extensions.at(packed === undefined ? -1 : -2);
  const format = lookUp(FORMATS, last);
  if (format !== undefined) return { format, compression: packed ?? "none" };
  const found = packed ?? magicOf(await head("none"));
  switch (found) {
    case undefined:
      return { format: textOf(await head("none"), path), compression: "none" };
    case "gzip": {
      const inside = await head("gzip");
      const format = magicOf(inside) ?? textOf(inside, path);
      if (format === "gzip" || format === "zstd" || format === "none") {
        throw noTable(path);
      }
      return { format, compression: "gzip" };
    }
    case "zstd":
    case "none":
      throw noTable(path);
    default:
      return { format: found, compression: "none" };
  }
}

/** Whether a kind is read by DuckDB itself. */
export function isScanned(
  { compression, format }: FileKind,
): boolean {
  // Parquet has a compression of its own.
  return format !== "arrow" && (format !== "parquet" || compression === "none");
}

/** The columns of files as they are meant: times that are kept as seconds. */
export function columnsOf({ seconds }: Pick<ReadableFile, "seconds">): string {
  if (seconds === undefined) return "*";
  const name = quoteName(seconds);
  return `* REPLACE (make_timestamptz(${name} * 1000000) AS ${name})`;
}

/** The table function that reads files of one kind. */
export function readerOf({ kind: { format } }: ReadableFile): string {
  invariant(format !== "arrow", "DuckDB reads no Arrow files");
  return READERS[format].name;
}

/** A list of files, as a literal of SQL. */
export function listOf(
  files: readonly Pick<ReadableFile, "hostPath">[],
): string {
  return `[${files.map(({ hostPath }) => quoteText(hostPath)).join(", ")}]`;
}

/**
 * A call of the table function that reads files of one kind.
 *
 * @param files The files.
 * @param list The list of them, as SQL has it.
 */
export function scanOf(
  files: readonly ReadableFile[],
  list: string = listOf(files),
): string {
  const [first] = files;
  invariant(first !== undefined, "a scan has files");
  const { compression, format } = first.kind;
  invariant(format !== "arrow", "DuckDB reads no Arrow files");
  const { name, options } = READERS[format];
  const united = files.length > 1 ? UNITED : "";
  const packed = compression === "none" || format === "parquet"
    ? ""
    : `, compression = '${compression}'`;
  return `${name}(${list}, ${options}${united}${packed})`;
}

function lookUp<T>(
  known: Readonly<Record<string, T>>,
  name: string | undefined,
): T | undefined {
  return name !== undefined && Object.hasOwn(known, name)
    ? known[name]
    : undefined;
}

function magicOf(head: Uint8Array): TableFormat | Compression | undefined {
  return MAGIC.find(([text]) =>
    [...text].every((character, i) => head[i] === character.charCodeAt(0))
  )?.[1];
}

/** Text that begins like JSON is that; any other is CSV of some dialect. */
function textOf(head: Uint8Array, path: string): TableFormat {
  const cut = head.length < HEAD_BYTES ? 0 : 3;
  let text: string;
  try {
    // A character at the end may be cut off.
    const bytes = head.subarray(0, head.length - cut);
    text = new TextDecoder("utf-8", { fatal: true })
      .decode(bytes, { stream: true });
  } catch (cause) {
    throw noTable(path, cause);
  }
  if (text.includes("\0")) throw noTable(path);
  return /^\s*[[{]/.test(text) ? "json" : "csv";
}

/** The last two extensions of a path, in lower-case letters. */
function extensionsOf(path: string): readonly string[] {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return name.split(".").slice(1).filter((part) => part !== "").slice(-2);
}

function noTable(path: string, cause?: unknown): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${path} as a table: it is none, by its name and by how it begins`,
    {
      path,
      cause,
      hint:
        `tables are ${KNOWN_EXTENSIONS} files, plain or with .gz or .zst after it`,
    },
  );
}
