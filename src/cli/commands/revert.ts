/**
 * `pond revert`
 *
 * @module
 */
import type { RevertCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { showOperations } from "../operations.ts";
import { counted, pondPath, withPond } from "../session.ts";

/** Drops what is staged, or a part of it. */
export async function runRevert(
  command: RevertCommand,
  context: Context,
): Promise<ExitCode> {
  const paths = command.paths.map(pondPath);
  const options = paths.length > 0 ? { paths } : {};
  if (command.dryRun) {
    return await withPond(context, { staged: true }, async (fs) => {
      const format = context.globals.json ? "json" : undefined;
      await showOperations(format, context, await fs.previewRevert(options));
      return ExitCode.done;
    });
  }
  const { count, left } = await withPond(
    context,
    { staged: true },
    async (fs) => {
      const count = await fs.revert(options);
      return { count, left: fs.pendingOperations().length };
    },
  );
  const rest = left > 0 ? `, ${left} still staged` : "";
  await context.out.line(
    context.globals.json
      ? JSON.stringify({ reverted: count, staged: left })
      : count === 0
      ? `nothing was staged${left > 0 ? " of what was asked for" : ""}`
      : `${counted(count, "staged operation")} dropped${rest}`,
  );
  return ExitCode.done;
}
