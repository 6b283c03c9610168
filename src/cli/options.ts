/**
 * Options that several commands share, and how their values are read.
 *
 * @module
 */
import { PondError, type PondErrorCode } from "../errors.ts";
import { type ChangeOptions, type Format, FORMATS } from "./command.ts";
import type { OptionSpec, Values, ViewOptions } from "./command.ts";
import type { TreeOptions } from "./tree_command.ts";

/** How a command can end that opens the pond. */
export const OPENING: readonly PondErrorCode[] = [
  "ABORTED",
  "FORMAT_TOO_NEW",
  "INTEGRITY",
  "NO_POND",
];

/** How one can end that looks at paths of a revision. */
export const LOOKING: readonly PondErrorCode[] = [
  ...OPENING,
  "NOT_FOUND",
  "REVISION_NOT_FOUND",
];

/** How one can end that writes to the log. */
export const WRITING: readonly PondErrorCode[] = [
  ...OPENING,
  "NO_SPACE",
  "OUTCOME_UNKNOWN",
  "READ_ONLY",
];

/** How one can end that commits. */
export const COMMITTING: readonly PondErrorCode[] = [...WRITING, "LOCKED"];

const AT: OptionSpec = {
  name: "at",
  kind: "text",
  value: "REV",
  summary: "Look at the state of this revision (pond help revisions)",
};

/** `--message` */
export const MESSAGE: OptionSpec = {
  name: "message",
  short: "m",
  kind: "text",
  value: "TEXT",
  summary: "Say why, for the history",
};

const NO_SYNC: OptionSpec = {
  name: "no-sync",
  kind: "flag",
  summary: "Stage the change instead of committing it (then: pond commit)",
};

/** `--pending` and its synonyms. */
export const PENDING: OptionSpec = {
  name: "pending",
  synonyms: ["include-pending", "show-pending"],
  kind: "flag",
  summary: "See what is staged and not committed, too",
};

/** `--format` */
export const FORMAT: OptionSpec = {
  name: "format",
  kind: "text",
  value: "FORMAT",
  choices: FORMATS,
  summary: "How to write rows (pond help formats)",
  config: "format",
};

/** `--output`, with its `--force`. */
export const OUTPUT: readonly OptionSpec[] = [
  {
    name: "output",
    short: "o",
    kind: "text",
    value: "FILE",
    summary: "Write the rows to a file of the host",
  },
  { name: "force", kind: "flag", summary: "Replace the file of --output" },
];

/** `--durability` */
export const DURABILITY: OptionSpec = {
  name: "durability",
  kind: "text",
  value: "HOW",
  choices: ["full", "relaxed"],
  summary: "With relaxed, skip flushing to the disk (scratch ponds only)",
  config: "durability",
};

/** `--null`, for names with line breaks. */
export const NULL: OptionSpec = {
  name: "null",
  short: "0",
  kind: "flag",
  summary: "End names with NUL, not with a line break (for xargs -0)",
};

/** `--recursive`, where trees are meant anyway. */
export const RECURSIVE: OptionSpec = {
  name: "recursive",
  short: "r",
  synonyms: ["R"],
  kind: "flag",
  summary: "Take directories with everything in them",
};

/** What of a tree is meant. */
export const TREE: readonly OptionSpec[] = [
  {
    name: "include",
    kind: "text",
    many: true,
    value: "GLOB",
    summary: "Take only files that match (repeatable; a name, or a path in it)",
  },
  {
    name: "exclude",
    kind: "text",
    many: true,
    value: "GLOB",
    summary: "Leave out what matches, and what is in it (repeatable)",
  },
  {
    name: "files-from",
    kind: "text",
    value: "FILE",
    summary:
      "Take only what FILE (or -) lists: paths in the source, a line each",
  },
  {
    name: "null",
    short: "0",
    kind: "flag",
    summary: "What --files-from lists ends with NUL, not with a line break",
  },
  {
    name: "delete",
    kind: "flag",
    summary: "Delete, at last, what the destination has and the source hasn't",
  },
];

/** Options of commands that read. */
export const VIEW: readonly OptionSpec[] = [AT, PENDING];

/** `--dry-run` */
export const DRY_RUN: OptionSpec = {
  name: "dry-run",
  short: "n",
  kind: "flag",
  summary: "Only show what would be done",
};

