/**
 * `pond touch`
 *
 * @module
 */
import type { TouchCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { changePond, pondPath } from "../session.ts";

/** Makes empty files, or renews their time. */
export async function runTouch(
  command: TouchCommand,
  context: Context,
): Promise<ExitCode> {
  return await changePond(context, command, async (fs) => {
    for (const path of command.paths) await fs.touch(pondPath(path));
  });
}
