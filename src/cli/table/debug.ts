/**
 * The command that looks beneath a pond.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define } from "../command.ts";
import type { DebugCommand, TableEntry, Values } from "../command.ts";
import { FORMAT, formatOf, OUTPUT } from "../options.ts";

/** `pond debug` */
export const DEBUG: TableEntry = define<DebugCommand>({
  name: "debug",
  group: "Care",
  summary: "Show the rows of any Delta table",
  description:
    `Reads the Delta table in TABLE, written by any engine, with pond's own code, and
shows its rows, in no order that means anything. A table that needs what pond
doesn't know is refused by the name of the feature. In formats without lists,
maps and structs they are JSON; a map is a list of {key, value}.`,
  arguments: [
    { name: "WHAT", summary: "What to show: rows", required: true },
    {
      name: "TABLE",
      summary: "The table's directory on the host",
      required: true,
    },
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
      summary: "Read the version that was the newest at this time",
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
  ],
  read: readDebug,
  load: async () => (await import("../commands/debug.ts")).runDebug,
});

function readDebug(values: Values): DebugCommand {
  const [what, table = ""] = values.words;
  if (what !== "rows") {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot show "${what}" of a table`,
      { hint: "pond debug rows TABLE" },
    );
  }
  const version = values.number("version");
  const timestamp = values.text("timestamp");
  if (version !== undefined && timestamp !== undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot combine --version with --timestamp",
      { hint: "leave out one of them" },
    );
  }
  return {
    name: "debug",
    table,
    version,
    timestamp,
    output: values.text("output"),
    force: values.flag("force"),
    format: formatOf(values),
  };
}
