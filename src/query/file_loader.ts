/**
 * Brings files of the pond into a query, as tables by their paths.
 *
 * Blobs are scanned where they lie; small files, and formats that DuckDB doesn't
 * read, go through scratch files. Of a series, all parts are read. What is known of a file beside its rows is a
 * column for those who name it:
 *
 * | column | says |
 * |---|---|
 * | `filename` | the path of the file |
 * | `capture1`, `capture2` … | what the wildcards of the pattern stand for |
 * | `version`, `timestamp` | of `PATH@*`: which version of the file, and its time;
 *   `pond_version`, `pond_timestamp` where files have such columns of their own |
 *
 * @module
 */
import { concatBytes } from "../bytes.ts";
import { PondError } from "../errors.ts";
import { readArrowTable } from "../oplog/arrow_table.ts";
import { ParquetWriteStream } from "../oplog/mod.ts";
import type {
  ContentLocation,
  FileVersion,
  QuerySource,
} from "../tinylogfs/mod.ts";
import { splitRevision } from "../tinylogfs/revision.ts";
import type { DuckDBEngine } from "./duckdb_engine.ts";
import {
  columnsOf,
  type FileKind,
  HEAD_BYTES,
  isScanned,
  kindOf,
  type ReadableFile,
  readerOf,
  scanOf,
} from "./formats.ts";
import type { Needs } from "./needs.ts";
import { quoteName, quoteText } from "./paths.ts";
import { requireOneType } from "./schema_changes.ts";
import type { QueryHost, ScratchFiles } from "./scratch_files.ts";
import type { Replacement } from "./substitution.ts";

/** A file that is to be read. */
interface FoundFile {
  /** The path. */
  readonly filename: string;
  /** The same for people, with the version where there are several. */
  readonly path: string;
  /** What the wildcards stand for. */
  readonly captures: readonly string[];
  /** Which version it is, of all. */
  readonly version: Omit<FileVersion, "location"> | undefined;
  /** Where its bytes are. */
  readonly location: ContentLocation;
  /** What it is, whatever its name says. */
  readonly format?: "parquet" | "text";
  /** Of a part of a series, how many newer ones there are. */
  readonly part?: number;
  /** The column that has seconds where a time is meant. */
  readonly seconds?: string;
}

/** The same, where DuckDB can read it. */
type ScannedFile = Omit<FoundFile, "format" | "location"> & ReadableFile;

/** Files of one kind, which one function reads. */
interface Part {
  readonly files: readonly ScannedFile[];
  /** What is selected of them, as SQL. */
  readonly columns: string;
}

/** DuckDB's own: the place of a row's file among those that are read. */
const FILE_INDEX = "file_index";

/** What no format begins with. */
const NOT_READABLE = new Uint8Array([0]);

const PARQUET: FileKind = { format: "parquet", compression: "none" };

/** More than this is not unpacked into memory. */
const MAX_UNPACKED_BYTES = 1 << 30;

/** Rows that are turned into Parquet at once. */
const GROUP_ROWS = 65_536;

/** Brings files in, for one statement. */
export class FileLoader {
  readonly #engine: DuckDBEngine;
  readonly #host: QueryHost;
  readonly #scratch: ScratchFiles;
  readonly #source: QuerySource;
  readonly #needs: Needs;
  readonly #options: { readonly signal?: AbortSignal };

  constructor(
    engine: DuckDBEngine,
    host: QueryHost,
    scratch: ScratchFiles,
    source: QuerySource,
    needs: Needs,
    signal: AbortSignal | undefined,
  ) {
    this.#engine = engine;
    this.#host = host;
    this.#scratch = scratch;
    this.#source = source;
    this.#needs = needs;
    this.#options = signal ? { signal } : {};
  }

