/**
 * `pond rm`
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";
import type { FileOperations } from "../../tinylogfs/mod.ts";
import type { RemoveCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { changePond, isDirectory, pondPath } from "../session.ts";

/** Removes what the paths name. */
export async function runRm(
  command: RemoveCommand,
  context: Context,
): Promise<ExitCode> {
  if (!command.interactive) {
    return await changePond(context, command, (fs) => rm(fs, command));
  }
  const { Questions } = await import("../questions.ts");
  const questions = new Questions(context);
  return await changePond(context, command, async (fs) => {
    const paths: string[] = [];
    for (const path of command.paths) {
      const all = command.recursive && await isDirectory(fs, pondPath(path))
        ? " with everything in it"
        : "";
      if (await questions.ask(`remove ${path}${all}?`)) paths.push(path);
    }
    await rm(fs, { ...command, paths });
  });
}

/** Removes them from a pond, or in a transaction. */
export async function rm(
  fs: FileOperations,
  command: RemoveCommand,
): Promise<void> {
  for (const path of command.paths) await remove(fs, pondPath(path), command);
}

async function remove(
  fs: FileOperations,
  path: string,
  { recursive, force }: RemoveCommand,
): Promise<void> {
  try {
    const entry = await fs.entry(path, { followLast: false });
    if (entry.fileType === "directory" && !recursive) {
      throw new PondError(
        "IS_A_DIRECTORY",
        `Cannot remove ${path}: it is a directory`,
        { path, hint: `with everything in it: pond rm -r ${path}` },
      );
    }
    await fs.delete(path, { recursive });
  } catch (error) {
    if (!(force && hasCode(error, "NOT_FOUND"))) throw error;
  }
}
