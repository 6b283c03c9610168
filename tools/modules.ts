/**
 * Where the `@std` modules come from: JSR, or `deps/offline.json` where JSR is
 * out of reach.
 *
 * Asking costs at most one second. The answer is kept in the user's cache
 * directory until the day ends (UTC) or another module cache is used, so that
 * only the first task of a day asks. `POND_MODULES=jsr` or
 * `POND_MODULES=offline` answers instead; sub-processes inherit the answer.
 *
 * @module
 */
import { run } from "./process.ts";

/** Where the bare names of `@std` lead. */
export type ModuleSource = "jsr" | "offline";

/** The root of the checkout, without a slash at its end. */
export const ROOT: string = (import.meta.dirname ?? ".")
  .replace(/[/\\]tools$/, "");

const PROBE_TIMEOUT_MS = 1000;

/**
 * Finds out where the `@std` modules come from.
 *
 * @returns The source, from the environment, from memory, or from a probe.
 */
export async function moduleSource(): Promise<ModuleSource> {
  const said = Deno.env.get("POND_MODULES");
  if (said === "jsr" || said === "offline") return said;
  if (said !== undefined && said !== "") {
    throw new TypeError(`POND_MODULES is "${said}": use "jsr" or "offline"`);
  }
  const key = memoryKey(new Date());
  const remembered = await recall(key);
  if (remembered !== undefined) return remembered;
  const source = await probe(await stdSpecifiers());
  await remember(key, source);
  return source;
}

/** The flags that make a `deno` command use a source. */
export function moduleFlags(source: ModuleSource): string[] {
  return source === "jsr" ? [] : ["--import-map", `${ROOT}/deps/offline.json`];
}

/** The `jsr:` specifiers of deno.json. */
async function stdSpecifiers(): Promise<string[]> {
  const config = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  return Object.values<string>(config.imports)
    .filter((specifier) => specifier.startsWith("jsr:"))
    // The main module of @std/cli loads what pond doesn't use.
    .map((specifier) => specifier.replace(/(\/cli@.*)/, "$1/parse-args"));
}

async function probe(specifiers: readonly string[]): Promise<ModuleSource> {
  const code = specifiers.map((name) => `import ${JSON.stringify(name)};`);
  const status = await run(
    ["eval", "--no-config", "--no-lock", code.join("\n")],
    { quiet: true, timeoutMs: PROBE_TIMEOUT_MS },
  );
  return status.code === 0 ? "jsr" : "offline";
}

function memoryKey(now: Date): string {
  const cache = Deno.env.get("DENO_DIR") ?? "";
  return `${now.toISOString().slice(0, 10)} ${cache}`;
}

function memoryDirectory(): string | undefined {
  const home = Deno.env.get("HOME");
  const cache = Deno.env.get("XDG_CACHE_HOME") ??
    Deno.env.get("LOCALAPPDATA") ?? (home && `${home}/.cache`);
  return cache && `${cache}/pond-tasks`;
}

async function recall(key: string): Promise<ModuleSource | undefined> {
  const directory = memoryDirectory();
  if (directory === undefined) return undefined;
  try {
    const text = await Deno.readTextFile(`${directory}/modules`);
    const [source, ...rest] = text.trimEnd().split(" ");
    if (rest.join(" ") !== key.trimEnd()) return undefined;
    return source === "jsr" || source === "offline" ? source : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Best effort: without a memory the next task asks again. */
async function remember(key: string, source: ModuleSource): Promise<void> {
  const directory = memoryDirectory();
  if (directory === undefined) return;
  try {
    await Deno.mkdir(directory, { recursive: true });
    const draft = `${directory}/modules.${Deno.pid}`;
    await Deno.writeTextFile(draft, `${source} ${key}\n`);
    await Deno.rename(draft, `${directory}/modules`);
  } catch (error) {
    const refused = error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable ||
      (error instanceof Error && "code" in error && error.code === "EROFS");
    if (!refused) throw error;
  }
}
