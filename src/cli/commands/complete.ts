/**
 * `pond complete`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { DirEntry, TinyLogFS } from "../../tinylogfs/mod.ts";
import type { CompleteCommand, OptionSpec } from "../command.ts";
import {
  BEFORE,
  type CommandSource,
  type CompletionPoint,
  completionPoint,
  splitLoosely,
} from "../completion_point.ts";
import { type Context, makeContext } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { pondPath, withPond } from "../session.ts";
import { humanSize } from "../units.ts";

/** What a word may become. */
interface Candidate {
  readonly text: string;
  readonly says?: string;
}

/** How many names of a directory are offered. */
const MAX_NAMES = 1000;
/** How many of the newest versions are offered. */
const MAX_VERSIONS = 10;

/** Writes what the last word may become. */
export async function runComplete(
  { words }: CompleteCommand,
  context: Context,
  commands: CommandSource,
): Promise<ExitCode> {
  const typed = words.length === 0 ? [""] : words;
  const before = splitLoosely(typed.slice(0, -1), BEFORE);
  const [name] = before.words;
  const entry = name === undefined ? undefined : await commands.find(name);
  if (name !== undefined && entry === undefined) return ExitCode.done;
  const point = completionPoint(typed, entry);
  if (point.wanted === "files") {
    // The shell knows best; not what stands before a name in the same word.
    if (point.prefix === "") await context.out.line(":files");
    return ExitCode.done;
  }
  const { globals, host, settings, signal } = context;
  const inside = makeContext(
    host,
    {
      ...globals,
      pond: before.values.get("pond") ?? globals.pond,
      branch: before.values.get("branch") ?? globals.branch,
    },
    settings,
    signal,
  );
  const at = before.values.get("at");
  const key = before.words.at(-1) ?? "";
  const found = point.wanted === "settings"
    ? await valuesOf(key)
    : await candidates(inside, commands, point, at);
  await write(context, point, found);
  return ExitCode.done;
}

async function write(
  { out }: Context,
  { current, prefix }: CompletionPoint,
  found: readonly Candidate[],
): Promise<void> {
  for (const { says, text } of found) {
    // A name with a line break can't be told to a shell.
    if (!text.startsWith(current) || /[\n\t]/.test(text)) continue;
    await out.line(`${prefix}${text}${says === undefined ? "" : `\t${says}`}`);
  }
}

/** All that may stand there; what it begins with is not looked at. */
async function candidates(
  context: Context,
  commands: CommandSource,
  { current, wanted }: CompletionPoint,
  at: string | undefined,
): Promise<readonly Candidate[]> {
  switch (wanted) {
    case undefined:
    case "files":
    case "settings":
      return [];
    case "commands":
      return await commandNames(commands);
    case "help":
      return await helpTopics(commands);
    case "sql":
      return await tableNames(current);
    case "branches":
      return await fromPond(context, branchNames);
    case "tags":
      return await fromPond(context, tagNames);
    case "paths":
      return await fromPond(context, (fs) => paths(fs, current, at));
    case "revisions":
      return await fromPond(
        context,
        (fs) =>
          current.startsWith("/") ? paths(fs, current, at) : revisions(fs),
      );
    default:
      return isOptions(wanted)
        ? wanted.flatMap(spellings)
        : wanted.map((text) => ({ text }));
  }
}

function isOptions(
  wanted: readonly (string | OptionSpec)[],
): wanted is readonly OptionSpec[] {
  return typeof wanted[0] === "object";
}

function spellings({ name, short, summary: says }: OptionSpec): Candidate[] {
  const long = { text: `--${name}`, says };
  return short === undefined ? [long] : [long, { text: `-${short}`, says }];
}

async function commandNames(
  commands: CommandSource,
): Promise<readonly Candidate[]> {
  const entries = await commands.all();
  return entries.map(({ name, summary }) => ({ text: name, says: summary }));
}

async function helpTopics(
  commands: CommandSource,
): Promise<readonly Candidate[]> {
  const { TOPICS } = await import("../topics.ts");
  const topics = TOPICS.map(({ name, title }) => ({ text: name, says: title }));
  return [...await commandNames(commands), ...topics];
}

/** The last word of a statement becomes a table. */
async function tableNames(current: string): Promise<readonly Candidate[]> {
  const { TABLES } = await import("../../query/mod.ts");
  const before = current.replace(/\w*$/, "");
  return [...TABLES.values()].map(({ comment, name }) => ({
    text: `${before}${name}`,
    says: comment,
  }));
}

/** What there is in the pond; nothing where it can't be opened. */
async function fromPond(
  context: Context,
  look: (fs: TinyLogFS) => Promise<readonly Candidate[]>,
): Promise<readonly Candidate[]> {
  try {
    return await withPond(context, {}, look);
  } catch (error) {
    // The command itself will say what is wrong.
    if (error instanceof PondError) return [];
    throw error;
  }
}

/** The values that a key takes, if they are known. */
async function valuesOf(key: string): Promise<readonly Candidate[]> {
  const { isConfigKey, KEYS } = await import("../config_keys.ts");
  const value = isConfigKey(key) ? KEYS[key].value : "";
  return typeof value === "string" ? [] : value.map((text) => ({ text }));
}

async function branchNames(fs: TinyLogFS): Promise<readonly Candidate[]> {
  const branches = await Array.fromAsync(fs.branches());
  return branches.map(({ name }) => ({ text: name }));
}

async function tagNames(fs: TinyLogFS): Promise<readonly Candidate[]> {
  return (await fs.tags()).map((tag) => ({
    text: tag.name,
    says: `v${tag.version}`,
  }));
}

async function revisions(fs: TinyLogFS): Promise<readonly Candidate[]> {
  const newest = await Array.fromAsync(
    fs.transactions({ limit: MAX_VERSIONS }),
  );
  return [
    ...await tagNames(fs),
    ...newest.map(({ message, version }) => ({
      text: `v${version}`,
      says: message.replace(/\s+/g, " ").trim(),
    })),
  ];
}

async function paths(
  fs: TinyLogFS,
  current: string,
  at: string | undefined,
): Promise<readonly Candidate[]> {
  const begin = current.lastIndexOf("/") + 1;
  const directory = current.slice(0, begin);
  const beginning = current.slice(begin);
  const [, name] = /^([^@]+)@[^@]*$/.exec(beginning) ?? [];
  if (name !== undefined) {
    return (await revisions(fs)).map(({ says, text }) => ({
      text: `${directory}${name}@${text}`,
      ...(says === undefined ? {} : { says }),
    }));
  }
  const view = at === undefined || at === "@pending" ? fs : await fs.at(at);
  const found: Candidate[] = [];
  const entries = view.listDirectory(pondPath(directory || "/"), {
    targets: false,
  });
  for await (const entry of entries) {
    const isHidden = entry.name.startsWith(".") && !beginning.startsWith(".");
    if (isHidden || !entry.name.startsWith(beginning)) continue;
    found.push({ text: `${directory}${textOf(entry)}`, ...saysOf(entry) });
    if (found.length === MAX_NAMES) break;
  }
  return found;
}

function textOf({ fileType, name }: DirEntry): string {
  return fileType === "directory" ? `${name}/` : name;
}

function saysOf({ fileType, sizeBytes }: DirEntry): { readonly says: string } {
  return { says: fileType === "file" ? humanSize(sizeBytes) : fileType };
}
