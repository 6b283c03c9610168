/**
 * The topics of `pond help`.
 *
 * @module
 */
import { keysText } from "./config_keys.ts";
import { EXIT_CODE_MEANINGS } from "./exit_codes.ts";

/** A text of help that belongs to no command. */
export interface Topic {
  /** How it is asked for. */
  readonly name: string;
  /** One line. */
  readonly title: string;
  /** The text, without a line break at its end. */
  text(): string;
}

/** Every topic. */
export const TOPICS: readonly Topic[] = [
  {
    name: "revisions",
    title: "How to name a point in history",
    text: () =>
      `  @                        the newest version
  @pending                 the newest version and what is staged
  v12                      version 12
  v-1                      the version before the newest
  2h  3d  30min  P3D       the state that long ago (s, min, h, d, w)
  2026-01-05               the state at the beginning of that day, UTC
  2026-01-05T10:00Z        the state at that time; UTC unless an offset is given
  1f2e3d                   the transaction whose id begins like this
  release-1.0              the version with this tag (pond tag)

Every reading command takes --at REV, and PATH@REV in the place of a PATH, also in
SQL: FROM '/a.csv@v1'. PATH@pending is PATH with what is staged. An @ in a name is
written twice: /mail@@home. pond restore REV makes it the current state; pond log
lists the versions.`,
  },
  {
    name: "globs",
    title: "How to write patterns of paths",
    text: () =>
      `  *          any characters of a name
  ?          one character of a name
  [a-z]      one of these characters; [!a-z] one that is none of them
  {a,b}      either of these
  **         any directories, or none, as a whole part of a path
  \\*         the character itself

  /sensors/*.csv           every CSV file in /sensors
  /**/*.{csv,parquet}      those of the whole tree
  /lake-[0-9]/depth*       in the directories lake-0 to lake-9

Reading commands (ls, cat, head, tail, stat, grep) take a pattern in the place of a
PATH, find --name takes one, and so does SQL: FROM '/sensors/*.csv'. A wildcard
stands for no hidden name, one that begins with a dot, unless a part of the pattern
does. What is there under the very name is no pattern. Write quotes around it, or
the shell looks for files of the host.`,
  },
  {
    name: "exit-codes",
    title: "What the exit codes mean",
    text: () =>
      EXIT_CODE_MEANINGS
        .map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`)
        .join("\n"),
  },
  {
    name: "env",
    title: "Environment variables",
    text: () =>
      `  POND              the pond's directory; --pond wins over it
  POND_BRANCH       the branch; --branch wins over it
  POND_KEY          the setting KEY, such as POND_COLOR (pond help config)
  VISUAL, EDITOR    the editor of pond edit; vi without them
  PAGER             shows what is taller than the screen; less -FRX without it, and
                    LESS is FRX unless it is set. The setting pager wins over it
  POND_DEBUG        when set, errors come with a stack trace
  POND_LOG          with ndjson, standard error is a log for programs: an object a
                    line with the member error, warning, note or timing, or of the
                    type status. SIGUSR2 asks a command how far it is
  POND_FORCE_TTY    a number: write as to a terminal of so many columns
  NO_COLOR          when set, no colours; the setting color wins over it
  FORCE_COLOR       when set, colours even to a pipe (also CLICOLOR_FORCE)
  TERM              no colours when it is dumb
  XDG_CONFIG_HOME   where the directory pond with config.yaml is; ~/.config
  TZ                the time zone of times on a terminal`,
  },
  {
    name: "config",
    title: "What can be configured",
    text: keysText,
  },
  {
    name: "sql",
    title: "How to ask in SQL",
    text: () =>
      `The SQL is that of DuckDB; a statement reads, and changes nothing.

  pond query "FROM '/sensors/a.csv'"                a file is a table by its path
  pond query "FROM '/sensors/*.csv'"                so are all files of a pattern
  pond query "FROM '/sensors/a.csv@v1'"             a file as it was; @* all versions
  pond query "SELECT path, size FROM files"         the tree is a table
  pond query "FROM files(at := 'v1')"               and what it was
  pond query "FROM changes('v1', '@')"              and what has changed
  pond query "SELECT path, version FROM versions"   the history, too: pond tables
  pond query -f question.sql -o rows.parquet        a statement and rows in files
  pond query 'FROM "/a.csv" WHERE v > $least' --param least=5

--at REV asks an earlier state, --pending also what is staged, --explain tells what
was read. pond help formats says how rows are written, pond describe what a file
holds. Values of paths are quoted with ', names of columns with ".`,
  },
  {
    name: "maintenance",
    title: "What keeps a pond small and fast",
    text: () =>
      `By themselves, commits
  merge data files: sixteen of about a size become one, so that the files to be
  opened grow with the logarithm of the history
  write a checkpoint: after 64 versions, or when the log has grown by half
  remove commits of the log that are older than 30 days

A merge has a version of its own, without a transaction: the numbers of the
transactions leave it out, and v-1 means the transaction before the newest.

On request, pond maintain
  optimize    merges what is left
  vacuum      deletes what nothing needs and is older than 7 days (--yes)

pond check looks for damage, and pond check --repair does away with what loses
nothing; what it moves away is in the directory recovered of the pond.

History is rows of the table, and stays through all of this, every version of it.
pond du --history says what it costs, and only pond prune drops some of it.
Other engines that read the Delta table at an old version need its files: they are
there until they are vacuumed.`,
  },
  {
    name: "formats",
    title: "How rows are written",
    text: () =>
      `  table      a table with the types of its columns
  tsv        tab-separated
  csv        comma-separated, RFC 4180
  json       an array of objects; --json is the same as --format json
  ndjson     an object a line
  markdown   a table
  arrow      an Arrow IPC stream
  parquet    a Parquet file
  chart      a bar a row: a column of labels, and columns of numbers; of many
             values over time a line

Unless told otherwise, a pipe gets tsv, and a terminal a table from pond query and
pond sql, from other commands aligned columns, without those that are empty.

To a pipe: times in RFC 3339, UTC; sizes in bytes; no colours; nothing is cut.

Numbers are exact. In JSON, integers and decimals have all their digits. In Arrow
and Parquet, integers beyond 64 bits (sum() of integers is one: HUGEINT) are
DECIMAL(38,0), and UBIGINT is DECIMAL(20,0); one of more than 38 digits is an
error, and a cast to VARCHAR or DOUBLE the way out. Lists, structs, nanoseconds
and the like are text.`,
  },
];
