/**
 * A pond for the time of one command: to look at, or to change.
 *
 * @module
 */
import { hasCode, PondError, type PondErrorCode } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import { openPond } from "../pond.ts";
import type {
  CommitResult,
  FileOperations,
  OpenOptions,
  PathAtRevision,
  TinyLogFS,
} from "../tinylogfs/mod.ts";
import type { ChangeOptions, Format, ViewOptions } from "./command.ts";
import {
  type Context,
  type LayerName,
  note,
  type Setting,
  type Settings,
  timed,
  warn,
} from "./context.ts";
import { ExitCode } from "./exit_codes.ts";
import { locatePond } from "./locate.ts";
import { didYouMean, nearest } from "../suggest.ts";

/**
 * A command is one transaction, up to so many pending bytes; what is beyond
 * that commits on the way, since memory is finite.
 */
const COMMIT_THRESHOLD_BYTES = 256 * 1024 * 1024;

/** Where the pond itself configures something. */
export const POND_CONFIG = "/.pond/config.yaml";

/** How a command uses the pond. */
export interface PondUse
  extends Pick<OpenOptions, "staged" | "commitThresholdBytes" | "queryRunner"> {
  /** Whether it commits. */
  readonly changes?: boolean;
}

/** What a command does in a pond. */
export type PondWork<T> = (
  fs: TinyLogFS,
  /** What is configured, with what the pond itself says. */
  settings: () => Promise<Settings>,
) => Promise<T>;

/** Names of a directory that a suggestion looks at. */
const MAX_SIBLINGS = 1000;

/**
 * Opens the pond, does the work, and closes it.
 *
 * @param context Says where the pond is.
 * @param options How to open it.
 * @param work Gets the filesystem.
 * @throws {PondError} What the work throws; a path that is missing with a hint
 * at what there is.
 */
export async function withPond<T>(
  context: Context,
  use: PondUse,
  work: PondWork<T>,
): Promise<T> {
  const path = await locatePond(context);
  try {
    await using opened = await timed(
      context,
      "open",
      () => openFor(context, path, use),
    );
    const { fs, settings } = opened;
    return await suggesting(fs, (fs) => work(fs, settings));
  } catch (error) {
    throw withOwnHint(error, use);
  }
}

/** A pond, and what is configured in it, which is read by who asks for it. */
interface OpenedPond extends AsyncDisposable {
  readonly fs: TinyLogFS;
  readonly settings: () => Promise<Settings>;
}

