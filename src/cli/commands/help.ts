/**
 * `pond help`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { HelpCommand, TableEntry } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { commandText, overviewText } from "../help.ts";
import { didYouMean, nearest } from "../../suggest.ts";
import { TOPICS } from "../topics.ts";

/**
 * Writes help to standard output.
 *
 * @param table All commands.
 */
export async function runHelp(
  command: HelpCommand,
  context: Context,
  table: readonly TableEntry[],
): Promise<ExitCode> {
  const text = textOf(command, table);
  await context.out.text(
    context.globals.json ? await jsonOf(command, table) : text,
  );
  return ExitCode.done;
}

/** What the table says, for programs. */
async function jsonOf(
  { topic }: HelpCommand,
  table: readonly TableEntry[],
): Promise<string> {
  const { helpRows } = await import("../help_rows.ts");
  const rows = helpRows(table.filter(({ hidden }) => !hidden))
    .filter(({ command }) => topic === undefined || command === topic);
  if (rows.length > 0) return `${JSON.stringify(rows, undefined, 2)}\n`;
  const found = TOPICS.find(({ name }) => name === topic);
  return `${
    JSON.stringify([{ topic, title: found?.title, text: found?.text() }])
  }\n`;
}

function textOf(
  { topic, short }: HelpCommand,
  table: readonly TableEntry[],
): string {
  if (topic === undefined) return overviewText(table);
  const entry = table.find(({ name }) => name === topic);
  if (entry !== undefined && short) return commandText(entry, short);
  const found = TOPICS.find(({ name }) => name === topic);
  // A word may be a command as well as a topic.
  const texts = [
    ...(entry === undefined ? [] : [commandText(entry, short)]),
    ...(found === undefined ? [] : [`${found.title}\n\n${found.text()}\n`]),
  ];
  if (texts.length > 0) return texts.join("\n");
  const known = [...table, ...TOPICS].map(({ name }) => name);
  throw new PondError("INVALID_ARGUMENT", `there is no help on "${topic}"`, {
    hint: didYouMean(nearest(topic, known)) ?? "pond help",
  });
}
