/**
 * `pond cp`
 *
 * @module
 */
import type { FileOperations } from "../../tinylogfs/mod.ts";
import type { CopyCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { changePond, destinations, pondPath } from "../session.ts";

/** Copies inside the pond. */
export async function runCp(
  command: CopyCommand,
  context: Context,
): Promise<ExitCode> {
  return await changePond(context, command, (fs) => cp(fs, command));
}

/** Copies in a pond, or in a transaction. */
export async function cp(
  fs: FileOperations,
  { destination, recursive, sources }: CopyCommand,
): Promise<void> {
  const from = sources.map(pondPath);
  const to = pondPath(destination);
  for (const [source, target] of await destinations(fs, from, to)) {
    await fs.copy(source, target, { recursive });
  }
}
