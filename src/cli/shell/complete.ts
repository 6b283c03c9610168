/**
 * What Tab adds in the SQL shell: commands with a dot, paths of the pond inside
 * of quotes, and everything else that SQL can go on with.
 *
 * @module
 */
import { hasCode } from "../../errors.ts";
import type { Completion } from "../../host/mod.ts";
import { openSqlCompleter, type SqlCompleter } from "../../query/mod.ts";
import { DOT_NAMES } from "./dot_commands.ts";
import type { Shell } from "./shell.ts";
import { openText, textsIn } from "./statements.ts";

/** Completes lines; the engine is loaded by the first Tab. */
export class ShellCompleter implements AsyncDisposable {
  #sql: Promise<SqlCompleter> | undefined;

  /** What the line up to the cursor may go on with. */
  async complete(shell: Shell, line: string): Promise<Completion> {
    if (shell.typed === "" && line.startsWith(".")) {
      const words = DOT_NAMES.filter((name) => name.startsWith(line));
      return { typed: line, words };
    }
    const text = shell.typed === "" ? line : `${shell.typed}\n${line}`;
    const path = openText(text);
    if (path !== undefined) {
      return { typed: path, words: await pathsLike(shell, path) };
    }
    const sql = await (this.#sql ??= openSqlCompleter());
    await addTables(shell, sql, text);
    return await sql.complete(text);
  }

  /** Ends the engine. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#sql)?.[Symbol.asyncDispose]();
  }
}

/** Paths, each with the quote that ends it; directories go on. */
async function pathsLike(shell: Shell, path: string): Promise<string[]> {
  if (!path.startsWith("/")) return [];
  try {
    const paths = await shell.pathsLike(path);
    return paths.map((path) => path.endsWith("/") ? path : `${path}'`);
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) return [];
    throw error;
  }
}

/** Files that the statement names have columns, too. */
async function addTables(
  shell: Shell,
  sql: SqlCompleter,
  text: string,
): Promise<void> {
  for (const name of textsIn(text)) {
    if (!name.startsWith("/") || sql.has(name)) continue;
    try {
      await sql.add(name, await shell.columnsOf(name));
    } catch (error) {
      // A text that is no table has no columns.
      if (
        !hasCode(error, "NOT_FOUND", "UNSUPPORTED", "IS_A_DIRECTORY", "QUERY")
      ) {
        throw error;
      }
    }
  }
}
