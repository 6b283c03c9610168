/**
 * `pond apply`
 *
 * @module
 */
import {
  type AppliedResource,
  applyResources,
  readResourceFiles,
  type ResourceText,
} from "../../pipeline/mod.ts";
import type { ApplyCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath, locatePond } from "../locate.ts";
import { noteDryRun } from "../operations.ts";
import { printable } from "../output.ts";
import { type Column, writeRows } from "../rows.ts";
import { withPond } from "../session.ts";
import { standardInput, textFrom } from "../stdin.ts";

const COLUMNS: readonly Column<AppliedResource>[] = [
  { name: "status", type: "VARCHAR", value: ({ status }) => status },
  { name: "kind", type: "VARCHAR", value: ({ resource }) => resource.kind },
  { name: "name", type: "VARCHAR", value: ({ resource }) => resource.name },
  {
    name: "path",
    type: "VARCHAR",
    value: ({ path }) => path,
    terminal: ({ path }) => printable(path),
  },
];

/** What standard input is called in errors. */
const STANDARD_INPUT = "standard input";

/** Takes resources into the pond. */
export async function runApply(
  command: ApplyCommand,
  context: Context,
): Promise<ExitCode> {
  const { dryRun, format, message, variables } = command;
  const { signal } = context;
  // Without a pond, that is what is said.
  await locatePond(context);
  const texts: ResourceText[] = [];
  for (const file of command.files) texts.push(await textOf(file, context));
  const resources = await readResourceFiles(
    texts,
    variables,
    async (path, file) => await textBeside(path, file, context),
  );
  return await withPond(context, { changes: true }, async (fs) => {
    const { commit, resources: applied } = await applyResources(fs, resources, {
      dryRun,
      signal,
      ...(message === undefined ? {} : { message }),
    });
    await writeRows(context, format, COLUMNS, applied);
    if (dryRun) await noteDryRun(context);
    else if (commit === undefined) await note(context, "nothing has changed");
    else await note(context, `v${commit.version} · undo: pond undo`);
    return ExitCode.done;
  });
}

async function textOf(file: string, context: Context): Promise<ResourceText> {
  if (file === "-") {
    const file = STANDARD_INPUT;
    const text = await textFrom(context, file, standardInput(context));
    return { file, text };
  }
  const path = await hostPath(context, file);
  const source = await context.host.files.stream(path);
  return { file, text: await textFrom(context, path, source) };
}

/** A file that a resource names; of standard input, from the current directory. */
async function textBeside(
  path: string,
  file: string,
  context: Context,
): Promise<string> {
  const slash = file === STANDARD_INPUT ? -1 : file.lastIndexOf("/");
  const beside = path.startsWith("/") ? path : file.slice(0, slash + 1) + path;
  const found = await hostPath(context, beside);
  const source = await context.host.files.stream(found);
  return await textFrom(context, found, source);
}
