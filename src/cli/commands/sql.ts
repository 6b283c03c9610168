/**
 * `pond sql`
 *
 * @module
 */
import { hasCode } from "../../errors.ts";
import type { SqlCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { makeDirectories } from "../host_files.ts";
import { queryLimits } from "../query_options.ts";
import { viewPond } from "../session.ts";
import { ShellCompleter } from "../shell/complete.ts";
import { type LineSource, Shell } from "../shell/shell.ts";
import { standardInput } from "../stdin.ts";

/** Reads statements, and runs them one by one. */
export async function runSql(
  command: SqlCommand,
  context: Context,
): Promise<ExitCode> {
  // A limit that is none is told before anything is asked.
  queryLimits(context.settings, command);
  await using shell = new Shell(context, command);
  const { sql } = command;
  if (sql !== undefined) return await shell.run(linesOf([`${sql}\n`]));
  const { terminal } = context.host;
  if (terminal.stdinIsTerminal) return await ask(shell, command, context);
  return await shell.run(linesOf(decoded(standardInput(context))));
}

/** A conversation with a person. */
async function ask(
  shell: Shell,
  command: SqlCommand,
  context: Context,
): Promise<ExitCode> {
  // Where there is no pond, nothing is asked.
  await viewPond(context, command, () => Promise.resolve());
  await note(context, "SQL over the pond; .help shows what else there is");
  await context.err.flush();
  await using completer = new ShellCompleter();
  using editor = await context.host.terminal.editLines({
    historyPath: await historyPath(context),
    complete: (line) => completer.complete(shell, line),
    interrupted: () => shell.interrupt(),
    signal: context.signal,
  });
  return await shell.run({
    isInteractive: true,
    next: async ({ prompt }) => await editor.ask(prompt),
    remember: async (entry) => {
      // Nobody calls back what must not be kept, or would have a comment go on.
      if (/secret/i.test(entry)) return;
      const entries = entry.includes("--")
        ? entry.split("\n")
        : [entry.replaceAll(/\s*\n\s*/g, " ")];
      for (const line of entries) await editor.remember(line);
    },
  });
}

/** Where a person's entries are kept; nowhere without a home. */
async function historyPath(
  { host: { files, terminal } }: Context,
): Promise<string | undefined> {
  const home = terminal.env("HOME");
  const state = terminal.env("XDG_STATE_HOME") ||
    (home ? `${home}/.local/state` : undefined);
  if (state === undefined) return undefined;
  try {
    await makeDirectories(files, `${state}/pond`);
    return `${state}/pond/sql_history`;
  } catch (error) {
    const isHomeless = hasCode(
      error,
      "PERMISSION_DENIED",
      "READ_ONLY",
      "ALREADY_EXISTS",
      "NOT_A_DIRECTORY",
    );
    if (isHomeless) return undefined;
    throw error;
  }
}

function linesOf(
  texts: AsyncIterable<string> | Iterable<string>,
): LineSource {
  const lines = linesIn(texts);
  return {
    isInteractive: false,
    next: async () => (await lines.next()).value,
    remember: () => Promise.resolve(),
  };
}

/** The lines of a text in pieces, as they come. */
async function* linesIn(
  texts: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string, undefined> {
  let begun = "";
  for await (const text of texts) {
    const lines = (begun + text).split(/\r?\n/);
    begun = lines.pop() ?? "";
    yield* lines;
  }
  if (begun !== "") yield begun;
  return undefined;
}

async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of chunks) {
    yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}
