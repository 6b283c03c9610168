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
  return await changePond(context, command, (fs) => touch(fs, command));
}

/** Touches them in a pond, or in a transaction. */
export async function touch(
  fs: FileOperations,
  { paths }: TouchCommand,
): Promise<void> {
  for (const path of paths) await fs.touch(pondPath(path));
}
