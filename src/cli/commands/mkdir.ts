/**
 * `pond mkdir`
 *
 * @module
 */
import type { FileOperations } from "../../tinylogfs/mod.ts";
import type { MakeDirectoryCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { changePond, pondPath } from "../session.ts";

/** Makes directories. */
export async function runMkdir(
  command: MakeDirectoryCommand,
  context: Context,
): Promise<ExitCode> {
  return await changePond(context, command, (fs) => mkdir(fs, command));
}

/** Makes them in a pond, or in a transaction. */
export async function mkdir(
  fs: FileOperations,
  { parents, paths }: MakeDirectoryCommand,
): Promise<void> {
  for (const path of paths) {
    await fs.createDirectory(pondPath(path), { recursive: parents });
  }
}
