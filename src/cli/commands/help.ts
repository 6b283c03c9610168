/**
 * `pond help`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { HelpCommand } from "../command.ts";
import { COMMANDS, findCommand } from "../commands.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { commandText, overviewText } from "../help.ts";
import { didYouMean, nearest } from "../suggest.ts";
import { TOPICS } from "../topics.ts";

/** Writes help to standard output. */
export async function runHelp(
  command: HelpCommand,
  context: Context,
): Promise<ExitCode> {
  await context.out.text(textOf(command));
  return ExitCode.done;
}

function textOf({ topic, short }: HelpCommand): string {
  if (topic === undefined) return overviewText();
  const entry = findCommand(topic);
  if (entry !== undefined) return commandText(entry, short);
  const found = TOPICS.find(({ name }) => name === topic);
  if (found !== undefined) return `${found.title}\n\n${found.text()}\n`;
  const known = [...COMMANDS, ...TOPICS].map(({ name }) => name);
  throw new PondError("INVALID_ARGUMENT", `there is no help on "${topic}"`, {
    hint: didYouMean(nearest(topic, known)) ?? "pond help",
  });
}
