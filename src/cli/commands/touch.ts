/**
 * `pond touch`
 *
 * @module
 */
import type { FileOperations } from "../../tinylogfs/mod.ts";
import type { TouchCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { changePond, pondPath } from "../session.ts";

/** Makes empty files, or renews their time. */
export async function runTouch(
  command: TouchCommand,
  context: Context,
): Promise<ExitCode> {
  const time = await timeOf(command, context.host.clock.nowUs());
  return await changePond(
    context,
    command,
    (fs) => touch(fs, command.paths, time),
  );
}

/** The time that a command names, if it does. */
async function timeOf(
  { date }: TouchCommand,
  nowUs: number,
): Promise<Date | undefined> {
  if (date === undefined) return undefined;
  const { parseTime } = await import("../times.ts");
  return parseTime(date, nowUs);
}

/**
 * Touches them in a pond, or in a transaction.
 *
 * @param time The time of the last change; the present when left out.
 */
export async function touch(
  fs: FileOperations,
  paths: readonly string[],
  time?: Date,
): Promise<void> {
  for (const path of paths.map(pondPath)) {
    if (time === undefined || !await fs.exists(path)) await fs.touch(path);
    if (time !== undefined) await (await fs.nodeFs()).utimes(path, time, time);
  }
}
