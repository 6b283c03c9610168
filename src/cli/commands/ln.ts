/**
 * `pond ln`
 *
 * @module
 */
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
  const { target } = command;
  // The target is content: kept as it is, but it must be something.
  pondPath(target);
  const link = pondPath(command.link);
  return await changePond(context, command, async (fs) => {
    const into = await isDirectory(fs, link);
    await fs.createSymlink(
      into ? joinPath(link, baseName(target)) : link,
      target,
    );
  });
}
