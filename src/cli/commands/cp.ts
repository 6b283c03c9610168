/**
 * `pond cp`
 *
 * @module
 */
import type { CopyCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { changePond, destinations, pondPath } from "../session.ts";

/** Copies inside the pond. */
export async function runCp(
  command: CopyCommand,
  context: Context,
): Promise<ExitCode> {
  const { recursive } = command;
  const sources = command.sources.map(pondPath);
  return await changePond(context, command, async (fs) => {
    const to = pondPath(command.destination);
    for (const [source, target] of await destinations(fs, sources, to)) {
      await fs.copy(source, target, { recursive });
    }
  });
}
