/**
 * The commands under "History" and "Query".
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define } from "../command.ts";
import type {
  CommitCommand,
  QueryCommand,
  RevertCommand,
  TableEntry,
  Values,
} from "../command.ts";
import type { OptionSpec } from "../command.ts";
import {
  DURABILITY,
  durabilityOf,
  FORMAT,
  formatOf,
  MESSAGE,
  OUTPUT,
  VIEW,
  viewOf,
} from "../options.ts";

const FIRST: OptionSpec = {
  name: "first",
  kind: "number",
  value: "N",
  summary: "Commit only the first N operations",
};

const COMMIT: TableEntry = define<CommitCommand>({
  name: "commit",
  group: "History",
  summary: "Commit what is staged",
  description:
    `Makes everything that was staged with --no-sync, by any process, one transaction
of the history. Commands without --no-sync commit by themselves. With PATHs or
--first, only a part is committed, with what it needs; the rest stays staged.`,
  arguments: [
    { name: "MESSAGE", summary: "Why, for the history" },
    { name: "PATH", summary: "What to commit", many: true },
  ],
  options: [MESSAGE, FIRST, DURABILITY, FORMAT],
  examples: [
    { cmd: 'pond commit "first readings"', says: "Commit with a message" },
    {
      cmd: 'pond commit "only this" /staged.txt',
      says: "Commit what is staged of one path",
    },
  ],
  read: (values) => {
    const message = values.text("message");
    const [first, ...others] = values.words;
    return message === undefined
      ? commitOf("commit", values, first, others)
      : commitOf("commit", values, message, values.words);
  },
  load: async () => (await import("../commands/commit.ts")).runCommit,
});

const SYNC: TableEntry = define<CommitCommand>({
  name: "sync",
  group: "History",
  summary: "Commit what is staged, without a message",
  description:
    `Does what pond commit does, without a message. With PATHs or --first, only a part
is committed, with what it needs; the rest stays staged.`,
  arguments: [{ name: "PATH", summary: "What to commit", many: true }],
  options: [FIRST, DURABILITY, FORMAT],
  examples: [
    { cmd: "pond sync", says: "Commit what is staged" },
    { cmd: "pond sync /staged.txt", says: "Commit what is staged of one path" },
  ],
  read: (values) => commitOf("sync", values, undefined, values.words),
  load: async () => (await import("../commands/commit.ts")).runCommit,
});

function commitOf(
  name: "commit" | "sync",
  values: Values,
  message: string | undefined,
  paths: readonly string[],
): CommitCommand {
  const first = values.number("first");
  if (first !== undefined && paths.length > 0) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot commit the first operations and those of paths",
      { hint: "leave out --first, or the paths" },
    );
  }
  return {
    name,
    message,
    paths,
    first,
    durability: durabilityOf(values),
    format: formatOf(values),
  };
}

const REVERT: TableEntry = define<RevertCommand>({
  name: "revert",
  group: "History",
  summary: "Drop what is staged",
  description:
    `Drops everything that was staged with --no-sync; with PATHs, what is staged at or
below them, and what builds on that. What is committed stays; to go back in history:
pond restore.`,
  arguments: [{ name: "PATH", summary: "What to drop", many: true }],
  options: [],
  examples: [
    { cmd: "pond revert", says: "Drop the staged operations" },
    { cmd: "pond revert /staged.txt", says: "Drop those of one path" },
  ],
  read: (values) => ({ name: "revert", paths: values.words }),
  load: async () => (await import("../commands/revert.ts")).runRevert,
});

const QUERY: TableEntry = define<QueryCommand>({
  name: "query",
  group: "Query",
  summary: "Run SQL over files and history",
  description:
    `Runs a SQL statement (DuckDB's dialect). Tables are files of the pond by their
path (FROM '/sensors/*.csv'), and the pond's own: the tree and the history (pond
tables lists them). The statement is SQL, or the content of the file
of -f, or standard input for "-". With --pending, staged operations are rows, too.
With --output, the rows go to a file of the host, in the format of its extension.`,
  arguments: [{ name: "SQL", summary: "The statement, or -" }],
  options: [
    {
      name: "file",
      short: "f",
      kind: "text",
      value: "FILE",
      summary: "Read the statement from a file of the host, or -",
    },
    {
      name: "explain",
      kind: "flag",
      summary: "Tell which files are read for it, and which are skipped",
    },
    ...OUTPUT,
    ...VIEW,
    FORMAT,
  ],
  examples: [
    {
      cmd: "pond query \"SELECT count(*) AS n FROM '/sensors/*.csv'\"",
      says: "Count the lines of all CSV files of a directory",
    },
    {
      cmd: 'pond query "SELECT path, operation FROM oplog_entries" --pending',
      says: "List operations, the staged ones too",
    },
    {
      cmd: "pond query \"FROM '/sensors/a.csv'\" -o readings.parquet",
      says: "Export a file as Parquet",
    },
    {
      cmd: "pond query \"SELECT path, size FROM files(at := 'v1')\"",
      says: "What was there at version 1",
    },
    {
      cmd: "pond query \"SELECT change, path FROM changes('v0', '@')\"",
      says: "What has changed since version 0",
    },
    {
      cmd:
        'pond query "SELECT count(*) FROM operations WHERE version = 1" --explain',
      says: "See which data files that needs",
    },
  ],
  read: readQuery,
  load: async () => (await import("../commands/query.ts")).runQuery,
});

function readQuery(values: Values): QueryCommand {
  const [word] = values.words;
  const file = values.text("file") ?? (word === "-" ? "-" : undefined);
  const sql = word === "-" ? undefined : word;
  if ((sql === undefined) === (file === undefined)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      sql === undefined
        ? "Cannot query: there is no statement"
        : "Cannot query: there are two statements, an argument and a file",
      { hint: 'pond query "SELECT * FROM operations"' },
    );
  }
  return {
    name: "query",
    sql,
    file,
    output: values.text("output"),
    force: values.flag("force"),
    explain: values.flag("explain"),
    ...viewOf(values),
    format: formatOf(values),
  };
}

/** Commands that record. */
export const HISTORY_COMMANDS: Readonly<
  Record<
    "commit" | "sync" | "revert",
    TableEntry
  >
> = {
  commit: COMMIT,
  sync: SYNC,
  revert: REVERT,
};

/** Commands that ask. */
export const QUERY_COMMANDS: Readonly<Record<"query", TableEntry>> = {
  query: QUERY,
};
