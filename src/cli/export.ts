/**
 * Rows that go to a file of the host.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { QueryBatch, QueryColumn } from "../tinylogfs/mod.ts";
import { type Format, FORMATS } from "./command.ts";
import type { Context } from "./context.ts";
import { hostPath } from "./locate.ts";
import { writeHostFile } from "../trees/transfer.ts";

/** A file that rows go to. */
export interface Export {
  /** Writes them, and gives the file its name when it is whole. */
  write(
    columns: readonly QueryColumn[],
    batches: AsyncIterable<QueryBatch>,
  ): Promise<void>;
}

/** What `--output`, `--force` and `--format` say. */
export interface ExportOptions {
  /** The file; `-` is standard output. */
  readonly output: string | undefined;
  /** Whether it may be replaced. */
  readonly force: boolean;
  /** The format; by the file's extension when left out. */
  readonly format: Format | undefined;
}

const EXTENSIONS: Readonly<Record<string, Format>> = {
  arrows: "arrow",
  md: "markdown",
  jsonl: "ndjson",
  txt: "table",
};

const GZIP = /\.gz$/i;

/** Its file form is asked for by this name, and is not what is written. */
const FEATHER = /\.feather$/i;

/**
 * Looks at the options before anything is read.
 *
 * @returns `undefined` when the rows go to standard output.
 * @throws {PondError} `INVALID_ARGUMENT` when the format can't be told.
 */
export async function exportOf(
  { output, force, format }: ExportOptions,
  context: Context,
): Promise<Export | undefined> {
  if (output === undefined || output === "-") return undefined;
  const path = await hostPath(context, output);
  const chosen = formatOfFile(path, format, context.globals.json);
  return {
    async write(columns, batches) {
      const chunks = rowsAsFile(path, chosen, columns, batches);
      await writeHostFile(context.host, path, chunks, { force });
    },
  };
}

/** The bytes of a file with rows; one whose name says so is packed with gzip. */
export async function* rowsAsFile(
  path: string,
  format: Format,
  columns: readonly QueryColumn[],
  batches: AsyncIterable<QueryBatch>,
): AsyncGenerator<Uint8Array> {
  const { renderRows, TO_FILE } = await import("../query/mod.ts");
  const chunks = renderRows(columns, batches, { format, ...TO_FILE });
  if (!GZIP.test(path)) {
    yield* chunks;
    return;
  }
  const gzip: ReadableWritablePair<Uint8Array, BufferSource> =
    new CompressionStream("gzip");
  yield* ReadableStream.from(ownChunks(chunks)).pipeThrough(gzip);
}

/** In memory that nobody shares, which streams of the platform ask for. */
async function* ownChunks(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of chunks) yield new Uint8Array(chunk);
}

/**
 * The format of a file.
 *
 * @param format What was asked for.
 * @param json Whether that was `--json`: it says how reports are written, and of a
 *   file only where its name says nothing.
 */
export function formatOfFile(
  path: string,
  format: Format | undefined,
  json: boolean,
): Format {
  const isGeneral = json && format === "json";
  const named = isGeneral ? knownFormat(path) : undefined;
  return named ?? format ?? formatOfName(path);
}

/** The format that an extension means. */
export function formatOfName(path: string): Format {
  const format = knownFormat(path);
  if (format !== undefined) return format;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot tell the format of ${path} by its extension`,
    {
      path,
      hint: FEATHER.test(path)
        ? "Arrow is written as a stream, by the name of .arrows"
        : `say it: --format ${FORMATS.join("|")}`,
    },
  );
}

function knownFormat(path: string): Format | undefined {
  const name = path.replace(GZIP, "");
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(EXTENSIONS, extension)
    ? EXTENSIONS[extension]
    : FORMATS.find((name) => name === extension);
}
