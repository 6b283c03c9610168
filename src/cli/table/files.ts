/**
 * The commands under "Files": inside the pond.
 *
 * @module
 */
import { define } from "../command.ts";
import type {
  CatCommand,
  CopyCommand,
  LinkCommand,
  ListCommand,
  ListOrder,
  MakeDirectoryCommand,
  MoveCommand,
  RemoveCommand,
  TableEntry,
  TouchCommand,
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
  NULL,
  nullOf,
  RECURSIVE,
  VIEW,
  viewOf,
} from "../options.ts";

const LS: TableEntry = define<ListCommand>({
  name: "ls",
  group: "Files",
  paged: true,
  summary: "List directories",
  description:
    `Lists directories of the pond, the root without a PATH, which may be a pattern
(pond help globs). Names that begin with a dot are hidden without -a. With -l: mode,
size, time, name, and a symlink's target. On a terminal, names stand in columns; to
a pipe, one name a line; with -l, tab-separated, sizes in bytes and times in
RFC 3339. With -0, NUL ends each name, or path where several directories are listed.
With --pending, staged entries are listed and marked with a "*".`,
  arguments: [{ name: "PATH", summary: "What to list", many: true }],
  options: [
    {
      name: "long",
      short: "l",
      kind: "flag",
      summary: "Show mode, size and time",
    },
    {
      name: "all",
      short: "a",
      kind: "flag",
      summary: "Show hidden names, too",
    },
    {
      name: "recursive",
      short: "R",
      kind: "flag",
      summary: "List the directories in directories, too",
    },
    {
      name: "directory",
      short: "d",
      kind: "flag",
      summary: "List directories themselves, not what is in them",
    },
    { name: "time", short: "t", kind: "flag", summary: "The newest first" },
    { name: "size", short: "S", kind: "flag", summary: "The largest first" },
    {
      name: "reverse",
      short: "r",
      kind: "flag",
      summary: "In the reverse order",
    },
    {
      name: "human-readable",
      short: "h",
      kind: "flag",
      summary: "Sizes as 1.5 MiB, also to a pipe",
    },
    {
      name: "one",
      short: "1",
      kind: "flag",
      summary: "One name a line, also on a terminal",
    },
    NULL,
    ...VIEW,
    FORMAT,
  ],
  examples: [
    { cmd: "pond ls", says: "List the root directory" },
    {
      cmd: "pond ls -la /sensors",
      says: "List everything in /sensors with its details",
    },
    { cmd: "pond ls --at v1 /", says: "List the root as it was at version 1" },
    { cmd: "pond ls '/sensors/*.csv'", says: "List what matches a pattern" },
    {
      cmd: "pond ls -ltr /sensors",
      says: "List the newest last, with details",
    },
    { cmd: "pond ls --json /sensors", says: "List for programs" },
  ],
  exits: [ExitCode.partly],
  errors: [...LOOKING, "INVALID_NAME", "LOOP", "NOT_A_DIRECTORY"],
  read: (values) => ({
    name: "ls",
    paths: values.words,
    long: values.flag("long"),
    all: values.flag("all"),
    recursive: values.flag("recursive"),
    directory: values.flag("directory"),
    human: values.flag("human-readable"),
    single: values.flag("one"),
    zero: nullOf(values),
    order: orderOf(values),
    reverse: values.flag("reverse"),
    ...viewOf(values),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/ls.ts")).runLs,
});

function orderOf(values: Values): ListOrder {
  if (values.flag("size")) return "size";
  return values.flag("time") ? "time" : "name";
}

const CAT: TableEntry = define<CatCommand>({
  name: "cat",
  group: "Files",
  summary: "Write the content of files",
  description:
    `Writes the content of files one after the other: to a pipe, the bytes as they are;
to a terminal, text with control characters made visible, and anything else as a
hex dump. A PATH may be a pattern (pond help globs). A RANGE counts bytes from 0:
0-99 are the first hundred, 100- is what follows, -100 are the last hundred.`,
  arguments: [{
    name: "PATH",
    summary: "The files",
    required: true,
    many: true,
  }],
  options: [
    {
      name: "range",
      kind: "text",
      value: "RANGE",
      summary: "Only these bytes of each file: 0-99, 100-, -100",
    },
    ...VIEW,
  ],
  examples: [
    { cmd: "pond cat /sensors/a.csv", says: "Show a file" },
    {
      cmd: "pond cat --range 0-3 '/sensors/*.csv'",
      says: "Show the first four bytes of several",
    },
    {
      cmd: "pond cat --at v1 /sensors/a.csv",
      says: "Show it as it was at version 1",
    },
  ],
  exits: [ExitCode.partly],
  errors: [...LOOKING, "IS_A_DIRECTORY", "LOOP", "NOT_A_DIRECTORY"],
  read: (values) => ({
    name: "cat",
    paths: values.words,
    range: values.text("range"),
    ...viewOf(values),
  }),
  load: async () => (await import("../commands/cat.ts")).runCat,
});

const MKDIR: TableEntry = define<MakeDirectoryCommand>({
  name: "mkdir",
  group: "Files",
  summary: "Make directories",
  description:
    `Makes directories, all in one transaction. With -p, their parents as well, and
no error for a directory that is there already.`,
  arguments: [
    {
      name: "PATH",
      summary: "The new directories",
      required: true,
      many: true,
    },
  ],
  options: [
    {
      name: "parents",
      short: "p",
      kind: "flag",
      summary: "Make parents as needed",
    },
    ...CHANGE,
  ],
  examples: [
    { cmd: "pond mkdir /reports", says: "Make a directory" },
    { cmd: "pond mkdir -p /reports/2026/01", says: "Make it with its parents" },
  ],
  errors: [
    ...COMMITTING,
    "ALREADY_EXISTS",
    "INVALID_NAME",
    "NOT_A_DIRECTORY",
    "NOT_FOUND",
  ],
  read: (values) => ({
    name: "mkdir",
    paths: values.words,
    parents: values.flag("parents"),
    ...changeOf(values),
  }),
  load: async () => (await import("../commands/mkdir.ts")).runMkdir,
});

const TOUCH: TableEntry = define<TouchCommand>({
  name: "touch",
  group: "Files",
  summary: "Make empty files, or renew the time of files",
  description:
    `Makes an empty file where there is none, and makes the present the time of the
last change where there is one; with -d, the given time, a date or how long ago.`,
  arguments: [{
    name: "PATH",
    summary: "The files",
    required: true,
    many: true,
  }],
  options: [
    {
      name: "date",
      short: "d",
      kind: "text",
      value: "TIME",
      summary: "This time: 2026-01-05, 2026-01-05T10:00Z, 2h (ago)",
    },
    ...CHANGE,
  ],
  examples: [
    { cmd: "pond touch /empty.txt", says: "Make an empty file" },
    {
      cmd: "pond touch -d 2026-01-05 /sensors/a.csv",
      says: "Set the time of the last change",
    },
    {
      cmd: 'pond touch --no-sync -m "later" /staged.txt',
      says: "Stage it, for a later pond commit",
    },
  ],
  errors: [...COMMITTING, "INVALID_NAME", "NOT_A_DIRECTORY", "NOT_FOUND"],
  read: (values) => ({
    name: "touch",
    paths: values.words,
    date: values.text("date"),
    ...changeOf(values),
  }),
  load: async () => (await import("../commands/touch.ts")).runTouch,
});

const RM: TableEntry = define<RemoveCommand>({
  name: "rm",
  group: "Files",
  summary: "Remove files, symlinks and directories",
  description:
    `Removes names from the pond, all in one transaction. History keeps what they held:
pond restore brings it back. Directories need -r. With -f, a path that isn't
there is no error.`,
  arguments: [
    { name: "PATH", summary: "What to remove", required: true, many: true },
  ],
  options: [
    RECURSIVE,
    {
      name: "force",
      short: "f",
      kind: "flag",
      summary: "Ignore what isn't there",
    },
    {
      name: "interactive",
      short: "i",
      kind: "flag",
      summary: "Ask before each PATH is removed",
    },
    ...CHANGE,
  ],
  examples: [
    { cmd: "pond rm /sensors/a.csv", says: "Remove a file" },
    {
      cmd: "pond rm -r /sensors",
      says: "Remove a directory with everything in it",
    },
    { cmd: "pond rm -f /missing.txt", says: "Remove a file if it is there" },
    { cmd: "pond rm -rn /sensors", says: "See what would be removed" },
  ],
  errors: [...COMMITTING, "IS_A_DIRECTORY", "NOT_FOUND"],
  read: (values) => ({
    name: "rm",
    paths: values.words,
    recursive: values.flag("recursive"),
    force: values.flag("force"),
    interactive: values.flag("interactive"),
    ...changeOf(values),
  }),
  load: async () => (await import("../commands/rm.ts")).runRm,
});

const LN: TableEntry = define<LinkCommand>({
  name: "ln",
  group: "Files",
  summary: "Make a symlink",
  description:
    `Makes LINK a symlink to TARGET, which is kept as it is written and need not exist.
If LINK is a directory, the symlink is made in it. All links are symlinks: -s is
taken and needs not be given.`,
  arguments: [
    { name: "TARGET", summary: "The path it points to", required: true },
    { name: "LINK", summary: "The new name", required: true },
  ],
  options: [
    { name: "symbolic", short: "s", kind: "flag", summary: "Is always on" },
    ...CHANGE,
  ],
  examples: [
    {
      cmd: "pond ln -s /sensors/a.csv /latest",
      says: "Make /latest point to a file",
    },
  ],
  errors: [...COMMITTING, "ALREADY_EXISTS", "NOT_A_DIRECTORY", "NOT_FOUND"],
  read: ({ words: [target = "", link = ""], ...values }) => ({
    name: "ln",
    target,
    link,
    ...changeOf({ words: [], ...values }),
  }),
  load: async () => (await import("../commands/ln.ts")).runLn,
});

const CP: TableEntry = define<CopyCommand>({
  name: "cp",
  group: "Files",
  summary: "Copy inside the pond",
  description:
    `Copies files and symlinks, and with -r directories, inside the pond. Content is
stored once, however often it is copied. If TO is a directory, the copies are made
in it; a file there is replaced by a new version. To cross the border to the host:
pond put and pond get.`,
  arguments: [
    { name: "FROM", summary: "What to copy", required: true, many: true },
    { name: "TO", summary: "The new name, or a directory", required: true },
  ],
  options: [RECURSIVE, ...CHANGE],
  examples: [
    { cmd: "pond cp /sensors/a.csv /copy.csv", says: "Copy a file" },
    { cmd: "pond cp -r /sensors /backup", says: "Copy a directory" },
  ],
  errors: [...COMMITTING, "IS_A_DIRECTORY", "NOT_A_DIRECTORY", "NOT_FOUND"],
  read: (values) => ({
    name: "cp",
    sources: values.words.slice(0, -1),
    destination: values.words.at(-1) ?? "",
    recursive: values.flag("recursive"),
    ...changeOf(values),
  }),
  load: async () => (await import("../commands/cp.ts")).runCp,
});

const MV: TableEntry = define<MoveCommand>({
  name: "mv",
  group: "Files",
  summary: "Move or rename inside the pond",
  description:
    `Moves or renames inside the pond. History follows: pond log of the new path
shows the versions under the old one. If TO is a directory, things move into it.`,
  arguments: [
    { name: "FROM", summary: "What to move", required: true, many: true },
    { name: "TO", summary: "The new name, or a directory", required: true },
  ],
  options: CHANGE,
  examples: [
    { cmd: "pond mv /sensors/a.csv /sensors/b.csv", says: "Rename a file" },
  ],
  errors: [...COMMITTING, "NOT_A_DIRECTORY", "NOT_FOUND"],
  read: (values) => ({
    name: "mv",
    sources: values.words.slice(0, -1),
    destination: values.words.at(-1) ?? "",
    ...changeOf(values),
  }),
  load: async () => (await import("../commands/mv.ts")).runMv,
});

/** Commands for what is in the pond. */
export const FILES: Readonly<
  Record<
    "ls" | "cat" | "mkdir" | "touch" | "rm" | "ln" | "cp" | "mv",
    TableEntry
  >
> = {
  ls: LS,
  cat: CAT,
  mkdir: MKDIR,
  touch: TOUCH,
  rm: RM,
  ln: LN,
  cp: CP,
  mv: MV,
};
