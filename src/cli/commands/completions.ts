/**
 * `pond completions`
 *
 * @module
 */
import type { CompletionsCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { SCRIPTS } from "../shell_scripts.ts";

/** Writes the script for a shell. */
export async function runCompletions(
  { shell }: CompletionsCommand,
  { out }: Context,
): Promise<ExitCode> {
  await out.text(SCRIPTS[shell]);
  return ExitCode.done;
}
