/**
 * `pond revert`
 *
 * @module
 */
import type { RevertCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { counted, withPond } from "../session.ts";

/** Drops what is staged. */
export async function runRevert(
  _command: RevertCommand,
  context: Context,
): Promise<ExitCode> {
  const count = await withPond(context, { staged: true }, (fs) => fs.revert());
  await context.out.line(
    context.globals.json
      ? JSON.stringify({ reverted: count })
      : `${counted(count, "staged operation")} dropped`,
  );
  return ExitCode.done;
}
