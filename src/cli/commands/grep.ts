/**
 * `pond grep`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { HistoryRow, TinyLogFS } from "../../tinylogfs/mod.ts";
import type { GrepCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { eachFile } from "../file_content.ts";
import { type FoundLine, linesFound, regexOf } from "../grep_lines.ts";
import { type Output, printable } from "../output.ts";
import { type Column, writeRows } from "../rows.ts";
import { isDirectory, isPattern, pondPath, viewPond } from "../session.ts";

/** A file, or a version of one, whose content is looked through. */
interface Source {
  /** How it is called. */
  readonly title: string;
  readonly path: string;
  /** The pond's version that made it, with `--history`. */
  readonly version?: number;
  content(): Promise<AsyncIterable<Uint8Array>>;
}

/** Something that was found. */
interface Found extends FoundLine {
  readonly source: Source;
  /** How many lines of the source match, where they are counted. */
  readonly count: number;
}

/** Looks through files, or through all versions of them. */
export async function runGrep(
  command: GrepCommand,
  context: Context,
): Promise<ExitCode> {
  const regex = regexOf(command);
  return await viewPond(context, command, async (fs) => {
    let found = 0;
    const rows: Found[] = [];
    const look = async (source: Source) => {
      context.signal.throwIfAborted();
      const content = await source.content();
      for await (const row of foundIn(command, source, content, regex)) {
        found++;
        if (command.format !== undefined) rows.push(row);
        else await context.out.line(lineOf(row, command, context, regex));
      }
    };
    const code = command.history
      ? await throughHistory(fs, command, context, look)
      : await throughTree(fs, command, context, look);
    if (command.format !== undefined) {
      await writeRows(context, command.format, columnsOf(command), rows);
    }
    if (code !== ExitCode.done) return code;
    return found > 0 ? ExitCode.done : ExitCode.failed;
  });
}

async function throughTree(
  fs: TinyLogFS,
  { paths }: GrepCommand,
  context: Context,
  look: (source: Source) => Promise<void>,
): Promise<ExitCode> {
  const { signal } = context;
  return await eachFile(context, fs, paths, async (view, path, title) => {
    const sourceOf = (path: string, title: string): Source => ({
      title,
      path,
      content: () => view.streamFile(path, { signal }),
    });
    if (!await isDirectory(view, path)) {
      return await look(sourceOf(path, title));
    }
    // What views below show is made from what is searched anyway.
    const criteria = {
      path,
      fileType: "file",
      computed: false,
      signal,
    } as const;
    for await (const { path } of view.findNodes(criteria)) {
      await look(sourceOf(path, path));
    }
  });
}

async function throughHistory(
  fs: TinyLogFS,
  { paths }: GrepCommand,
  { signal }: Context,
  look: (source: Source) => Promise<void>,
): Promise<ExitCode> {
  const tops = paths.map((path) => pondPath(path).replace(/\/+$/, ""));
  const missing = new Set(tops);
  const hashes = new Map<string, string>();
  for await (const row of fs.historyRows({ signal })) {
    const top = tops.find((top) => `${row.path}/`.startsWith(`${top}/`));
    if (row.path === "" || top === undefined) continue;
    missing.delete(top);
    if (row.fileType !== "file" || row.operation === "delete") continue;
    const hash = hashOf(row);
    // A name or an attribute that changes leaves the content as it was.
    if (hashes.get(row.nodeId) === hash) continue;
    hashes.set(row.nodeId, hash);
    await look({
      title: `${row.path.replaceAll("@", "@@")}@v${row.version}`,
      path: row.path,
      version: row.version,
      content: () => contentOf(fs, row, signal),
    });
  }
  const [never] = missing;
  if (never === undefined) return ExitCode.done;
  throw new PondError("NOT_FOUND", `There never was ${never || "/"}`, {
    path: never || "/",
    hint: "what is there: pond ls; with --history, PATH is no pattern",
  });
}

function hashOf({ metadata, nodeVersion }: HistoryRow): string {
  const known: unknown = JSON.parse(metadata);
  const hash = typeof known === "object" && known !== null &&
      "sha256" in known
    ? known.sha256
    : undefined;
  return typeof hash === "string" ? hash : `version ${nodeVersion}`;
}

async function contentOf(
  fs: TinyLogFS,
  { content, path, version }: HistoryRow,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (content !== null) return new Blob([content]).stream();
  const view = await fs.at(`v${version}`);
  return await view.streamFile(path, { signal });
}

async function* foundIn(
  { invert, output }: GrepCommand,
  source: Source,
  content: AsyncIterable<Uint8Array>,
  regex: RegExp,
): AsyncGenerator<Found> {
  let count = 0;
  for await (const line of linesFound(content, regex, invert)) {
    count++;
    if (output === "lines") yield { ...line, source, count };
    if (output === "names") break;
  }
  if (output === "lines" || count === 0) return;
  yield { number: undefined, text: "", source, count };
}

/** A result as other programs of this name write it. */
function lineOf(
  { count, number, source, text }: Found,
  command: GrepCommand,
  context: Context,
  regex: RegExp,
): string {
  const { out } = context;
  const show = (text: string) => out.isTerminal ? printable(text, "\t") : text;
  const title = show(source.title);
  if (command.output === "names") return title;
  const prefix = isOnlyFile(command, source) ? "" : `${title}:`;
  if (command.output === "counts") return `${prefix}${count}`;
  if (number === undefined) return `${title}: no text, and it matches`;
  const shown = out.color && !command.invert
    ? highlighted(out, text, regex, show)
    : show(text);
  return `${prefix}${command.numbers ? `${number}:` : ""}${shown}`;
}

/** Whether a file was named, and nothing else, so that it needs no title. */
function isOnlyFile(
  { history, paths }: GrepCommand,
  { title }: Source,
): boolean {
  return !history && paths.length === 1 && paths[0] === title &&
    !isPattern(title);
}

function highlighted(
  out: Output,
  text: string,
  regex: RegExp,
  show: (text: string) => string,
): string {
  let shown = "";
  let end = 0;
  for (const match of text.matchAll(new RegExp(regex, `${regex.flags}g`))) {
    if (match[0] === "") continue;
    shown += show(text.slice(end, match.index)) +
      out.paint("match", show(match[0]));
    end = match.index + match[0].length;
  }
  return shown + show(text.slice(end));
}

function columnsOf({ history, output }: GrepCommand): readonly Column<Found>[] {
  return [
    { name: "path", type: "VARCHAR", value: ({ source }) => source.path },
    ...history ? [VERSION] : [],
    ...output === "lines" ? LINE : [],
    ...output === "counts" ? [COUNT] : [],
  ];
}

const VERSION: Column<Found> = {
  name: "version",
  type: "BIGINT",
  value: ({ source }) => source.version ?? null,
};

const LINE: readonly Column<Found>[] = [
  { name: "line", type: "BIGINT", value: ({ number }) => number ?? null },
  {
    name: "text",
    type: "VARCHAR",
    value: ({ number, text }) => number === undefined ? null : text,
  },
];

const COUNT: Column<Found> = {
  name: "count",
  type: "BIGINT",
  value: ({ count }) => count,
};