async function openFor(
  context: Context,
  path: string,
  { changes = false, ...options }: PondUse,
): Promise<OpenedPond> {
  const { globals, host, signal } = context;
  // An empty variable is one that isn't set.
  const branch = globals.branch ?? (host.terminal.env("POND_BRANCH") ||
    undefined);
  // Who only reads what is committed takes no locks.
  const own = changes || options.staged ? await lockedHost(context) : host;
  const open = async (settings: Settings) =>
    await openPond(own, path, {
      ...options,
      ...(branch === undefined ? {} : { branch }),
      ...await openOptionsOf(settings),
      signal,
    });
  await using opening = new AsyncDisposableStack();
  let fs = await open(context.settings);
  opening.defer(() => fs[Symbol.asyncDispose]());
  let known: Promise<Settings> | undefined;
  const settings = () => known ??= withPondLayer(context, fs);
  const durability = context.settings.find("durability");
  // Who only reads needs to know nothing that the pond configures.
  if (changes && !isNearer(durability)) {
    const all = await settings();
    if (all.get("durability") !== durability?.value) {
      await fs[Symbol.asyncDispose]();
      fs = await open(all);
    }
  }
  const opened = opening.move();
  return {
    fs,
    settings,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function lockedHost(context: Context): Promise<Host> {
  const { lockingHost } = await import("./locks.ts");
  return lockingHost(context);
}

/** Whether a value wins over what the pond configures. */
function isNearer(setting: { readonly layer: LayerName } | undefined): boolean {
  return setting?.layer === "option" || setting?.layer === "environment";
}

/** What is configured, with what the pond itself says. */
async function withPondLayer(
  context: Context,
  fs: TinyLogFS,
): Promise<Settings> {
  if (!await fs.exists(POND_CONFIG)) return context.settings;
  const { readPondLayer } = await import("./config_layers.ts");
  const { layer, problems } = await readPondLayer(fs, POND_CONFIG);
  // What others have written into the pond shall stop nobody.
  for (const { error: { hint, message } } of problems) {
    await warn(context, `${message}; ignored${hint ? ` (${hint})` : ""}`);
  }
  return context.settings.with("pond", layer);
}

/** How a pond is opened, as far as that is configured. */
export async function openOptionsOf(
  settings: Settings,
): Promise<Pick<OpenOptions, "author" | "cacheBytes" | "durability">> {
  const author = settings.get("author");
  const cacheSize = settings.find("cache-size");
  const durability = settings.get("durability");
  return {
    durability: durability === "relaxed" ? "relaxed" : "full",
    ...(author === undefined ? {} : { author }),
    ...(cacheSize === undefined
      ? {}
      : { cacheBytes: await bytesOf(cacheSize) }),
  };
}

async function bytesOf({ origin, value }: Setting): Promise<number> {
  const { parseSize } = await import("./cache_size.ts");
  return parseSize(value, origin);
}

/** What to do, where a process ends that a program would go on with. */
function withOwnHint(error: unknown, { staged }: PondUse): unknown {
  if (!(error instanceof PondError)) return error;
  const hint = ownHint(error.code, staged ?? false);
  if (hint === undefined) return error;
  const { cause, code, message, path } = error;
  const where = path === undefined ? {} : { path };
  return new PondError(code, message, { cause, ...where, hint });
}

function ownHint(code: PondErrorCode, staged: boolean): string | undefined {
  switch (code) {
    case "INTEGRITY":
      // An error tells of one damaged file; a check tells of all.
      return "see all damage, and what to do: pond check; nothing was changed";
    case "LOCKED":
      return staged ? undefined : "try it again; nothing was changed";
    case "OUTCOME_UNKNOWN":
      // What is staged knows whether it was committed, and isn't twice.
      return staged
        ? undefined
        : "see whether it was made: pond log -n 1; if not, do it again";
    default:
      return undefined;
  }
}

/** Opens the pond at the state that the options name. */
export async function viewPond<T>(
  context: Context,
  { at, pending }: ViewOptions,
  work: PondWork<T>,
  open: PondUse = {},
): Promise<T> {
  const staged = pending || at === "@pending";
  const options = { ...open, staged };
  return await withPond(context, options, async (fs, settings) => {
    if (at === undefined || at === "@pending") return await work(fs, settings);
    await using view = await atRevision(fs, at);
    // What counts is what the newest version configures.
    return await suggesting(view, (view) => work(view, settings));
  });
}

/** The state of a revision; of one that isn't there, the nearest tags. */
export async function atRevision(
  fs: TinyLogFS,
  revision: string,
): Promise<TinyLogFS> {
  try {
    return await fs.at(revision);
  } catch (error) {
    const { withNames } = await import("./suggest_names.ts");
    throw await withNames(fs, error, revision, "revision");
  }
}

/**
 * Changes the pond: does the work, then makes it one transaction, or stages it.
 *
 * @param context Where the pond is, and where the new version is told.
 * @param change Whether to commit, and with which message.
 * @param work Does the operations; returns the exit code.
 * @param report What else is told of it.
 */
export async function changePond(
  context: Context,
  change: ChangeOptions,
  work: PondWork<ExitCode | void>,
  report?: ChangeReport,
): Promise<ExitCode> {
  const { dryRun, noSync, message } = change;
  const options = {
    changes: true,
    staged: noSync,
    commitThresholdBytes: dryRun ? Infinity : COMMIT_THRESHOLD_BYTES,
  };
  return await withPond(context, options, async (fs, settings) => {
    const before = fs.pendingOperations().length;
    const code = await work(fs, settings);
    context.signal.throwIfAborted();
    if (dryRun) {
      const { showOperations } = await import("./operations.ts");
      const format = context.globals.json ? "json" : undefined;
      const made = fs.pendingOperations().slice(before);
      await showOperations(format, context, made);
    } else if (noSync) await reportStaged(context, await fs.stage());
    else {
      await reportChange(context, await commit(context, fs, message), report);
    }
    return code ?? ExitCode.done;
  });
}

/** Commits what is pending. */
export async function commit(
  context: Context,
  fs: TinyLogFS,
  message: string | undefined,
): Promise<CommitResult> {
  const { signal } = context;
  const options = message === undefined ? { signal } : { message, signal };
  return await timed(context, "commit", () => fs.commit(options));
}

/** The facts of a commit, as a row. */
export function commitRow(result: CommitResult): CommitRow {
  return {
    version: result.version,
    operations: result.operationsCommitted,
    // Where there was nothing to commit, none was made.
    transaction_id: result.operationsCommitted > 0
      ? result.transactionId
      : null,
    bytes_written: result.bytesWritten,
    record_batch_size: result.recordBatchSize,
    duration_ms: Math.round(result.commitDuration * 1000) / 1000,
  };
}

/** What is told of a commit to programs. */
export interface CommitRow {
  /** The version that it made. */
  readonly version: number;
  /** How many operations. */
  readonly operations: number;
  /** 32 hexadecimal digits; null where there was nothing to commit. */
  readonly transaction_id: string | null;
  /** Bytes of the data files and the log entry. */
  readonly bytes_written: number;
  /** Rows in the transaction, bookkeeping included. */
  readonly record_batch_size: number;
  /** How long it took. */
  readonly duration_ms: number;
}

/** The absolute form of a path in the pond, as it was written otherwise. */
export function pondPath(path: string): string {
  if (path === "") {
    throw new PondError(
      "INVALID_ARGUMENT",
      "A path in the pond can't be empty",
      {
        hint: "the root directory is /",
      },
    );
  }
  if (path.includes("\ufffd")) {
    throw new PondError(
      "INVALID_NAME",
      `Cannot use the path ${path}: it is not valid UTF-8`,
      { path, hint: "names in a pond are UTF-8" },
    );
  }
  if (path.startsWith("file:")) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use ${path} in the pond: file: is a path of the host`,
      { path, hint: `a name that begins so: pond:/${path}` },
    );
  }
  // Whoever reads a command line can be told which side a path is on.
  const own = path.startsWith("pond:/") ? path.slice("pond:".length) : path;
  return own.startsWith("/") ? own : `/${own}`;
}

/**
 * Looks at a path as it is written, which may name a revision: `PATH@REV`.
 *
 * @param fs Where paths without a revision are looked at.
 * @param work Gets the state to look at, and the path without the revision.
 */
export async function atPath<T>(
  fs: TinyLogFS,
  text: string,
  work: (fs: TinyLogFS, path: string) => Promise<T>,
): Promise<T> {
  const { path, revision } = await pathOf(text);
  if (revision === undefined) return await work(fs, path);
  const view = await viewOf(fs, text, revision);
  return await suggesting(view, (view) => work(view, path));
}

/** The path and the revision of what is written as `PATH@REV`. */
export async function pathOf(text: string): Promise<PathAtRevision> {
  // Most paths name none, and shall cost nothing.
  if (!text.includes("@")) return { path: pondPath(text) };
  const { splitRevision } = await import("../tinylogfs/mod.ts");
  const { path, ...at } = splitRevision(text);
  return { path: pondPath(path || "/"), ...at };
}

async function viewOf(
  fs: TinyLogFS,
  text: string,
  revision: string,
): Promise<TinyLogFS> {
  try {
    return await fs.at(revision);
  } catch (error) {
    if (!hasCode(error, "INVALID_ARGUMENT", "REVISION_NOT_FOUND")) throw error;
    const { isTagName } = await import("../tinylogfs/mod.ts");
    // What can't be anything but a tag may be a part of the name.
    const isOther = hasCode(error, "REVISION_NOT_FOUND") &&
      !isTagName(revision);
    if (isOther) throw error;
    const hint = `an @ of a name is written twice: ${
      text.replaceAll("@", "@@")
    }`;
    throw new PondError(error.code, error.message, { hint });
  }
}

/** Whether a path in the pond is a directory; symlinks are followed. */
export async function isDirectory(
  fs: FileOperations,
  path: string,
): Promise<boolean> {
  try {
    return (await fs.entry(path)).fileType === "directory";
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return false;
    throw error;
  }
}

/** Whether a path may be a pattern. */
export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** The last name of a path in the pond; empty for the root. */
export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** The path of a name in a directory of the pond. */
export function joinPath(directory: string, name: string): string {
  return `${directory.replace(/\/+$/, "")}/${name}`;
}

/**
 * Where each source goes: into the destination, or under its name.
 *
 * @param sources Paths; one without a last name goes to the destination itself.
 */
export async function destinations(
  fs: FileOperations,
  sources: readonly string[],
  destination: string,
): Promise<readonly (readonly [source: string, target: string])[]> {
  const into = await isDirectory(fs, destination);
  if (!into && (sources.length > 1 || destination.endsWith("/"))) {
    throw await noDirectory(fs, destination);
  }
  return sources.map((source) => {
    const name = baseName(source);
    const isIn = into && name !== "";
    return [source, isIn ? joinPath(destination, name) : destination];
  });
}

async function noDirectory(
  fs: FileOperations,
  path: string,
): Promise<PondError> {
  const isThere = await fs.exists(path.replace(/\/+$/, "") || "/");
  const why = isThere ? "it is no directory" : "there is no such directory";
  return new PondError(
    isThere ? "NOT_A_DIRECTORY" : "NOT_FOUND",
    `Cannot write into ${path}: ${why}`,
    {
      path,
      hint: isThere
        ? "choose a directory as the last argument"
        : `pond mkdir -p ${path}`,
    },
  );
}

/** Tells that operations were staged. */
export async function reportStaged(
  context: Context,
  count: number,
): Promise<void> {
  if (context.globals.json) {
    await context.out.line(JSON.stringify({ staged: count }));
  }
  await note(context, `${counted(count, "operation")} staged · pond commit`);
}

/** What is told of a change beside its commit. */
export interface ChangeReport {
  /** To programs: more columns of the row. */
  readonly row: object;
  /** To people. */
  say(): Promise<void>;
}

/** Tells of the commit of a change. */
export async function reportChange(
  context: Context,
  result: CommitResult,
  report?: ChangeReport,
): Promise<void> {
  if (context.globals.json) {
    const row = { ...commitRow(result), ...report?.row };
    await context.out.line(JSON.stringify(row));
  }
  await report?.say();
  await note(
    context,
    result.operationsCommitted === 0
      ? "nothing has changed"
      : `v${result.version} · undo: pond undo`,
  );
}

/** Tells of a commit that was asked for by name, to people or programs. */
export async function reportCommit(
  context: Context,
  format: Format | undefined,
  row: { readonly version: number; readonly operations: number },
  sentence: string,
): Promise<ExitCode> {
  if (format === undefined) {
    await context.out.line(sentence);
    return ExitCode.done;
  }
  const { writeRecords } = await import("./rows.ts");
  await writeRecords(context, format, [{ ...row }]);
  return ExitCode.done;
}

/** A number and a noun that fits it. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

async function suggesting<T>(
  fs: TinyLogFS,
  work: (fs: TinyLogFS) => Promise<T>,
): Promise<T> {
  try {
    return await work(fs);
  } catch (error) {
    throw await withSuggestion(fs, error);
  }
}

/** Adds what was perhaps meant, or where to look, to a missing path's error. */
export async function withSuggestion(
  fs: TinyLogFS,
  error: unknown,
): Promise<unknown> {
  if (!hasCode(error, "NOT_FOUND") || error.hint !== undefined) return error;
  if (error.path === undefined || !error.path.startsWith("/")) return error;
  const hint = didYouMean(await similarPaths(fs, error.path)) ??
    await whereToLook(fs, error.path);
  return new PondError("NOT_FOUND", error.message, { path: error.path, hint });
}

/** How to list the nearest directory above a path that there is. */
async function whereToLook(fs: TinyLogFS, path: string): Promise<string> {
  let directory = path;
  do directory = directory.slice(0, directory.lastIndexOf("/")) || "/"; while (
    directory !== "/" && !await fs.exists(directory)
  );
  const at = fs.readOnly ? `--at v${fs.version} ` : "";
  return `see what is there: pond ls ${at}${directory}`;
}

async function similarPaths(
  fs: TinyLogFS,
  path: string,
): Promise<readonly string[]> {
  const directory = path.slice(0, path.lastIndexOf("/")) || "/";
  const names: string[] = [];
  try {
    for await (const { name } of fs.listDirectory(directory)) {
      if (names.push(name) === MAX_SIBLINGS) break;
    }
  } catch (error) {
    // Without its directory there is nothing to suggest.
    if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY", "LOOP")) {
      return [];
    }
    throw error;
  }
  return nearest(baseName(path), names).map((name) =>
    joinPath(directory, name)
  );
}
