/**
 * `pond ln`
 *
 * @module
 */
import type { FileOperations } from "../../tinylogfs/mod.ts";
import type { LinkCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import {
  baseName,
  changePond,
  isDirectory,
  joinPath,
  pondPath,
} from "../session.ts";

/** Makes a symlink. */
export async function runLn(
  command: LinkCommand,
  context: Context,
): Promise<ExitCode> {
  // The target is content: kept as it is, but it must be something.
  pondPath(command.target);
  pondPath(command.link);
  return await changePond(context, command, (fs) => ln(fs, command));
}

/** Makes it in a pond, or in a transaction. */
export async function ln(
  fs: FileOperations,
  command: LinkCommand,
): Promise<void> {
  const { target } = command;
  pondPath(target);
  const link = pondPath(command.link);
  const into = await isDirectory(fs, link);
  await fs.createSymlink(
    into ? joinPath(link, baseName(target)) : link,
    target,
  );
}