  /**
   * Finds what a path or pattern means, and makes it what DuckDB can read.
   *
   * @param name The name that the statement uses: `PATH`, `PATH@REV`, `PATH@*`.
   * @throws {PondError} `NOT_FOUND`, `UNSUPPORTED`.
   */
  async load(name: string): Promise<FilesTable> {
    const files = await this.#files(name);
    const formats = new Set(files.map(({ kind: { format } }) => format));
    if (formats.size > 1) throw severalKinds(name, [...formats]);
    this.#engine.callFiles(files);
    const groups = [
      ...Map.groupBy(
        files,
        ({ kind: { compression }, seconds }) =>
          seconds === undefined ? compression : `${compression} ${seconds}`,
      )
        .values(),
    ];
    const own = await this.#ownColumns(groups);
    // Then the files can't be told apart by their places.
    const isHidden = files.length > 1 && own.has(FILE_INDEX);
    const parts = isHidden ? files.map((file) => [file]) : groups;
    const table = new FilesTable(
      name,
      parts.map((part) => this.#part(part, own)),
    );
    // Parts of a series are made alike: the newest one stands for all.
    const kinds = files.filter(({ part = 0 }) => part === 0);
    await requireOneType(
      this.#engine,
      { name, files: kinds, select: table.select() },
      this.#needs,
      this.#options,
    );
    return table;
  }

  /**
   * The files that a path or pattern means, for a function that reads them.
   *
   * @throws {PondError} As {@linkcode load}.
   */
  async find(name: string): Promise<readonly ReadableFile[]> {
    const files = await this.#files(name);
    this.#engine.callFiles(files, { placed: true });
    return files;
  }

  /** The columns of the files, in lower-case letters, if ours are wanted, too. */
  async #ownColumns(
    groups: readonly (readonly ScannedFile[])[],
  ): Promise<ReadonlySet<string>> {
    const own = new Set<string>();
    if (this.#columns(groups.flat(), own).length === 0) return own;
    for (const group of groups) {
      const sql = `SELECT * FROM ${scanOf(group)}`;
      const types = await this.#engine.columnTypes(sql, this.#options);
      for (const name of types.keys()) own.add(name.toLowerCase());
    }
    return own;
  }

  /** The files that a name means, where DuckDB can read them. */
  async #files(name: string): Promise<readonly ScannedFile[]> {
    const files: ScannedFile[] = [];
    for await (const file of this.#find(name)) {
      files.push(await this.#scanned(file));
    }
    if (files.length > 0) return inOrder(files);
    throw new PondError("NOT_FOUND", `Cannot query ${name}: no file matches`, {
      path: splitRevision(name).path,
    });
  }

  async *#find(name: string): AsyncGenerator<FoundFile> {
    const { path, revision } = splitRevision(name);
    const pattern = path.startsWith("/") ? path : `/${path}`;
    const all = revision === "*";
    const view = revision === undefined || all
      ? this.#source
      : await this.#source.at(revision);
    const matches = view.fileMatches(pattern, this.#options);
    for await (const { captures, path } of matches) {
      if (all) {
        const versions = view.fileVersions(path, this.#options);
        for await (const { location, ...version } of versions) {
          const at = version.version < 0 ? "pending" : `v${version.version}`;
          const told = `${path}@${at}`;
          yield { filename: path, path: told, captures, version, location };
        }
      } else yield* this.#parts(view, path, captures);
    }
  }

  /** A file; of a series, its parts, from the newest back. */
  async *#parts(
    view: QuerySource,
    path: string,
    captures: readonly string[],
  ): AsyncGenerator<FoundFile> {
    const file = { filename: path, path, captures, version: undefined };
    const pieces: ContentLocation[] = [];
    let count = 0;
    for await (
      const part of view.fileParts(path, this.#options)
    ) {
      const { location, series, ...known } = part;
      if (series?.of === "text") pieces.push(location);
      else {
        const { seconds } = series ?? {};
        const meant = seconds === undefined ? {} : { seconds };
        yield { ...file, ...known, location, part: count++, ...meant };
      }
    }
    if (pieces.length === 0) return;
    const chunks = piecesOf(this.#host, pieces.toReversed(), this.#options);
    const hostPath = await this.#scratch.write(chunks);
    yield { ...file, location: { kind: "blob", hostPath, sha256: "" } };
  }

  async #scanned(file: FoundFile): Promise<ScannedFile> {
    const { filename, format, location, ...rest } = file;
    const kind = format === "parquet" ? PARQUET : await kindOf(
      filename,
      (packed) => this.#head(location, packed),
    );
    if (!isScanned(kind)) return await this.#converted(file, kind);
    const hostPath = location.kind === "blob"
      ? location.hostPath
      : await this.#scratch.write(location.bytes);
    // The bytes of parts that are in scratch files now needn't stay in memory.
    return { ...rest, filename, hostPath, kind };
  }

  /** Unpacks a file, and turns Arrow into Parquet. */
  async #converted(file: FoundFile, kind: FileKind): Promise<ScannedFile> {
    const { format: _format, location, ...rest } = file;
    const { path } = rest;
    const bytes = await unpacked(
      location.kind === "blob"
        ? await this.#host.files.read(location.hostPath)
        : location.bytes,
      kind,
      path,
      this.#options.signal,
    );
    const chunks = kind.format === "arrow"
      ? parquetOf(bytes, path, this.#options.signal)
      : bytes;
    const hostPath = await this.#scratch.write(chunks);
    return { ...rest, hostPath, kind: PARQUET };
  }

  async #head(
    location: ContentLocation,
    compression: FileKind["compression"],
  ): Promise<Uint8Array> {
    const head = location.kind === "inline"
      ? location.bytes.subarray(0, HEAD_BYTES)
      : await this.#host.files.read(location.hostPath, {
        offset: 0,
        length: HEAD_BYTES,
      });
    return compression === "gzip" ? await inflatedHead(head) : head;
  }

  /** Files of one kind, with what is known of each. */
  #part(files: readonly ScannedFile[], own: ReadonlySet<string>): Part {
    const columns = this.#columns(files, own).map(([name, values]) =>
      `${ofFile(values)} AS ${quoteName(name)}`
    );
    const meant = columnsOf(files[0] ?? {});
    return { files, columns: [meant, ...columns].join(", ") };
  }

  /**
   * The columns beside the rows, with a value for each file. A column that files
   * have of their own is theirs; only of `PATH@*` ours are there all the same.
   */
  #columns(
    files: readonly ScannedFile[],
    own: ReadonlySet<string>,
  ): (readonly [name: string, values: readonly string[]])[] {
    const { names } = this.#needs;
    const columns: [string, string[]][] = [];
    if (names.has("filename") && !own.has("filename")) {
      const names = files.map(({ filename }) => quoteText(filename));
      columns.push(["filename", names]);
    }
    const most = Math.max(...files.map(({ captures }) => captures.length));
    for (let i = 0; i < most; i++) {
      const name = `capture${i + 1}`;
      if (!names.has(name) || own.has(name)) continue;
      const values = files.map(({ captures }) => {
        const text = captures[i];
        return text === undefined ? "NULL" : quoteText(text);
      });
      columns.push([name, values]);
    }
    if (files.every(({ version }) => version === undefined)) return columns;
    const of = (value: (version: FoundFile["version"]) => string) =>
      files.map(({ version }) => value(version));
    const time = (us: number | undefined) =>
      `make_timestamptz(${us ?? "NULL"})`;
    const free = (name: string) => own.has(name) ? `pond_${name}` : name;
    return [
      ...columns,
      [free("version"), of((it) => `${versionOf(it)}::BIGINT`)],
      [free("timestamp"), of((it) => time(it?.timestampUs))],
    ];
  }
}

