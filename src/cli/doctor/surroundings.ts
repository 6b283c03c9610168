/**
 * What pond runs in: its versions, the engine, the configuration.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import {
  CONFIG_KEYS,
  type Context,
  type Settings,
  userConfigPath,
} from "../context.ts";
import { examined, type Finding } from "./finding.ts";

/** The oldest Deno that pond is tested on. */
const OLDEST_DENO = [2, 6] as const;

/** Fetches the engine anew. */
const RELOAD = "deno cache --reload npm:@duckdb/node-api";

/** The versions, and the terminal. */
export async function lookAround(
  context: Context,
): Promise<readonly Finding[]> {
  return [
    version(context),
    terminal(context),
    ...await examined("sql", engine, RELOAD),
  ];
}

function version({ host }: Context): Finding {
  const { arch, os, runtime } = host.terminal.platform();
  const versions = Object.entries(runtime).map(([name, version]) =>
    `${name} ${version}`
  );
  const says = [`pond ${VERSION}`, ...versions, `${os} ${arch}`].join(", ");
  const [oldestMajor, oldestMinor] = OLDEST_DENO;
  const [major = 0, minor = oldestMinor] = (runtime.deno ?? "").split(".")
    .map(Number);
  const isOld = runtime.deno !== undefined && (major < oldestMajor ||
    (major === oldestMajor && minor < oldestMinor));
  return isOld
    ? { check: "version", verdict: "warn", says, remedy: "deno upgrade" }
    : { check: "version", verdict: "ok", says };
}

function terminal({ out }: Context): Finding {
  const says = out.isTerminal
    ? `a terminal of ${out.columns} columns`
    : "standard output is no terminal";
  const color = out.color ? "with colours" : "without colours";
  return { check: "terminal", verdict: "ok", says: `${says}, ${color}` };
}

async function engine(): Promise<readonly Finding[]> {
  const { engineVersion } = await import("../../query/mod.ts");
  try {
    const says = `DuckDB ${await engineVersion()} loads`;
    return [{ check: "sql", verdict: "ok", says }];
  } catch (error) {
    // A library that can't be loaded fails in ways of its own.
    throw error instanceof PondError
      ? error
      : new PondError("IO", `DuckDB can't be loaded: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? "";
}

/**
 * The files that configure, and which value wins.
 *
 * @param settings All of them, the pond's own as well.
 */
export async function lookAtSettings(
  { host }: Context,
  settings: Settings,
): Promise<readonly Finding[]> {
  const path = userConfigPath(host);
  const isThere = path !== undefined &&
    await host.files.stat(path) !== undefined;
  const where = path === undefined
    ? "no home for a file of yours"
    : `${path} ${isThere ? "is read" : "isn't there"}`;
  const problems = settings.problems.map(({ error, remedy }): Finding => ({
    check: "config",
    verdict: "fail",
    says: error.message,
    remedy,
  }));
  const winners = CONFIG_KEYS.flatMap((key): Finding[] => {
    const setting = settings.find(key);
    if (setting === undefined) return [];
    const says = `${key} = ${setting.value} (${setting.origin})`;
    return [{ check: "config", verdict: "ok", says }];
  });
  return [
    { check: "config", verdict: "ok", says: where },
    ...problems,
    ...winners,
  ];
}
