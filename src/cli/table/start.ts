/**
 * The commands under "Start" and "Care".
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define, type Values } from "../command.ts";
import type {
  HelpCommand,
  InitCommand,
  ManCommand,
  TableEntry,
} from "../command.ts";
import type { StatusCommand, VersionCommand } from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import {
  DRY_RUN,
  DURABILITY,
  FORMAT,
  formatOf,
  OPENING,
  PENDING,
} from "../options.ts";

const INIT: TableEntry = define<InitCommand>({
  name: "init",
  group: "Start",
  summary: "Make a new, empty pond",
  description:
    `Makes a pond in DIR, which must be new or empty. Without DIR, the directory of
--pond, of the environment variable POND, or the current one.

The layout decides how the Delta table inside is divided into files: clustered
(one file for each transaction) or hive (one directory for each directory of the
pond, for engines that prune by partition). Everything works on both.`,
  arguments: [{ name: "DIR", summary: "The directory on the host" }],
  options: [
    {
      name: "layout",
      kind: "text",
      value: "LAYOUT",
      choices: ["clustered", "hive"],
      summary: "How data files are laid out; clustered unless told otherwise",
    },
    DRY_RUN,
    DURABILITY,
  ],
  examples: [
    {
      cmd: "pond init fresh-pond",
      says: "Make a pond in the directory fresh-pond",
    },
    {
      cmd: "pond init --layout=hive hive-pond",
      says: "Make one with a directory for each partition",
    },
  ],
  errors: [
    "ABORTED",
    "ALREADY_EXISTS",
    "NOT_FOUND",
    "NO_SPACE",
    "PERMISSION_DENIED",
  ],
  read: (values) => ({
    name: "init",
    directory: values.words[0],
    layout: values.text("layout") === "hive" ? "hive" : "clustered",
    dryRun: values.flag("dry-run"),
  }),
  load: async () => (await import("../commands/init.ts")).runInit,
});

const STATUS: TableEntry = define<StatusCommand>({
  name: "status",
  group: "Start",
  summary: "Show the state of the pond and what is staged",
  description:
    `Shows where the pond is, its newest version, since when history is whole if it was
pruned, and what is staged by commands with --no-sync, in order; and if that no
longer fits, what another transaction has done.
With --short, one line for each staged operation and nothing else:
  A  added    M  modified    D  deleted    R  moved    U  in conflict
With --format, a row of facts; with --pending, a row for each staged operation.

With --stale AGE, it lists instead the series whose newest row is older than that,
all or those that PATTERN stands for, with the time of that row, and ends with exit
code 1 when there are some: for cron, and for what watches. Nothing is written then.`,
  arguments: [{
    name: "PATTERN",
    summary:
      "Series, with --stale: paths and patterns; a directory is all of it",
    many: true,
  }],
  options: [
    {
      name: "stale",
      kind: "text",
      value: "AGE",
      summary: "List series whose newest row is older: 90m, 2h, 1d",
    },
    PENDING,
    {
      name: "short",
      short: "s",
      kind: "flag",
      summary: "Only list the staged operations, one a line",
    },
    FORMAT,
  ],
  examples: [
    {
      cmd: "pond status",
      says: "Show version, time of the last commit, staged work",
    },
    { cmd: "pond status -s", says: "List the staged operations for scripts" },
    { cmd: "pond status --json", says: "The same for programs" },
    {
      cmd: "pond status --stale 2h",
      says: "List the series without a row in the last two hours",
    },
  ],
  errors: [...OPENING, "NOT_FOUND"],
  exits: [ExitCode.failed],
  read: readStatus,
  load: async () => (await import("../commands/status.ts")).runStatus,
});

function readStatus(values: Values): StatusCommand {
  const stale = values.text("stale");
  const pending = values.flag("pending");
  const short = values.flag("short");
  if (stale === undefined && values.words.length > 0) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "pond status takes paths with --stale only",
      { hint: `pond status --stale 2h ${values.words[0]}` },
    );
  }
  if (stale !== undefined && (pending || short)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use --stale with ${pending ? "--pending" : "--short"}`,
      { hint: "leave one of them out" },
    );
  }
  return {
    name: "status",
    words: values.words,
    stale,
    pending,
    short,
    format: formatOf(values),
  };
}

const VERSION: TableEntry = define<VersionCommand>({
  name: "version",
  group: "Care",
  summary: "Show the version of pond",
  description:
    `Shows the version of this program; with --json, also the version of the format on
disk, the protocol versions of its Delta table, and what it runs on.`,
  arguments: [],
  options: [],
  examples: [
    { cmd: "pond version", says: "Show the version" },
    { cmd: "pond version --json", says: "Show all version numbers" },
  ],
  read: () => ({ name: "version" }),
  load: async () => (await import("../commands/version.ts")).runVersion,
});

/**
 * The command that explains the others.
 *
 * @param table Gives all commands, once they are known.
 */
export function helpEntry(
  table: () => Promise<readonly TableEntry[]>,
): TableEntry {
  return define<HelpCommand>({
    name: "help",
    group: "Care",
    paged: true,
    summary: "Explain a command or a topic",
    description:
      `Explains a command, or one of the topics: revisions, globs, exit-codes,
env, config, sql, maintenance, formats.
Without an argument, an overview. Every command also takes -h and --help.`,
    arguments: [{ name: "TOPIC", summary: "A command or a topic" }],
    options: [],
    examples: [
      { cmd: "pond help ls", says: "Explain ls" },
      {
        cmd: "pond help revisions",
        says: "Explain how to name a point in history",
      },
    ],
    read: (values) => ({ name: "help", topic: values.words[0], short: false }),
    load: async () => {
      const { runHelp } = await import("../commands/help.ts");
      return async (command, context) =>
        await runHelp(command, context, await table());
    },
  });
}

/**
 * The command that writes the manual page.
 *
 * @param table Gives all commands, once they are known.
 */
export function manEntry(
  table: () => Promise<readonly TableEntry[]>,
): TableEntry {
  return define<ManCommand>({
    name: "man",
    group: "Care",
    summary: "Write the manual page",
    description:
      `Writes the manual page, of all commands or of one, for the program man: roff, with
the macros of man(7). To read it: pond man > pond.1, then man -l pond.1.`,
    arguments: [{
      name: "COMMAND",
      summary: "The command that it is about",
      completes: "help",
    }],
    options: [],
    examples: [
      { cmd: "pond man", says: "Write the page of all commands" },
      { cmd: "pond man ls", says: "Write the page of one" },
    ],
    read: ({ words }) => ({ name: "man", topic: words[0] }),
    load: async () => {
      const { runMan } = await import("../commands/man.ts");
      return async (command, context) =>
        await runMan(command, context, await table());
    },
  });
}

/** Commands to begin with. */
export const START: Readonly<Record<"init" | "status", TableEntry>> = {
  init: INIT,
  status: STATUS,
};

/** Commands that look after pond itself. */
export const CARE: Readonly<Record<"version", TableEntry>> = {
  version: VERSION,
};
