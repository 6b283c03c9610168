/**
 * Runs Deno and pond as sub-processes, the way this process was run.
 *
 * @module
 */

/** The root of the checkout, without a slash at its end. */
export const PROJECT_ROOT: string = (import.meta.dirname ?? ".")
  .replace(/[/\\]tests[/\\]support$/, "");

/** How a sub-process ended. */
export interface ProcessResult {
  /** The exit code; 128 and the signal's number after a signal. */
  readonly code: number;
  /** Standard output, decoded as UTF-8. */
  readonly stdout: string;
  /** Standard output as it is. */
  readonly stdoutBytes: Uint8Array<ArrayBuffer>;
  /** Standard error, decoded as UTF-8. */
  readonly stderr: string;
}

/** Options of {@linkcode runPond} and {@linkcode runDeno}. */
export interface ProcessOptions {
  /** The current directory; this process's one when left out. */
  readonly cwd?: string;
  /** Environment variables over the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** When true, only `env` is in the environment. */
  readonly clearEnv?: boolean;
  /** Standard input; empty when left out. */
  readonly stdin?: string | Uint8Array;
  /** Ends the process. */
  readonly signal?: AbortSignal;
}

/**
 * The flags under which a sub-process finds the same modules as this one:
 * `--import-map …` where this process runs on the offline map, nothing more
 * than `--config …` where it runs on JSR.
 */
export function denoArgs(): string[] {
  return ["--config", `${PROJECT_ROOT}/deno.json`, ...importMapArgs()];
}

/** The part of {@linkcode denoArgs} for commands that take no `--config`. */
export function importMapArgs(): string[] {
  const online = import.meta.resolve("@std/assert").startsWith("jsr:");
  return online ? [] : ["--import-map", `${PROJECT_ROOT}/deps/offline.json`];
}

/** The arguments of `deno` that start pond from this checkout. */
export function pondCommand(args: readonly string[]): string[] {
  return ["run", "-A", ...denoArgs(), `${PROJECT_ROOT}/cli.ts`, ...args];
}

/**
 * Runs `pond` from this checkout in a process of its own.
 *
 * @param args The arguments, beginning with the command.
 * @param options Directory, environment, standard input.
 * @returns Exit code and output; a failed command is no exception.
 */
export function runPond(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return runDeno(pondCommand(args), options);
}

/** Runs `deno` with these arguments. */
export function runDeno(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return runProgram(Deno.execPath(), args, options);
}

/** Runs any program, given by its path. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const { stdin, ...rest } = options;
  const child = new Deno.Command(program, {
    ...rest,
    env: { NO_COLOR: "1", ...rest.env },
    args: [...args],
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [output] = await Promise.all([
    child.output(),
    stdin === undefined ? undefined : feed(child.stdin, stdin),
  ]);
  return {
    code: output.code,
    stdout: new TextDecoder().decode(output.stdout),
    stdoutBytes: output.stdout,
    stderr: new TextDecoder().decode(output.stderr),
  };
}

async function feed(
  stdin: WritableStream<Uint8Array>,
  input: string | Uint8Array,
): Promise<void> {
  const bytes = typeof input === "string"
    ? new TextEncoder().encode(input)
    : input;
  try {
    await new Response(bytes.slice()).body?.pipeTo(stdin);
  } catch (error) {
    // A program may end without reading all of its input.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Whether there is a program of this name in the directories of PATH. */
export async function isInstalled(program: string): Promise<boolean> {
  const paths = (Deno.env.get("PATH") ?? "").split(":");
  const found = await Promise.all(paths.map(async (path) => {
    try {
      return (await Deno.stat(`${path}/${program}`)).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }));
  return found.includes(true);
}
