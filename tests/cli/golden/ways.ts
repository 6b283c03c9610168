/**
 * Runs a case in each of the ways in which people and programs run a command.
 *
 * ```text
 * pipe          no stream is a terminal
 * 80 columns    all are one, of 80 columns, with colours
 * 200 columns   of 200 columns
 * NO_COLOR      of 80 columns, without colours
 * --json        what fails: to a pipe, for programs
 * ```
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { PondError } from "../../../src/errors.ts";
import { exitCodeOf } from "../../../src/cli/exit_codes.ts";
import type { FileStore } from "../../../src/host/mod.ts";
import { denoHost } from "../../../src/host/deno_host.ts";
import { fileError } from "../../../src/host/file_error.ts";
import type { SimDisk } from "../../../src/host/memory.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import type { Ran, RunOptions } from "../support.ts";
import type { Case, Refusal } from "./case.ts";
import {
  CASE_STEP,
  copyOf,
  HOME,
  mustRun,
  POND,
  runLine,
  SETUP_STEP,
} from "./world.ts";

/** What a command has said in one of the ways. */
export interface Said {
  /** The name of the way. */
  readonly way: string;
  /** How it ended. */
  readonly ran: Ran;
}

const COLOURS = { TERM: "xterm-256color" };

const WAYS: readonly (readonly [way: string, options: RunOptions])[] = [
  ["pipe", {}],
  ["80 columns", { terminal: true, columns: 80, env: COLOURS }],
  ["200 columns", { terminal: true, columns: 200, env: COLOURS }],
  ["NO_COLOR", {
    terminal: true,
    columns: 80,
    env: { ...COLOURS, NO_COLOR: "1" },
  }],
];

/**
 * Runs a case in every way, each on a disk of its own.
 *
 * @param world The disk that all cases begin with.
 */
export async function runCase(
  world: SimDisk,
  case_: Case,
  onHost: boolean,
): Promise<readonly Said[]> {
  const disk = copyOf(world);
  for (const [name, text] of Object.entries(case_.files ?? {})) {
    disk.plant(`${HOME}/${name}`, encodeUtf8(text));
  }
  for (const [i, line] of (case_.setup ?? []).entries()) {
    await mustRun(disk, SETUP_STEP + i, line);
  }
  await case_.prepare?.(disk);
  const run = (line: string, options: RunOptions) =>
    onHost
      ? runOnHost(disk, case_, line, options)
      : runInMemory(copyOf(disk), case_, line, options);
  const said: Said[] = [];
  const ways = case_.isSlow ? WAYS.slice(0, 1) : WAYS;
  for (const [way, options] of ways) {
    said.push({ way, ran: await run(case_.line, options) });
  }
  if (case_.error !== undefined) {
    const ran = await run(asJson(case_.line), {});
    const { code, hint } = lastError(ran.stderr);
    assertEquals(code, case_.error, `${case_.line} --json`);
    // Whoever pressed Ctrl-C needn't be told what to do.
    assertEquals(
      hint === null,
      code === "ABORTED",
      `the hint of ${case_.line}`,
    );
    said.push({ way: "--json", ran });
  }
  const exit = exitOf(case_);
  for (const { way, ran } of said) {
    assertEquals(ran.code, exit, `${case_.line} (${way}): ${ran.stderr}`);
  }
  return said;
}

/** The exit code that a case ends with. */
export function exitOf({ exit, error }: Case): number {
  return exit ?? (error === undefined ? 0 : exitCodeOf(error));
}

/** Where options end, nothing more of them is read. */
function asJson(line: string): string {
  return line.includes(" -- ")
    ? line.replace(" -- ", " --json -- ")
    : `${line} --json`;
}

function lastError(
  stderr: string,
): { readonly code?: unknown; readonly hint?: unknown } {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  return JSON.parse(last || "{}").error ?? {};
}

function optionsOf(case_: Case, disk: SimDisk, way: RunOptions): RunOptions {
  const { program, stdin, typed, cwd, writes, aborted, env } = case_;
  return {
    ...way,
    env: { ...way.env, ...env },
    ...(stdin === undefined ? {} : { stdin, stdinIsTerminal: false }),
    ...(typed === undefined ? {} : { stdin: typed, stdinIsTerminal: true }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(writes === undefined ? {} : { writes }),
    ...(aborted ? { signal: AbortSignal.abort(INTERRUPTED) } : {}),
    ...(program === undefined
      ? {}
      : { program: (command) => program(command, disk) }),
  };
}

const INTERRUPTED = new PondError("ABORTED", "Ended by SIGINT");

async function runInMemory(
  disk: SimDisk,
  case_: Case,
  line: string,
  way: RunOptions,
): Promise<Ran> {
  const options = optionsOf(case_, disk, way);
  if (case_.locked !== undefined) await disk.lock(case_.locked);
  const files = between(disk, case_);
  const before = disk.snapshot();
  const ran = await runLine(files, CASE_STEP, line, options);
  // What a full disk leaves behind is nobody's, and goes by itself.
  const isRefused = case_.error !== undefined && case_.refuse === undefined &&
    case_.between === undefined;
  if (isRefused || DRY_RUN.test(line)) {
    assertEquals(changed(before, disk.snapshot()), [], line);
  }
  return ran;
}

/** A command line that only says what it would do; or one of a reader. */
const DRY_RUN = / (-\w*n|--dry-run)\b/;

/** Paths of files that were changed, but for those that may be at any time. */
function changed(
  before: ReadonlyMap<string, Uint8Array>,
  after: ReadonlyMap<string, Uint8Array>,
): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths.filter((path) =>
    !/^\/home\/ana\/pond\/(cache|tmp)\//.test(path) &&
    !isSame(before.get(path), after.get(path))
  );
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Copies a disk into a directory of the host. */
export async function writeWorld(disk: SimDisk, to: string): Promise<void> {
  for (const [path, bytes] of disk.snapshot()) {
    const real = `${to}${path}`;
    await Deno.mkdir(real.slice(0, real.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(real, bytes);
  }
}

/** On a copy of the disk in a directory of the host. */
async function runOnHost(
  disk: SimDisk,
  case_: Case,
  line: string,
  way: RunOptions,
): Promise<Ran> {
  await using temp = await tempDirectory();
  await writeWorld(disk, temp.path);
  const options = optionsOf(case_, disk, way);
  const files = between(denoHost().files, case_);
  const ran = await runLine(files, CASE_STEP, line, {
    ...options,
    cwd: `${temp.path}${options.cwd ?? HOME}`,
    env: { POND: `${temp.path}${POND}`, ...options.env },
  });
  const here = (text: string) => text.replaceAll(temp.path, "");
  return { ...ran, stdout: here(ran.stdout), stderr: here(ran.stderr) };
}

/** The same files, of which some calls fail, if any. */
function between(
  files: FileStore,
  { between: other, refuse }: Case,
): FileStore {
  const left = refuse === undefined ? files : refusing(files, refuse);
  return other?.(left) ?? left;
}

function refusing(
  files: FileStore,
  { code, method, path }: Refusal,
): FileStore {
  return new Proxy(files, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== method) return value.bind(target);
      return (...args: unknown[]): unknown => {
        // The new name is the last one of those that have two.
        const named = String(method === "link" ? args[1] : args[0]);
        if (path !== undefined && !path.test(named)) {
          return value.apply(target, args);
        }
        if (code === "nothing") return Promise.resolve(undefined);
        const error = fileError(code, { action: method, path: named });
        return Promise.reject(error);
      };
    },
  });
}
