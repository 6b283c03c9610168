/**
 * The command that gives tables to other programs.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { ExportFormat } from "../../export/mod.ts";
import { define } from "../command.ts";
import type { ExportCommand, TableEntry, Values } from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import { DRY_RUN, LOOKING } from "../options.ts";
import { LIMITS } from "./query.ts";

/** How files can be written; `src/export/` is loaded by who exports. */
const FORMATS = ["parquet", "csv"] as const satisfies readonly ExportFormat[];

/** `pond export` */
export const EXPORT: TableEntry = define<ExportCommand>({
  name: "export",
  group: "Move data",
  summary: "Write tables as Parquet or CSV in Hive partitions",
  description:
    `Writes each file of the pond that matches GLOB and is a table (pond help formats)
into the directory of --to, as Parquet or CSV. With --partition-by, its rows go to
directories of their parts of time (year, quarter, month, day, hour, date; in UTC,
of the column of --time, or the first one that has times) or of the values of a
column: year=2026/month=1/…. DuckDB, Spark, pandas and others read them as one
table.

With --pages, texts of Template resources are written, too: below DIR as they are
below the part of their GLOB without wildcards. In them, "export" has the files of
this export (docs/pipelines.md).

The next run of the same export writes only what has changed: sources by their
hashes, and files that are missing. What has gone from the pond goes from the
directory. A file there that somebody else has written or edited is never touched:
its source fails, and the exit code is 3; --force writes over it. A directory that
holds another export is refused without --force. Each file is whole at each moment;
a run that was interrupted is continued by the next one. Nothing is written outside
the directory, nor through a symlink in it.`,
  arguments: [{
    name: "GLOB",
    summary: "A path in the pond, or a pattern",
    required: true,
    completes: "paths",
  }],
  options: [
    {
      name: "to",
      kind: "text",
      value: "DIR",
      summary: "The directory of the host; made when missing",
    },
    {
      name: "partition-by",
      kind: "text",
      value: "NAMES",
      summary: "Parts of time or columns, with commas: year,month",
    },
    {
      name: "time",
      kind: "text",
      value: "COLUMN",
      summary: "The column that parts of time are of",
    },
    {
      name: "where",
      kind: "text",
      value: "SQL",
      summary: "Only rows for which this is true",
    },
    {
      name: "format",
      kind: "text",
      value: "FORMAT",
      choices: FORMATS,
      summary: "parquet (if left out) or csv",
    },
    {
      name: "pages",
      kind: "text",
      value: "GLOB",
      summary:
        "Also write these texts of Template resources, which name the files",
    },
    {
      name: "at",
      kind: "text",
      value: "REV",
      summary: "Export the state of this revision (pond help revisions)",
    },
    {
      name: "force",
      kind: "flag",
      summary: "Write over what others have written, or another export",
    },
    ...LIMITS,
    DRY_RUN,
  ],
  examples: [
    {
      cmd: "pond export --to lake '/sensors/*.csv'",
      says: "Write each of them as Parquet",
    },
    {
      cmd: "pond export /sensors/a.csv --to lake --partition-by v --format csv",
      says: "Write a directory for each value of a column",
    },
    {
      cmd: "pond export --to lake --where 'v > 5' '/**/*.csv'",
      says: "Write only some of the rows",
    },
    {
      cmd:
        "pond export --to lake '/sensors/*.csv' --pages '/Template/site/pages/*'",
      says: "Write pages beside the files that they name",
    },
    {
      cmd: "pond export -n --to lake '/sensors/*.csv'",
      says: "Say which sources have changed",
    },
  ],
  exits: [ExitCode.partly],
  errors: [
    ...LOOKING,
    "ALREADY_EXISTS",
    "LOCKED",
    "NO_SPACE",
  ],
  read: readExport,
  load: async () => (await import("../commands/export.ts")).runExport,
});

function readExport(values: Values): ExportCommand {
  const to = values.text("to");
  if (to === undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "pond export needs the directory that it writes to",
      { hint: "pond export GLOB --to DIR" },
    );
  }
  const format = values.text("format");
  return {
    name: "export",
    definition: {
      glob: values.words[0] ?? "",
      partitionBy: namesIn(values.text("partition-by") ?? ""),
      timeColumn: values.text("time"),
      where: values.text("where"),
      format: FORMATS.find((name) => name === format) ?? "parquet",
      pages: values.text("pages"),
    },
    to,
    at: values.text("at"),
    hostFiles: false,
    force: values.flag("force"),
    dryRun: values.flag("dry-run"),
  };
}

function namesIn(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim())
    .filter((name) => name !== "");
  if (new Set(names).size === names.length) return names;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot partition by ${text}: a name is there twice`,
    { hint: "--partition-by year,month" },
  );
}
