/**
 * The commands under "Query".
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define } from "../command.ts";
import type {
  DescribeCommand,
  LimitOptions,
  OptionSpec,
  QueryCommand,
  SqlCommand,
  TableEntry,
  Values,
} from "../command.ts";
import {
  CHANGE,
  changeOf,
  FORMAT,
  formatOf,
  LOOKING,
  OUTPUT,
  VIEW,
  viewOf,
} from "../options.ts";

/** What a query may take, and may be configured. */
export const LIMITS: readonly OptionSpec[] = [
  {
    name: "memory",
    kind: "text",
    value: "SIZE",
    summary: "What to take of memory; the rest goes to the pond's cache/ (80%)",
    config: "query.memory",
  },
  {
    name: "threads",
    kind: "number",
    value: "N",
    summary: "How many processors to use (all)",
    config: "query.threads",
  },
  {
    name: "timeout",
    kind: "text",
    value: "TIME",
    summary: "Give up after that long (30s, 5min)",
    config: "query.timeout",
  },
];

/** What a query may take, and read. */
const ALL_LIMITS: readonly OptionSpec[] = [...LIMITS, {
  name: "allow-host-files",
  kind: "flag",
  summary: "Let SQL read files of the host: FROM read_csv('a.csv')",
}];

/** Reads those of {@linkcode ALL_LIMITS} that can't be configured. */
function limitsOf(values: Values): LimitOptions {
  return { hostFiles: values.flag("allow-host-files") };
}

const QUERY: TableEntry = define<QueryCommand>({
  name: "query",
  group: "Query",
  paged: true,
  summary: "Run SQL over files and history",
  description:
    `Runs a SQL statement (DuckDB's dialect). Tables are files of the pond by their
path (FROM '/sensors/*.csv'), and the pond's own: the tree and the history (pond
tables lists them). The statement is SQL, or the content of the file of -f, or
standard input for "-". With --pending, staged operations are rows, too. With
--output, the rows go to a file of the host, in the format of its extension.

With --into, they go to a file of the pond, in one transaction: a new version of it
if it is there. That is the only way in which a query changes the pond; a statement
only reads, and nothing but the pond, unless --allow-host-files is given.

A --param is bound to $NAME, and never a part of the SQL. A number, true, false and
null are what they are in JSON, everything else is text; '"5"' is the text 5.`,
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
      name: "param",
      short: "p",
      kind: "text",
      value: "NAME=VALUE",
      many: true,
      summary: "The value of $NAME in the statement",
    },
    {
      name: "explain",
      kind: "flag",
      summary: "Tell which files are read for it, and which are skipped",
    },
    ...OUTPUT,
    {
      name: "into",
      kind: "text",
      value: "PATH",
      summary: "Store the rows as a file of the pond",
    },
    { name: "chart", kind: "flag", summary: "Same as --format chart" },
    ...ALL_LIMITS,
    ...VIEW,
    ...CHANGE,
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
    {
      cmd:
        "pond query 'SELECT v FROM \"/sensors/a.csv\" WHERE v > $least' --param least=5",
      says: "Ask with a parameter",
    },
    {
      cmd:
        "pond query \"FROM '/sensors/*.csv' ORDER BY t\" --into /all.parquet",
      says: "Store what several files have as one",
    },
    {
      cmd: "pond query \"SELECT t, v FROM '/sensors/a.csv'\" --chart",
      says: "Draw it",
    },
  ],
  errors: [...LOOKING, "ALREADY_EXISTS", "NO_SPACE", "QUERY"],
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
  const command: QueryCommand = {
    name: "query",
    sql,
    file,
    params: values.texts("param"),
    output: values.text("output"),
    force: values.flag("force"),
    explain: values.flag("explain"),
    into: values.text("into"),
    change: changeOf(values),
    ...limitsOf(values),
    ...viewOf(values),
    format: values.flag("chart") ? "chart" : formatOf(values),
  };
  checkDestination(command, values);
  return command;
}

