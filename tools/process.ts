/**
 * Runs `deno` as a sub-process, the same one that runs this.
 *
 * Started through npx, no `deno` is on the PATH: it is always found by
 * `Deno.execPath()`.
 *
 * @module
 */

/** How a sub-process ended. */
export interface Outcome {
  /** The exit code; 128 and the signal's number after a signal. */
  readonly code: number;
  /** What it wrote to standard output and standard error, when captured. */
  readonly output: string;
}

/** Options of {@linkcode run}. */
export interface RunOptions {
  /** Throws its output away and gives it no input. */
  readonly quiet?: boolean;
  /** Collects its output instead of passing it through. */
  readonly capture?: boolean;
  /** Kills it after this time. */
  readonly timeoutMs?: number;
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than `deno`. */
  readonly program?: string;
}

const FORWARDED = Deno.build.os === "windows"
  ? ["SIGINT"] as const
  : ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a sub-process to its end, passing signals on to it.
 *
 * @param args Its arguments.
 * @param options Where its output goes, when it is killed.
 * @returns How it ended; a kill by timeout is an exit code like any other.
 */
export async function run(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const stdio = options.quiet ? "null" : options.capture ? "piped" : "inherit";
  const child = new Deno.Command(options.program ?? Deno.execPath(), {
    args: [...args],
    env: { ...options.env },
    stdin: options.quiet || options.capture ? "null" : "inherit",
    stdout: stdio,
    stderr: stdio,
  }).spawn();
  const timer = options.timeoutMs === undefined
    ? undefined
    : setTimeout(() => kill(child, "SIGKILL"), options.timeoutMs);
  const listeners = FORWARDED.map((signal) => {
    const listener = () => kill(child, signal);
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  try {
    if (!options.capture) {
      return { code: (await child.status).code, output: "" };
    }
    const [status, ...texts] = await Promise.all([
      child.status,
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { code: status.code, output: texts.join("") };
  } finally {
    clearTimeout(timer);
    for (const stop of listeners) stop();
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It ended by itself between the signal and the kill.
    if (!(error instanceof TypeError)) throw error;
  }
}