/** Options of commands that change something. */
export const CHANGE: readonly OptionSpec[] = [
  MESSAGE,
  NO_SYNC,
  DRY_RUN,
  DURABILITY,
];

/** Options of many commands, which are often written before the command. */
export const LEADING: readonly OptionSpec[] = [...VIEW, ...CHANGE, FORMAT];

/** Options of every command. */
export const GLOBAL: readonly OptionSpec[] = [
  {
    name: "pond",
    short: "C",
    kind: "text",
    value: "DIR",
    summary: "The pond's directory (else POND, else the nearest above)",
  },
  {
    name: "branch",
    kind: "text",
    value: "NAME",
    summary: "The branch (else POND_BRANCH, else the current one)",
  },
  {
    name: "cache-size",
    kind: "text",
    value: "SIZE",
    summary: "What to keep in memory of directories (16MiB)",
    config: "cache-size",
  },
  {
    name: "json",
    kind: "flag",
    summary: "Write rows, reports and errors as JSON",
  },
  {
    name: "color",
    kind: "text",
    value: "WHEN",
    choices: ["auto", "always", "never"],
    summary: "When to use colours",
    config: "color",
  },
  {
    name: "no-pager",
    kind: "flag",
    summary: "Never show output in a pager",
    config: "pager",
    means: "never",
  },
  {
    name: "quiet",
    short: "q",
    kind: "flag",
    summary: "Say nothing but errors",
  },
  {
    name: "verbose",
    short: "v",
    kind: "flag",
    summary:
      "Say how far it is where no terminal shows it; -vv, what took how long",
  },
  {
    name: "no-wait",
    kind: "flag",
    summary: "Fail where another program holds a lock (8)",
  },
  { name: "help", short: "h", kind: "flag", summary: "Show help" },
];

/**
 * The options of every command as one of them has them: a letter that it has
 * itself is its own.
 */
export function globalOptions(
  own: readonly OptionSpec[],
): readonly OptionSpec[] {
  const letters = own.map(({ short }) => short);
  return GLOBAL.map(({ short, ...option }) =>
    short === undefined || letters.includes(short)
      ? option
      : { short, ...option }
  );
}

/** Options of `pond` without a command. */
export const TOP_LEVEL: readonly OptionSpec[] = [
  { name: "version", short: "V", kind: "flag", summary: "Show the version" },
];

/** Reads the options of {@linkcode VIEW}. */
export function viewOf(values: Values): ViewOptions {
  const at = values.text("at");
  const pending = values.flag("pending");
  if (at !== undefined && pending) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot combine --at with --pending: staged changes belong to the present",
      { hint: "leave out one of them" },
    );
  }
  return { at, pending };
}

/** Reads the options of {@linkcode TREE}. */
export function treeOf(values: Values): TreeOptions {
  return {
    include: values.texts("include"),
    exclude: values.texts("exclude"),
    filesFrom: values.text("files-from"),
    zero: values.flag("null"),
    deletes: values.flag("delete"),
  };
}

/** Reads the options of {@linkcode CHANGE}. */
export function changeOf(values: Values): ChangeOptions {
  return {
    message: values.text("message"),
    noSync: values.flag("no-sync"),
    dryRun: values.flag("dry-run"),
  };
}

/**
 * Reads `--null`.
 *
 * @throws {PondError} `INVALID_ARGUMENT` with a format, which has ends of its own.
 */
export function nullOf(values: Values): boolean {
  const isNull = values.flag("null");
  if (isNull && (values.text("format") !== undefined || values.flag("json"))) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot combine --null with --format or --json: NUL ends names, and rows have other ends",
      { hint: "leave out one of them" },
    );
  }
  return isNull;
}

/** Reads `--format`, or `--json` in its place, or what is configured. */
export function formatOf(values: Values): Format | undefined {
  // Rows that go to a file have the format of its name.
  const toFile = ["output", "into"].some((name) =>
    values.text(name) !== undefined
  );
  const name = values.text("format") ??
    (values.flag("json")
      ? "json"
      : toFile
      ? undefined
      : values.configured("format"));
  return FORMATS.find((format) => format === name);
}