/** What a path or pattern means. */
export class FilesTable implements Replacement {
  readonly #parts: readonly Part[];

  /**
   * @param name The name that the statement uses.
   * @param parts Its files.
   */
  constructor(readonly name: string, parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** The paths of the files. */
  get paths(): readonly string[] {
    return this.#parts.flatMap(({ files }) => files.map(({ path }) => path));
  }

  /** What reads them. */
  get scans(): Replacement["scans"] {
    return this.#parts.flatMap(({ files }) => {
      const [first] = files;
      return first === undefined ? [] : [{
        function: readerOf(first),
        hostPaths: files.map(({ hostPath }) => hostPath),
      }];
    });
  }

  /** A SELECT of all of them; lists are literals when left out. */
  select(lists?: readonly string[]): string {
    return this.#parts.map(({ columns, files }, i) =>
      `SELECT ${columns} FROM ${scanOf(files, lists?.[i])}`
    ).join(" UNION ALL BY NAME ");
  }
}

/** Parts of a series from the oldest on. */
function inOrder(files: readonly ScannedFile[]): readonly ScannedFile[] {
  if (!files.some(({ part = 0 }) => part > 0)) return files;
  const ordered: ScannedFile[] = [];
  let run: ScannedFile[] = [];
  for (const file of files) {
    if (!file.part) {
      ordered.push(...run.toReversed());
      run = [];
    }
    run.push(file);
  }
  return [...ordered, ...run.toReversed()];
}

