/**
 * Builds `dist/pond`: one file with Deno, pond and DuckDB inside.
 *
 * What is compiled is the bundle (`bundle.ts`): an executable loads modules more
 * slowly than Deno does. `deno compile` embeds every package that the lock file
 * names, so it is given a lock file of its own that names only what the bundle
 * can reach, and of DuckDB's bindings only the one that this executable loads.
 *
 * @module
 */
import { BUNDLE, bundle } from "./bundle.ts";
import { withLibrary } from "../src/host/executable_library.ts";
import { run } from "./process.ts";

/** The part of a lock file that is changed here. */
interface Lock {
  version: string;
  specifiers: Record<string, string>;
  npm: Record<string, LockedPackage>;
}

/** A package in a lock file. */
interface LockedPackage {
  dependencies?: string[];
  optionalDependencies?: string[];
}

const OUTPUT = Deno.build.os === "windows" ? "dist/pond.exe" : "dist/pond";
const TOOLCHAIN = "../shared/tools/standalone-toolchain.sh";
/** As large as the other binding, and used by no executable of Deno's. */
const UNUSED = /^@duckdb\/node-bindings-.*-musl$/;

/**
 * Compiles the command line.
 *
 * @param flags The module flags.
 * @param args More arguments of `deno compile`, such as `--target`.
 * @returns The exit code of `deno compile`.
 */
export async function compile(
  flags: readonly string[],
  args: readonly string[],
): Promise<number> {
  const built = await bundle(flags);
  if (built !== 0) return built;
  const lock = await Deno.makeTempFile({ suffix: ".lock" });
  const config = await eagerConfig();
  const library = isPlainLinux(args) ? await libraryPath(flags) : undefined;
  try {
    const roots = await importedPackages(flags);
    await Deno.writeTextFile(lock, await prunedLock(roots));
    const command = [
      "compile",
      "-A",
      "--no-check",
      "--config",
      config,
      "--lock",
      lock,
      ...flags,
      ...(library === undefined ? [] : ["--exclude", library]),
      "--output",
      OUTPUT,
      ...args,
      BUNDLE,
    ];
    const code = await compileWith(command);
    if (code === 0 && library !== undefined) await attach(library);
    return code;
  } finally {
    await Deno.remove(lock);
    await Deno.remove(config);
  }
}

/**
 * Writes a configuration beside deno.json under which nothing is loaded lazily:
 * such modules would be left out of the executable.
 */
async function eagerConfig(): Promise<string> {
  const { unstable: _, ...config } = JSON.parse(
    await Deno.readTextFile("deno.json"),
  );
  const path = `deno.offline-${Deno.pid}.json`;
  await Deno.writeTextFile(path, JSON.stringify(config));
  return path;
}

/** An executable of another system is signed, or ends in another way. */
function isPlainLinux(args: readonly string[]): boolean {
  return Deno.build.os === "linux" &&
    !args.some((arg) => arg.startsWith("--target"));
}

/** Where DuckDB's library is among the packages. */
async function libraryPath(flags: readonly string[]): Promise<string> {
  const { arch } = Deno.build;
  const binding = `@duckdb/node-bindings-linux-${
    arch === "aarch64" ? "arm64" : "x64"
  }`;
  const script = `
    import { createRequire } from "node:module";
    const api = createRequire(import.meta.resolve("@duckdb/node-api"));
    const bindings = createRequire(api.resolve("@duckdb/node-bindings"));
    console.log(bindings.resolve("${binding}/duckdb.node"));`;
  const { code, output } = await run(["eval", ...flags, script], {
    capture: true,
  });
  if (code !== 0) throw new TypeError(`Cannot find DuckDB: ${output}`);
  return output.trim().replace(/duckdb\.node$/, "libduckdb.so");
}

/** Makes the executable carry DuckDB's library. */
async function attach(library: string): Promise<void> {
  const draft = `${OUTPUT}.draft`;
  const pieces = withLibrary(
    await Deno.readFile(OUTPUT),
    await Deno.readFile(library),
  );
  {
    using file = await Deno.open(draft, {
      write: true,
      create: true,
      truncate: true,
      mode: 0o755,
    });
    for (const piece of pieces) {
      let written = 0;
      while (written < piece.length) {
        written += await file.write(piece.subarray(written));
      }
    }
  }
  await Deno.rename(draft, OUTPUT);
}

/** Compiles with this Deno, else with a packaged one where there is one. */
async function compileWith(command: readonly string[]): Promise<number> {
  const plain = await run(command, { capture: true });
  if (plain.code === 0 || !(await isFile(TOOLCHAIN))) {
    await say(plain.output);
    return plain.code;
  }
  await say("`deno compile` failed; trying it with the packaged toolchain.\n");
  const tools = await new Deno.Command("bash", {
    args: [TOOLCHAIN],
    stderr: "inherit",
  }).output();
  if (!tools.success) {
    await say(plain.output);
    return plain.code;
  }
  const [program, base] = new TextDecoder().decode(tools.stdout).trim()
    .split(" ");
  if (program === undefined || base === undefined) return plain.code;
  const packaged = await run(command, { program, env: { DENORT_BIN: base } });
  return packaged.code;
}

/** The lock file without what the executable can't reach. */
async function prunedLock(roots: readonly string[]): Promise<string> {
  const lock: Lock = JSON.parse(await Deno.readTextFile("deno.lock"));
  const npm: Record<string, LockedPackage> = {};
  const waiting = [...roots];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const found = lock.npm[id];
    if (found === undefined || id in npm) continue;
    const used = (name: string) => !UNUSED.test(nameOf(name));
    const pruned = { ...found };
    for (const kind of ["dependencies", "optionalDependencies"] as const) {
      const names = found[kind]?.filter(used);
      if (names === undefined) continue;
      pruned[kind] = names;
      waiting.push(...names.flatMap((name) => idsOf(name, lock)));
    }
    npm[id] = pruned;
  }
  const specifiers = Object.entries(lock.specifiers).filter(
    ([specifier, version]) =>
      !specifier.startsWith("npm:") ||
      `${nameOf(specifier.slice("npm:".length))}@${version}` in npm,
  );
  return JSON.stringify({
    version: lock.version,
    specifiers: Object.fromEntries(specifiers),
    npm,
  });
}

/** The packages that the bundle imports, as the lock file names them. */
async function importedPackages(flags: readonly string[]): Promise<string[]> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...flags, BUNDLE],
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new TypeError("Cannot compile: deno info failed");
  const graph: { modules: { npmPackage?: string }[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return graph.modules.flatMap(({ npmPackage }) => npmPackage ?? []);
}

/** The lock file names a dependency's version only where there are several. */
function idsOf(dependency: string, lock: Lock): string[] {
  if (dependency in lock.npm) return [dependency];
  return Object.keys(lock.npm).filter((id) => nameOf(id) === dependency);
}

/** The name in `name@version`, where a name may begin with `@` itself. */
function nameOf(id: string): string {
  const at = id.indexOf("@", 1);
  return at === -1 ? id : id.slice(0, at);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function say(text: string): Promise<void> {
  const writer = Deno.stderr.writable.getWriter();
  await writer.write(new TextEncoder().encode(text));
  writer.releaseLock();
}
