/**
 * The commands under "Files" that look into trees and into content.
 *
 * @module
 */
import { usage } from "../arguments.ts";
import { define } from "../command.ts";
import type {
  ArgumentSpec,
  EditCommand,
  GrepCommand,
  GrepOutput,
  HeadCommand,
  OptionSpec,
  StatCommand,
  TableEntry,
  TailCommand,
  TreeCommand,
  Values,
} from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import {
  CHANGE,
  changeOf,
  COMMITTING,
  FORMAT,
  formatOf,
  LOOKING,
  VIEW,
  viewOf,
} from "../options.ts";

/** How many lines `head` and `tail` write. */
const DEFAULT_LINES = 10;

const FILES: ArgumentSpec = {
  name: "PATH",
  summary: "The files; patterns are taken, too",
  required: true,
  many: true,
};

const TREE: TableEntry = define<TreeCommand>({
  name: "tree",
  group: "Files",
  paged: true,
  summary: "Show a directory with everything below it",
  description:
    `Draws the tree below PATH, the root without one. Names that begin with a dot are
hidden without -a. Symlinks are shown with their targets, and not followed. With
--format, a row for each node, with its depth.`,
  arguments: [{ name: "PATH", summary: "The directory at the top" }],
  options: [
    {
      name: "all",
      short: "a",
      kind: "flag",
      summary: "Show hidden names, too",
    },
    {
      name: "directories",
      short: "d",
      kind: "flag",
      summary: "Show directories only",
    },
    {
      name: "level",
      short: "L",
      kind: "number",
      value: "N",
      summary: "Go down no more than N levels",
    },
    ...VIEW,
    FORMAT,
  ],
  examples: [
    { cmd: "pond tree", says: "Show everything" },
    { cmd: "pond tree -d -L 2 /", says: "Show two levels of directories" },
    { cmd: "pond tree --at v1 /sensors", says: "Show what was there at v1" },
  ],
  errors: [...LOOKING, "NOT_A_DIRECTORY"],
  read: (values) => ({
    name: "tree",
    path: values.words[0] ?? "/",
    all: values.flag("all"),
    directories: values.flag("directories"),
    depth: values.number("level"),
    ...viewOf(values),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/tree.ts")).runTree,
});

const STAT: TableEntry = define<StatCommand>({
  name: "stat",
  group: "Files",
  summary: "Show everything that is known of files",
  description:
    `Shows what is known of files, directories and symlinks, which are not followed:
type, size, permissions, times, version and identity of the node, the SHA-256 of its
content, and its attributes. With --format, a row for each.`,
  arguments: [FILES],
  options: [...VIEW, FORMAT],
  examples: [
    { cmd: "pond stat /sensors/a.csv", says: "Show what is known of a file" },
    { cmd: "pond stat --json /sensors", says: "The same for programs" },
  ],
  exits: [ExitCode.partly],
  errors: [...LOOKING, "NOT_A_DIRECTORY"],
  read: (values) => ({
    name: "stat",
    paths: values.words,
    ...viewOf(values),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/stat.ts")).runStat,
});

const HEAD: TableEntry = define<HeadCommand>({
  name: "head",
  group: "Files",
  summary: "Write the beginning of files",
  description:
    `Writes the first lines of files, 10 without -n, or with -c the first bytes. No more
of a file is read than that. Of several files, each is titled; not with -q.`,
  arguments: [FILES],
  options: [
    ...partOptions("first"),
    ...VIEW,
  ],
  examples: [
    { cmd: "pond head -n 3 /sensors/a.csv", says: "Show the first 3 lines" },
    { cmd: "pond head -c 100 /sensors/a.csv", says: "Show 100 bytes" },
  ],
  exits: [ExitCode.partly],
  errors: [...LOOKING, "IS_A_DIRECTORY", "NOT_A_DIRECTORY"],
  read: (values) => {
    const { fromStart: _, ...part } = partOf(values, { fromStart: false });
    return { name: "head", ...part, ...viewOf(values) };
  },
  load: async () => (await import("../commands/head.ts")).runHead,
});

const TAIL: TableEntry = define<TailCommand>({
  name: "tail",
  group: "Files",
  summary: "Write the end of files, and what is added to it",
  description:
    `Writes the last lines of files, 10 without -n, or with -c the last bytes; with +N,
everything from line or byte N on. No more of a file is read than that. With -f,
waits for new versions and writes what they add, or all of a file that begins
otherwise than before, until Ctrl-C. Of several files, each is titled; not with -q.`,
  arguments: [FILES],
  options: [
    ...partOptions("last"),
    {
      name: "follow",
      short: "f",
      synonyms: ["F"],
      kind: "flag",
      summary: "Wait for more",
    },
    ...VIEW,
  ],
  examples: [
    { cmd: "pond tail -n 3 /sensors/a.csv", says: "Show the last 3 lines" },
    {
      cmd: "pond tail -n +2 /sensors/a.csv",
      says: "Show all but the first line",
    },
  ],
  exits: [ExitCode.partly],
  errors: [...LOOKING, "IS_A_DIRECTORY", "NOT_A_DIRECTORY"],
  read: (values) => {
    const follow = values.flag("follow");
    const view = viewOf(values);
    if (follow && (view.at !== undefined || view.pending)) {
      throw usage(
        "Cannot follow a state that doesn't change: leave out --at and --pending",
        "pond help tail",
      );
    }
    return {
      name: "tail",
      ...partOf(values, { fromStart: true }),
      follow,
      ...view,
    };
  },
  load: async () => (await import("../commands/tail.ts")).runTail,
});

const GREP: TableEntry = define<GrepCommand>({
  name: "grep",
  group: "Files",
  paged: true,
  summary: "Search the content of files",
  description:
    `Writes the lines that match PATTERN, a regular expression of JavaScript, of the
files at PATH and below it: of the whole pond without one. With --history, every
version of every file is looked through, also of those that are gone, and a version
is written as PATH@vN. Of what is no text, it is only said that it matches. As other
programs of this name, it exits with 1 when nothing matches.`,
  arguments: [
    { name: "PATTERN", summary: "What to look for", required: true },
    { name: "PATH", summary: "Files, directories, patterns", many: true },
  ],
  options: [
    {
      name: "ignore-case",
      short: "i",
      kind: "flag",
      summary: "Take upper and lower case for the same",
    },
    {
      name: "line-number",
      short: "n",
      kind: "flag",
      summary: "Write the numbers of lines",
    },
    {
      name: "files-with-matches",
      short: "l",
      kind: "flag",
      summary: "Only write which files match",
    },
    {
      name: "count",
      short: "c",
      kind: "flag",
      summary: "Only write how many lines match, for each file with any",
    },
    {
      name: "invert-match",
      short: "v",
      kind: "flag",
      summary: "Find the lines that don't match",
    },
    {
      name: "fixed-strings",
      short: "F",
      kind: "flag",
      summary: "PATTERN is a text, not a regular expression",
    },
    {
      name: "recursive",
      short: "r",
      synonyms: ["R"],
      kind: "flag",
      summary: "Is always on",
    },
    {
      name: "history",
      kind: "flag",
      summary: "Look through every version",
    },
    ...VIEW,
    FORMAT,
  ],
  examples: [
    { cmd: "pond grep 't,v'", says: "Search everything" },
    {
      cmd: "pond grep -in 'T,V' '/sensors/*.csv'",
      says: "Search some files, with line numbers, in either case",
    },
    {
      cmd: "pond grep -l --history '1,10' /sensors",
      says: "List the versions that hold it",
    },
  ],
  exits: [ExitCode.failed, ExitCode.partly],
  errors: [...LOOKING, "NOT_A_DIRECTORY"],
  read: (values) => {
    const [pattern = "", ...paths] = values.words;
    const history = values.flag("history");
    const view = viewOf(values);
    if (history && (view.at !== undefined || view.pending)) {
      throw usage(
        "Cannot combine --history with --at or --pending: it is all versions",
        "pond help grep",
      );
    }
    return {
      name: "grep",
      pattern,
      paths: paths.length > 0 ? paths : ["/"],
      fixed: values.flag("fixed-strings"),
      ignoreCase: values.flag("ignore-case"),
      invert: values.flag("invert-match"),
      numbers: values.flag("line-number"),
      output: grepOutputOf(values),
      history,
      ...view,
      format: formatOf(values),
    };
  },
  load: async () => (await import("../commands/grep.ts")).runGrep,
});

const EDIT: TableEntry = define<EditCommand>({
  name: "edit",
  group: "Files",
  summary: "Change a file in your editor",
  description:
    `Opens a copy of a file, or a new one, in the editor that VISUAL or EDITOR names (vi
without them), and commits what it has become. When nothing has changed, or the
editor fails, there is no commit. When somebody else has changed the file meanwhile,
what you wrote is kept, and it is said where.`,
  arguments: [{ name: "PATH", summary: "The file", required: true }],
  options: CHANGE,
  examples: [
    { cmd: "pond edit /sensors/a.csv", says: "Change a file" },
    { cmd: 'pond edit -m "calibrated" /sensors/a.csv', says: "Say why" },
  ],
  errors: [
    ...COMMITTING,
    "IO",
    "IS_A_DIRECTORY",
    "NOT_A_DIRECTORY",
    "NOT_FOUND",
  ],
  read: (values) => ({
    name: "edit",
    path: values.words[0] ?? "",
    ...changeOf(values),
  }),
  load: async () => (await import("../commands/edit.ts")).runEdit,
});

function grepOutputOf(values: Values): GrepOutput {
  if (values.flag("files-with-matches")) return "names";
  return values.flag("count") ? "counts" : "lines";
}

function partOptions(which: "first" | "last"): readonly OptionSpec[] {
  return [
    {
      name: "lines",
      short: "n",
      kind: "text",
      value: "N",
      summary: `How many lines, the ${which} ones`,
    },
    {
      name: "bytes",
      short: "c",
      kind: "text",
      value: "N",
      summary: `How many bytes, the ${which} ones`,
    },
  ];
}

/** How much of which files; `+N` is where to begin, if that is allowed. */
function partOf(
  values: Values,
  { fromStart }: { readonly fromStart: boolean },
): Pick<TailCommand, "paths" | "unit" | "count" | "fromStart"> {
  const bytes = values.text("bytes");
  const lines = values.text("lines");
  if (bytes !== undefined && lines !== undefined) {
    throw usage("Cannot count lines and bytes: leave out -n or -c");
  }
  const text = bytes ?? lines ?? `${DEFAULT_LINES}`;
  const form = fromStart ? /^[+-]?\d{1,15}$/ : /^\d{1,15}$/;
  if (!form.test(text)) {
    const option = bytes === undefined ? "-n" : "-c";
    throw usage(`${option} takes a whole number, not "${text}"`);
  }
  return {
    paths: values.words,
    unit: bytes === undefined ? "lines" : "bytes",
    count: Number(text.replace(/^[+-]/, "")),
    fromStart: text.startsWith("+"),
  };
}

/** Commands that look. */
export const LOOK: Readonly<
  Record<"tree" | "stat" | "head" | "tail" | "grep" | "edit", TableEntry>
> = {
  tree: TREE,
  stat: STAT,
  head: HEAD,
  tail: TAIL,
  grep: GREP,
  edit: EDIT,
};
