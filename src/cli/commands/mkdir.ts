/**
 * `pond mkdir`
 *
 * @module
 */
import type { MakeDirectoryCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { changePond, pondPath } from "../session.ts";

/** Makes directories. */
export async function runMkdir(
  command: MakeDirectoryCommand,
  context: Context,
): Promise<ExitCode> {
  return await changePond(context, command, async (fs) => {
    for (const path of command.paths) {
      await fs.createDirectory(pondPath(path), { recursive: command.parents });
    }
  });
}
