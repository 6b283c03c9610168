/**
 * Builds `dist/js/cli.js`: pond in few modules.
 *
 * A process that loads a hundred modules spends more time with that than with
 * its work. So what belongs together becomes one module, and what a command
 * imports when it needs it stays a module of its own. DuckDB is a native
 * library, and stays a package; so does YAML, which is CommonJS on Deno and asks
 * for modules of Node by a function that a bundle doesn't have.
 *
 * @module
 */
import { run } from "./process.ts";

/** What is built: the program. */
export const BUNDLE = "dist/js/cli.js";

const DIRECTORY = "dist/js";

/** Packages that can't be a part of a module. */
const EXTERNAL = ["@duckdb/node-api", "yaml"];

/**
 * Builds {@linkcode BUNDLE}.
 *
 * @param flags The module flags.
 * @param args More arguments of `deno bundle`.
 * @returns The exit code of `deno bundle`.
 */
export async function bundle(
  flags: readonly string[],
  args: readonly string[] = [],
): Promise<number> {
  await removeTree(DIRECTORY);
  const { code, output } = await run([
    "bundle",
    ...flags,
    "--platform",
    "deno",
    "--code-splitting",
    // An error's name is a part of what is said.
    "--minify",
    "--keep-names",
    ...EXTERNAL.flatMap((name) => ["--external", name]),
    "--outdir",
    DIRECTORY,
    ...args,
    "cli.ts",
  ], { capture: true });
  // What it says of each of two hundred files is of use only when it fails.
  if (code !== 0) await Deno.stderr.write(new TextEncoder().encode(output));
  return code;
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
