/**
 * `pond man`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { ManCommand, TableEntry } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { manPage } from "../man_page.ts";
import { didYouMean, nearest } from "../../suggest.ts";

/**
 * Writes a manual page to standard output.
 *
 * @param table All commands.
 */
export async function runMan(
  { topic }: ManCommand,
  { out }: Context,
  table: readonly TableEntry[],
): Promise<ExitCode> {
  const found = topic === undefined
    ? table
    : table.filter(({ name }) => name === topic);
  if (topic !== undefined && found.length === 0) {
    const known = table.map(({ name }) => name);
    throw new PondError(
      "INVALID_ARGUMENT",
      `there is no manual page of "${topic}"`,
      { hint: didYouMean(nearest(topic, known)) ?? "pond man" },
    );
  }
  await out.text(manPage(found, topic));
  return ExitCode.done;
}
