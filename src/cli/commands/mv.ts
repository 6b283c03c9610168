/**
 * `pond mv`
 *
 * @module
 */
import type { FileOperations } from "../../tinylogfs/mod.ts";
import type { MoveCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { changePond, destinations, pondPath } from "../session.ts";

/** Moves inside the pond. */
export async function runMv(
  command: MoveCommand,
  context: Context,
): Promise<ExitCode> {
  return await changePond(context, command, (fs) => mv(fs, command));
}

/** Moves in a pond, or in a transaction. */
export async function mv(
  fs: FileOperations,
  { destination, sources }: MoveCommand,
): Promise<void> {
  const from = sources.map(pondPath);
  const to = pondPath(destination);
  for (const [source, target] of await destinations(fs, from, to)) {
    await fs.rename(source, target);
  }
}
