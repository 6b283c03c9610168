/**
 * The commands under "History" that look back.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define } from "../command.ts";
import type {
  BlameCommand,
  DiffCommand,
  DiffOutput,
  LogCommand,
  OptionSpec,
  ShowCommand,
  TableEntry,
  Values,
} from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import {
  FORMAT,
  formatOf,
  LOOKING,
  OPENING,
  PENDING,
  VIEW,
  viewOf,
} from "../options.ts";

const LIMIT: OptionSpec = {
  name: "limit",
  short: "n",
  kind: "number",
  value: "N",
  summary: "Show only the newest N",
};

const UNIFIED: OptionSpec = {
  name: "unified",
  short: "U",
  kind: "number",
  value: "N",
  summary: "Show N lines around each change of a text (3)",
};

const LOG: TableEntry = define<LogCommand>({
  name: "log",
  group: "History",
  paged: true,
  summary: "List transactions, or the versions of a path",
  description:
    `Without a PATH, lists the transactions, the newest first. With a PATH, lists the
versions of what is there, through renames. A number as the only argument is the
LIMIT. Where it ends because history was pruned, a terminal is told so. Also called
pond history.`,
  arguments: [
    { name: "PATH", summary: "A path in the pond, or PATH@REV" },
    { name: "LIMIT", summary: "Show only the newest ones" },
  ],
  options: [
    LIMIT,
    {
      name: "since",
      kind: "text",
      value: "REV",
      summary: "Only those of this time or later (2h, 2026-01-05, v3)",
    },
    {
      name: "until",
      kind: "text",
      value: "REV",
      summary: "Only those up to this time",
    },
    {
      name: "author",
      kind: "text",
      value: "NAME",
      summary: "Only those of who has this in the name",
    },
    {
      name: "stat",
      kind: "flag",
      summary: "Say what each transaction changed",
    },
    ...VIEW,
    FORMAT,
  ],
  examples: [
    { cmd: "pond log", says: "List all transactions" },
    { cmd: "pond log --since 2h --stat", says: "What changed in two hours" },
    { cmd: "pond log --author ana -n 5", says: "List somebody's newest five" },
    { cmd: "pond log /sensors/a.csv", says: "List the versions of a file" },
    {
      cmd: "pond log /sensors/a.csv 1",
      says: "Show the newest version of it",
    },
  ],
  errors: [...LOOKING, "NOT_A_DIRECTORY"],
  read: readLog,
  load: async () => (await import("../commands/log.ts")).runLog,
});

const SHOW: TableEntry = define<ShowCommand>({
  name: "show",
  group: "History",
  paged: true,
  summary: "Show a transaction, or the operation log",
  description:
    `With a REV, shows one transaction: who made it, when and why, and what it changed;
with --diff, how. With PATHs, only what is at or below them. To a pipe, one row
for each operation.

Without, shows the operation log, the oldest transaction first: each with its
time, author and message, then its operations. To a pipe, one row for each
operation.`,
  arguments: [
    { name: "REV", summary: "The revision (pond help revisions)" },
    { name: "PATH", summary: "Only what is here, or below", many: true },
  ],
  options: [
    { name: "diff", kind: "flag", summary: "Show the changes as a patch" },
    UNIFIED,
    LIMIT,
    PENDING,
    FORMAT,
  ],
  examples: [
    { cmd: "pond show v1", says: "Show what version 1 did" },
    { cmd: "pond show v1 --diff", says: "Show it line by line" },
    { cmd: "pond show", says: "Show everything that was ever done" },
    { cmd: "pond show -n 1", says: "Show the last transaction" },
  ],
  errors: [...OPENING, "REVISION_NOT_FOUND"],
  read: (values) => ({
    name: "show",
    words: values.words,
    limit: values.number("limit"),
    pending: values.flag("pending"),
    diff: values.flag("diff"),
    context: values.number("unified"),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/show.ts")).runShow,
});

const DIFF: TableEntry = define<DiffCommand>({
  name: "diff",
  group: "History",
  paged: true,
  summary: "Show what differs between two states",
  description:
    `Compares the states of two revisions; one REV with the newest version; without,
the last two versions. With --pending, what is staged counts as the newest state,
and is all that is shown without a REV. With PATHs, only what is, or was, at or
below them. A word with a slash is a PATH, and PATH@REV is both.

Writes a patch, as git prints it: text by line, renames as renames, other content
as "Binary files differ". Times, and directories that come and go, are not in it;
they are with --stat or a --format, which give one row for each node: added,
deleted, modified, moved, type, mode, attributes, touched.

With --rows KEY, compares a table (CSV, Parquet, JSON) row by row: KEY is a column
that tells rows apart, or several, with commas. A row is inserted, deleted or
changed.`,
  arguments: [
    { name: "REV", summary: "The one revision, or two" },
    { name: "PATH", summary: "Only what is here, or below", many: true },
  ],
  options: [
    PENDING,
    { name: "name-only", kind: "flag", summary: "Write paths only" },
    {
      name: "name-status",
      kind: "flag",
      summary: "Write a row for each node: change, path, from, …",
    },
    {
      name: "stat",
      kind: "flag",
      summary: "The same, with the lines that came and went",
    },
    UNIFIED,
    {
      name: "rows",
      kind: "text",
      value: "KEY",
      summary: "Compare the rows of a table by these columns",
    },
    {
      name: "exit-code",
      kind: "flag",
      summary: "End with 1 when anything differs",
    },
    FORMAT,
  ],
  examples: [
    { cmd: "pond diff", says: "Show what the last transaction changed" },
    { cmd: "pond diff --pending", says: "Show what is staged" },
    { cmd: "pond diff v0 v1 --stat", says: "Count the lines that changed" },
    {
      cmd: "pond diff v1 /sensors/a.csv",
      says: "Compare a file with what it was at version 1",
    },
    {
      cmd: "pond diff v1 @ /sensors/a.csv --rows t",
      says: "Compare its rows, which the column t tells apart",
    },
  ],
  exits: [ExitCode.failed],
  errors: LOOKING,
  read: (values) => ({
    name: "diff",
    words: values.words,
    pending: values.flag("pending"),
    output: outputOf(values),
    context: values.number("unified"),
    keys: keysOf(values),
    exitCode: values.flag("exit-code"),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/diff.ts")).runDiff,
});

const BLAME: TableEntry = define<BlameCommand>({
  name: "blame",
  group: "History",
  paged: true,
  summary: "Say which version brought each line of a file",
  description:
    `Writes the lines of a text, each with the version that last changed it, its author
and time, through renames.`,
  arguments: [
    { name: "PATH", summary: "The file, or PATH@REV", required: true },
  ],
  options: [...VIEW, FORMAT],
  examples: [
    {
      cmd: "pond blame /sensors/a.csv",
      says: "Say where each line comes from",
    },
  ],
  errors: [...LOOKING, "IS_A_DIRECTORY", "NOT_A_DIRECTORY"],
  read: (values) => ({
    name: "blame",
    path: values.words[0] ?? "",
    ...viewOf(values),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/blame.ts")).runBlame,
});

function readLog(values: Values): LogCommand {
  const words = [...values.words];
  let limit = values.number("limit");
  const last = words.at(-1);
  if (last !== undefined && /^\d+$/.test(last)) {
    if (limit !== undefined) {
      throw new PondError("INVALID_ARGUMENT", "Cannot take two limits", {
        hint: `a path is written with a slash: /${last}`,
      });
    }
    limit = Number(last);
    words.pop();
  }
  if (words.length > 1) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot take ${words[1]} as LIMIT: it is no whole number`,
    );
  }
  return {
    name: "log",
    path: words[0],
    limit,
    since: values.text("since"),
    until: values.text("until"),
    author: values.text("author"),
    stat: values.flag("stat"),
    ...viewOf(values),
    format: formatOf(values),
  };
}

const OUTPUTS: readonly (readonly [option: string, output: DiffOutput])[] = [
  ["name-only", "names"],
  ["name-status", "rows"],
  ["stat", "stat"],
];

function outputOf(values: Values): DiffOutput {
  const [found, other] = OUTPUTS.filter(([option]) => values.flag(option));
  if (found && other) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot combine --${found[0]} with --${other[0]}`,
      { hint: "leave out one of them" },
    );
  }
  return found?.[1] ?? "patch";
}

function keysOf(values: Values): readonly string[] | undefined {
  const keys = values.text("rows")?.split(",").map((key) => key.trim());
  if (keys?.includes("")) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot compare rows by a column without a name",
      { hint: "--rows station,time" },
    );
  }
  return keys;
}

/** Commands that look back. */
export const LOOK_BACK: Readonly<
  Record<"log" | "show" | "diff" | "blame", TableEntry>
> = { log: LOG, show: SHOW, diff: DIFF, blame: BLAME };
