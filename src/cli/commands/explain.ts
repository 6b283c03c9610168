/**
 * `pond explain`
 *
 * @module
 */
import { type ExplainedFile, explainFile } from "../../pipeline/mod.ts";
import type { ExplainCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { eachFile } from "../file_content.ts";
import { printable } from "../output.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { viewPond } from "../session.ts";
import { humanSize, localTime } from "../units.ts";

const COLUMNS: readonly Column<ExplainedFile>[] = [
  {
    name: "depth",
    type: "BIGINT",
    value: ({ depth }) => depth,
    terminal: "hidden",
  },
  {
    name: "path",
    type: "VARCHAR",
    value: ({ path }) => path,
    terminal: ({ depth, path }) => `${"  ".repeat(depth)}${printable(path)}`,
  },
  { name: "state", type: "VARCHAR", value: ({ state }) => state },
  {
    name: "made_by",
    type: "VARCHAR",
    title: "MADE BY",
    value: ({ madeBy }) => madeBy ?? null,
    terminal: ({ madeBy }) => madeBy ?? "",
  },
  {
    name: "collection",
    type: "VARCHAR",
    value: ({ collection }) => collection ?? null,
    terminal: "hidden",
  },
  {
    name: "resource",
    type: "VARCHAR",
    value: ({ resource }) => resource ?? null,
    terminal: "hidden",
  },
  {
    name: "version",
    type: "BIGINT",
    value: ({ version }) => version ?? null,
    terminal: ({ version }) => `${version ?? ""}`,
  },
  {
    name: "rows",
    type: "BIGINT",
    value: ({ rows }) => rows ?? null,
    terminal: ({ rows }) => `${rows ?? ""}`,
  },
  {
    name: "bytes",
    type: "BIGINT",
    title: "SIZE",
    value: ({ sizeBytes }) => sizeBytes ?? null,
    terminal: ({ sizeBytes }) => humanSize(sizeBytes ?? null),
  },
  time("earliest", ({ fromUs }) => fromUs, "hidden"),
  time("latest", ({ toUs }) => toUs),
  time("changed", ({ modifiedUs }) => modifiedUs),
  time("computed", ({ computedUs }) => computedUs),
];

function time(
  name: string,
  value: (file: ExplainedFile) => number | undefined,
  terminal?: "hidden",
): Column<ExplainedFile> {
  const shown = (file: ExplainedFile) => {
    const us = value(file);
    return us === undefined ? "" : localTime(us);
  };
  return {
    name,
    type: "TIMESTAMP WITH TIME ZONE",
    value: (file) => {
      const us = value(file);
      return us === undefined ? null : timeOf(us);
    },
    terminal: terminal ?? shown,
  };
}

/** Says what makes files, from what, and how fresh that is. */
export async function runExplain(
  command: ExplainCommand,
  context: Context,
): Promise<ExitCode> {
  return await viewPond(context, command, async (fs) => {
    const explained: ExplainedFile[] = [];
    const code = await eachFile(
      context,
      fs,
      command.paths,
      async (view, path) =>
        void explained.push(...await explainFile(view, path)),
    );
    if (explained.length > 0) {
      await writeRows(context, command.format, COLUMNS, explained);
    }
    return code;
  });
}