/** The bytes of pieces, one after the other. */
async function* piecesOf(
  { files }: QueryHost,
  pieces: readonly ContentLocation[],
  options: { readonly signal?: AbortSignal },
): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece.kind === "inline") yield piece.bytes;
    else yield* await files.stream(piece.hostPath, options);
  }
}

/** What is pending has none. */
function versionOf(file: FoundFile["version"]): string {
  return file === undefined || file.version < 0 ? "NULL" : `${file.version}`;
}

/** A value for each file, in the order in which the table function has them. */
function ofFile(values: readonly string[]): string {
  const [first = "NULL"] = values;
  return values.every((value) => value === first)
    ? first
    : `[${values.join(", ")}][${FILE_INDEX}::BIGINT + 1]`;
}

async function* parquetOf(
  bytes: Uint8Array,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const table = await readArrowTable(bytes, path);
  const stream = await ParquetWriteStream.open(table.columns);
  for (let from = 0; from < table.numRows; from += GROUP_ROWS) {
    signal?.throwIfAborted();
    const to = Math.min(from + GROUP_ROWS, table.numRows);
    yield stream.append(table.rows(from, to));
  }
  yield stream.finish();
}

async function unpacked(
  bytes: Uint8Array<ArrayBuffer>,
  { compression, format }: FileKind,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  if (compression === "none") return bytes;
  if (compression === "zstd") {
    throw new PondError(
      "UNSUPPORTED",
      `Cannot read ${path} as a table: ${format} files have a compression of their own, and are read with gzip around it only`,
      { path },
    );
  }
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_UNPACKED_BYTES) throw tooLarge(path);
      chunks.push(chunk);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof PondError) throw cause;
    throw new PondError("QUERY", `Cannot read ${path}: it is no gzip file`, {
      path,
      cause,
    });
  }
  return concatBytes(chunks);
}

function tooLarge(path: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${path}: it unpacks to more than ${
      MAX_UNPACKED_BYTES / 2 ** 20
    } MiB`,
    { path, hint: "keep it as it is: Parquet and Arrow pack by themselves" },
  );
}

/** What the beginning of a gzip file unpacks to, as far as it goes. */
async function inflatedHead(
  head: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const stream = new DecompressionStream("gzip");
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const first = reader.read();
  // It ends in the middle, which is an error of its end and not of what was read.
  writer.write(head).then(() => writer.close()).catch(() => {});
  try {
    return (await first).value ?? new Uint8Array();
  } catch {
    // No gzip after all, so nothing that anybody could read.
    return NOT_READABLE;
  } finally {
    reader.cancel().catch(() => {});
  }
}

function severalKinds(name: string, formats: readonly string[]): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot read ${name} as a table: it matches files of several kinds (${
      formats.join(", ")
    })`,
    { path: name, hint: "match one kind of file, such as /sensors/*.csv" },
  );
}
