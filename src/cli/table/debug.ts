/**
 * The command that looks beneath a pond.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define } from "../command.ts";
import type { DebugCommand, TableEntry, Values } from "../command.ts";
import { DEBUG_DUMPS } from "../debug_view.ts";
import { FORMAT, formatOf, OUTPUT } from "../options.ts";

/** `pond debug` */
export const DEBUG: TableEntry = define<DebugCommand>({
  name: "debug",
  group: "Care",
  paged: true,
  summary: "Show the rows of any Delta table, or what its files are made of",
  description:
    `Looks into the Delta table in TARGET, written by any engine, or into a file of
one, with pond's own code. But for rows, TARGET may also be the directory of a
pond, or of a branch in it: then it is its table. Nothing is ever written.

  rows TABLE              the rows, in no order that means anything
  log TABLE               each file of the log, each action of each commit
  snapshot TABLE          what the log adds up to: protocol, schema, data files
  checkpoint FILE         the actions in a checkpoint, and in its sidecars
  parquet FILE            footer, schema, row groups, columns and pages
  record TABLE PART_ID    rows of a pond's table, with the rows in their content;
                          PART_ID/NODE_ID for one node, and the first digits of
                          an id for all that begin with them

rows refuses a damaged table, and one that needs what pond doesn't know, by the
name of the feature. In formats without lists, maps and structs they are JSON; a
map is a list of {key, value}.

The others are for damaged tables: they show what can be decoded, and each
damage in its place. They end with 6 when there is damage. What they show is not
to be trusted: a digest that is wrong is told, and the content shown all the
same. With --json and in other formats, each row has kind, path, version, place,
severity (damage, note, leftover), problem, and as an object its facts.`,
  arguments: [
    {
      name: "WHAT",
      summary: `What to show: rows, ${DEBUG_DUMPS.join(", ")}`,
      required: true,
      completes: ["rows", ...DEBUG_DUMPS],
    },
    {
      name: "TARGET",
      completes: "files",
      summary: "The table's directory on the host, or the file",
      required: true,
    },
    { name: "PART_ID", summary: "The rows of record, or PART_ID/NODE_ID" },
  ],
  options: [
    {
      name: "version",
      kind: "number",
      value: "N",
      summary: "Read this version; the newest unless told otherwise",
    },
    {
      name: "timestamp",
      kind: "text",
      value: "TIME",
      summary: "Of rows: read the version that was the newest at this time",
    },
    {
      name: "from",
      kind: "number",
      value: "N",
      summary: "Of log: from this version on",
    },
    {
      name: "to",
      kind: "number",
      value: "N",
      summary: "Of log: up to this version",
    },
    ...OUTPUT,
    FORMAT,
  ],
  examples: [
    {
      cmd: "pond debug rows ../pond/oplog",
      says: "Show the records of a pond's own table",
    },
    {
      cmd: "pond debug rows ../pond/oplog --version 0 --format ndjson",
      says: "Show those of its first version as JSON, one a line",
    },
    {
      cmd: "pond debug log ../pond --from 1",
      says: "Show what was committed from version 1 on",
    },
    {
      cmd: "pond debug snapshot ../pond --json",
      says: "Tell a program which files make the newest version",
    },
    {
      cmd: "pond debug record ../pond 00000000000000000000000000000000",
      says: "Show the rows of the root directory",
    },
  ],
  errors: ["ABORTED", "NOT_FOUND", "REVISION_NOT_FOUND"],
  read: readDebug,
  load: async () => (await import("../commands/debug.ts")).runDebug,
});

/** What each takes beside its target. */
const TAKES: { readonly [what in DebugCommand["what"]]: readonly string[] } = {
  rows: ["version", "timestamp"],
  log: ["version", "from", "to"],
  snapshot: ["version"],
  checkpoint: [],
  parquet: [],
  record: ["version"],
};

function readDebug(values: Values): DebugCommand {
  const [word, target = "", row] = values.words;
  const what = whatOf(word);
  const command = {
    version: values.number("version"),
    timestamp: values.text("timestamp"),
    from: values.number("from"),
    to: values.number("to"),
  };
  const { version, timestamp, from, to } = command;
  for (const [name, value] of Object.entries(command)) {
    if (value === undefined || TAKES[what].includes(name)) continue;
    const hint = `leave it out: pond debug ${what} ${target}`;
    throw invalid(`Cannot take --${name} for ${what}`, hint);
  }
  if (version !== undefined && timestamp !== undefined) {
    throw invalid(
      "Cannot combine --version with --timestamp",
      "leave out one of them",
    );
  }
  if (version !== undefined && (from !== undefined || to !== undefined)) {
    throw invalid(
      "Cannot combine --version with --from and --to",
      "leave out --version",
    );
  }
  if (from !== undefined && to !== undefined && from > to) {
    throw invalid(
      `Cannot show the versions ${from} to ${to}: there are none`,
      `--from ${to} --to ${from}`,
    );
  }
  requireRow(what, row);
  return {
    name: "debug",
    what,
    target,
    row,
    ...command,
    output: values.text("output"),
    force: values.flag("force"),
    format: formatOf(values),
  };
}

function whatOf(word: string | undefined): DebugCommand["what"] {
  const what = (["rows", ...DEBUG_DUMPS] as const).find((name) =>
    name === word
  );
  if (what !== undefined) return what;
  throw invalid(
    `Cannot show "${word}" of a table`,
    `pond debug rows TABLE; it shows ${DEBUG_DUMPS.join(", ")} as well`,
  );
}

/** Identities are hexadecimal digits; the beginning of one is enough. */
function requireRow(what: DebugCommand["what"], row: string | undefined) {
  const hint = "pond debug record TABLE PART_ID, or PART_ID/NODE_ID";
  if (what === "record") {
    if (row !== undefined && /^[0-9a-f]{1,32}(\/[0-9a-f]{1,32})?$/.test(row)) {
      return;
    }
    const problem = row === undefined
      ? "Cannot tell which rows to show"
      : `Cannot read ${JSON.stringify(row)} as the id of a row`;
    throw invalid(problem, hint);
  }
  if (row !== undefined) {
    const hint = `pond debug ${what} takes one path`;
    throw invalid(`Cannot take ${JSON.stringify(row)} for ${what}`, hint);
  }
}

function invalid(message: string, hint: string): PondError {
  return new PondError("INVALID_ARGUMENT", message, { hint });
}
