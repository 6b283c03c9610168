/**
 * `pond init`
 *
 * @module
 */
import type { InitCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath, namedDirectory } from "../locate.ts";
import { noteDryRun } from "../operations.ts";
import { printable } from "../output.ts";
import { openOptionsOf } from "../session.ts";

/** Makes a pond. */
export async function runInit(
  command: InitCommand,
  context: Context,
): Promise<ExitCode> {
  const { host, signal } = context;
  const directory = command.directory ?? namedDirectory(context) ?? ".";
  const path = await hostPath(context, directory);
  const { dryRun, layout } = command;
  const { initPond, tryInitPond } = await import("../../pond.ts");
  if (dryRun) {
    await tryInitPond(host, path);
    if (context.globals.json) {
      await context.out.line(JSON.stringify({ path, done: false }));
    }
    await noteDryRun(context, `make a pond in ${printable(path)}`);
    return ExitCode.done;
  }
  await using fs = await initPond(host, path, {
    layout,
    ...await openOptionsOf(context.settings),
    signal,
  });
  if (context.globals.json) {
    const { pondId, version } = fs;
    await context.out.line(
      JSON.stringify({ path, pond_id: pondId, version, layout: fs.layout }),
    );
  }
  await note(
    context,
    `A new pond is in ${printable(path)} · pond --pond ${
      printable(path)
    } put FILE /`,
  );
  return ExitCode.done;
}
