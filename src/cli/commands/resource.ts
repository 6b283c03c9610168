/**
 * `pond resource`
 *
 * @module
 */
import {
  deleteResources,
  findResource,
  findResources,
  formatResource,
  KINDS,
  labelOf,
  type Resource,
  resourcePath,
} from "../../pipeline/mod.ts";
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { ResourceCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { noteDryRun } from "../operations.ts";
import { printable } from "../output.ts";
import { type Column, writeRows } from "../rows.ts";
import { counted, withPond } from "../session.ts";
import { listResources } from "./resource_list.ts";

const COLUMNS: readonly Column<Resource>[] = [
  { name: "kind", type: "VARCHAR", value: ({ kind }) => kind },
  { name: "name", type: "VARCHAR", value: ({ name }) => name },
  {
    name: "desc",
    type: "VARCHAR",
    title: "DESCRIPTION",
    value: ({ desc }) => desc ?? null,
    terminal: ({ desc, kind }) => printable(desc ?? `${KINDS[kind].summary}`),
  },
  {
    name: "path",
    type: "VARCHAR",
    value: (resource) => resourcePath(resource),
    terminal: "hidden",
  },
];

/** Lists, shows or deletes resources. */
export async function runResource(
  command: ResourceCommand,
  context: Context,
): Promise<ExitCode> {
  const { verb, words } = command;
  return await withPond(
    context,
    { changes: verb === "delete" },
    async (fs) => {
      switch (verb) {
        case "list":
          await listResources(fs, command, context);
          break;
        case "show":
          await show(await findResource(fs, words[0] ?? ""), command, context);
          break;
        case "delete":
          await deleteAll(fs, command, context);
          break;
        default:
          verb satisfies never;
      }
      return ExitCode.done;
    },
  );
}

async function show(
  resource: Resource,
  { format }: ResourceCommand,
  context: Context,
): Promise<void> {
  if (format === undefined) {
    await context.out.text(formatResource(resource));
  } else if (format === "json") {
    await context.out.line(JSON.stringify(resource));
  } else await writeRows(context, format, COLUMNS, [resource]);
}

async function deleteAll(
  fs: TinyLogFS,
  { dryRun, format, message, words }: ResourceCommand,
  context: Context,
): Promise<void> {
  const { signal } = context;
  const resources = await findResources(fs, words);
  if (!dryRun) {
    const { commit } = await fs.transaction(async (tx) => {
      await deleteResources(tx, resources);
    }, {
      signal,
      message: message ?? `delete ${resources.map(labelOf).join(", ")}`,
    });
    await writeRows(context, format, COLUMNS, resources);
    await note(
      context,
      `${
        counted(resources.length, "resource")
      } deleted, v${commit.version} · undo: pond undo`,
    );
    return;
  }
  await writeRows(context, format, COLUMNS, resources);
  await noteDryRun(context);
}
