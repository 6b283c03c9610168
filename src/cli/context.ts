/**
 * What a command is given to work with.
 *
 * @module
 */
import type { Host } from "../host/mod.ts";
import { Output } from "./output.ts";

/** Options of every command. */
export interface GlobalOptions {
  /** The directory of the pond, if it was said. */
  readonly pond: string | undefined;
  /** The branch, if it was said. */
  readonly branch: string | undefined;
  /** How much of directories is kept in memory, if it was said. */
  readonly cacheSize: string | undefined;
  /** When to use colours. */
  readonly color: "auto" | "always" | "never";
  /** Whether only errors are wanted on standard error. */
  readonly quiet: boolean;
  /** Whether what is done is told in a log, too. */
  readonly verbose: boolean;
  /** Whether everything is JSON, errors too. */
  readonly json: boolean;
}

/** The surroundings of a running command. */
export interface Context {
  /** The platform. */
  readonly host: Host;
  /** Options that every command has. */
  readonly globals: GlobalOptions;
  /** Standard output: data only. */
  readonly out: Output;
  /** Standard error: everything else. */
  readonly err: Output;
  /** Ends the command. */
  readonly signal: AbortSignal;
}

/** Makes the surroundings of a command. */
export function makeContext(
  host: Host,
  globals: GlobalOptions,
  signal: AbortSignal,
): Context {
  const { terminal } = host;
  const forcedColumns = forcedTerminal(terminal.env("POND_FORCE_TTY"));
  const output = (stream: typeof terminal.stdout) =>
    new Output(stream, {
      color: wantsColor(host, globals, stream.isTerminal),
      forcedColumns,
    });
  return {
    host,
    globals,
    out: output(terminal.stdout),
    err: output(terminal.stderr),
    signal,
  };
}

/** Says something to the person at the terminal, if there is one. */
export async function note(context: Context, text: string): Promise<void> {
  const { json, quiet } = context.globals;
  // Programs that ask for JSON find nothing else on standard error.
  if (json || quiet || !context.err.isTerminal) return;
  await context.err.line(text);
}

/** Says that something was not done, in a command that goes on. */
export async function warn(context: Context, text: string): Promise<void> {
  await context.err.line(`pond: ${text}`);
}

/**
 * Whether a stream gets colours. The first of these that says something wins:
 * `--color`, `NO_COLOR`, `FORCE_COLOR` or `CLICOLOR_FORCE`, `TERM=dumb`, and
 * whether a terminal is there.
 */
function wantsColor(
  { terminal }: Host,
  globals: GlobalOptions,
  isTerminal: boolean,
): boolean {
  if (globals.color !== "auto") return globals.color === "always";
  if (terminal.env("NO_COLOR")) return false;
  for (const name of ["FORCE_COLOR", "CLICOLOR_FORCE"]) {
    const value = terminal.env(name);
    if (value && value !== "0") return true;
  }
  return terminal.env("TERM") !== "dumb" && isTerminal;
}

function forcedTerminal(columns: string | undefined): number | undefined {
  if (columns === undefined || !/^\d{1,4}$/.test(columns)) return undefined;
  return Math.max(20, Number(columns));
}