/** Refuses what doesn't go together with `--into`, or without it. */
function checkDestination(
  { into, output, at, pending, change, explain }: QueryCommand,
  values: Values,
): void {
  if (into === undefined) {
    const option = CHANGE.find(({ name, kind }) =>
      kind === "flag" ? values.flag(name) : values.text(name) !== undefined
    );
    if (option === undefined) return;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot query with --${option.name}: nothing is committed without --into`,
      { hint: "store the rows in the pond: --into /rows.parquet" },
    );
  }
  if (output !== undefined || explain) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot use --into together with ${explain ? "--explain" : "--output"}`,
      { hint: "leave out one of them" },
    );
  }
  if ((pending || at === "@pending") && !change.noSync) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot commit what was made of staged changes before they are",
      { hint: "stage it as well: --no-sync" },
    );
  }
}

const SQL: TableEntry = define<SqlCommand>({
  name: "sql",
  group: "Query",
  summary: "Ask in SQL, statement by statement",
  description:
    `Reads statements, each up to its semicolon, and writes the rows of one after the
other, as pond query does. On a terminal it is a shell: Tab completes keywords,
tables, columns and, inside of quotes, paths of the pond; the arrow keys call back
earlier statements; Ctrl-C ends a statement, Ctrl-D the shell. Errors are told, and
it goes on. From a pipe, the first error ends it, with its exit code.

A line that begins with a dot is a command: .tables, .schema TABLE, .at REV,
.mode FORMAT, .timer on, .help, .quit.

The history is in pond/sql_history of XDG_STATE_HOME (~/.local/state), which others
can't read; statements with "secret" in them are not kept.`,
  arguments: [{
    name: "SQL",
    summary: "Statements, in the place of the input",
  }],
  options: [...ALL_LIMITS, ...VIEW, FORMAT],
  examples: [
    {
      cmd: "pond sql \"SELECT 1 AS a; FROM '/sensors/a.csv'\"",
      says: "Run two statements",
    },
    { cmd: "pond sql .tables", says: "List the tables" },
    {
      cmd: 'pond sql ".schema /sensors/a.csv"',
      says: "List the columns of a file",
    },
  ],
  errors: [...LOOKING, "QUERY"],
  read: (values) => ({
    name: "sql",
    sql: values.words[0],
    ...limitsOf(values),
    ...viewOf(values),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/sql.ts")).runSql,
});

const DESCRIBE: TableEntry = define<DescribeCommand>({
  name: "describe",
  group: "Query",
  paged: true,
  summary: "Say what a table holds: columns, ranges, gaps",
  description:
    `Says of each column of a file (or of several, by a pattern, or of a table of the
pond) its type, its least and greatest value, how many rows have none, and how many
different values there are. On a terminal also how many rows there are, and how the
first column of times goes on.

With --gaps, lists the largest steps from one time to the next, those of more than
1.5 times the median step: in seconds, or for --time COLUMN with numbers in their
unit.`,
  arguments: [
    {
      name: "PATH",
      summary: "A file, PATH@REV, a pattern, or a table",
      required: true,
    },
  ],
  options: [
    { name: "gaps", kind: "flag", summary: "List gaps in the times" },
    {
      name: "time",
      kind: "text",
      value: "COLUMN",
      summary: "The column with the times (the first that has any)",
    },
    {
      name: "limit",
      short: "n",
      kind: "number",
      value: "N",
      summary: "List the N largest gaps (10)",
    },
    ...LIMITS,
    ...VIEW,
    FORMAT,
  ],
  examples: [
    { cmd: "pond describe /sensors/a.csv", says: "Describe a file" },
    {
      cmd: "pond describe '/sensors/*.csv' --gaps --time t",
      says: "List gaps in the times of several",
    },
    { cmd: "pond describe operations", says: "Describe a table of the pond" },
  ],
  errors: LOOKING,
  read: (values) => ({
    name: "describe",
    path: values.words[0] ?? "",
    gaps: values.flag("gaps"),
    time: values.text("time"),
    limit: values.number("limit"),
    ...limitsOf(values),
    ...viewOf(values),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/describe.ts")).runDescribe,
});

/** Commands that ask. */
export const QUERY_COMMANDS: Readonly<
  Record<"query" | "sql" | "describe", TableEntry>
> = {
  query: QUERY,
  sql: SQL,
  describe: DESCRIBE,
};
