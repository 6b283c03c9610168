/**
 * `pond mv`
 *
 * @module
 */
import type { MoveCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { changePond, destinations, pondPath } from "../session.ts";

/** Moves inside the pond. */
export async function runMv(
  command: MoveCommand,
  context: Context,
): Promise<ExitCode> {
  const sources = command.sources.map(pondPath);
  return await changePond(context, command, async (fs) => {
    const to = pondPath(command.destination);
    for (const [source, target] of await destinations(fs, sources, to)) {
      await fs.rename(source, target);
    }
  });
}
