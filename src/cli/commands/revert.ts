/**
 * `pond revert`
 *
 * @module
 */
import type { RevertCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { counted, pondPath, withPond } from "../session.ts";

/** Drops what is staged, or a part of it. */
export async function runRevert(
  command: RevertCommand,
  context: Context,
): Promise<ExitCode> {
  const paths = command.paths.map(pondPath);
  const { count, left } = await withPond(
    context,
    { staged: true },
    async (fs) => {
      const count = await fs.revert(paths.length > 0 ? { paths } : {});
      return { count, left: fs.pendingOperations().length };
    },
  );
  const rest = left > 0 ? `, ${left} still staged` : "";
  await context.out.line(
    context.globals.json
      ? JSON.stringify({ reverted: count, staged: left })
      : `${counted(count, "staged operation")} dropped${rest}`,
  );
  return ExitCode.done;
}
