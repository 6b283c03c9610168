/**
 * For the commands that take no import map: `deno lint` and `deno publish`.
 *
 * Where JSR is out of reach they are given a second configuration beside
 * deno.json, in which the bare names lead to the adapters of `deps/`. The file
 * exists while the command runs.
 *
 * @module
 */
import { type Outcome, run, type RunOptions } from "./process.ts";

/**
 * Runs a command of `deno` that takes no import map.
 *
 * @param args The command and its arguments.
 * @param flags The module flags: empty where JSR is in reach.
 * @param options Where its output goes.
 * @returns How it ended.
 */
export async function runWithoutMap(
  args: readonly string[],
  flags: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  if (flags.length === 0) return await run(args, options);
  const path = `deno.offline-${Deno.pid}.json`;
  await Deno.writeTextFile(path, await offlineConfig());
  try {
    return await run([...args, "--config", path], options);
  } finally {
    await Deno.remove(path);
  }
}

async function offlineConfig(): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile("deno.json"));
  const map = JSON.parse(await Deno.readTextFile("deps/offline.json"));
  const imports = Object.entries<string>(map.imports).map(
    ([name, target]) => [name, target.replace(/^\.\//, "./deps/")],
  );
  const { tasks: _, ...rest } = config;
  return JSON.stringify({
    ...rest,
    imports: Object.fromEntries(imports),
    publish: { include: [...config.publish.include, "deps/"] },
  });
}
