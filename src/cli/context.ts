/**
 * What a command is given to work with.
 *
 * @module
 */
import type { PondError } from "../errors.ts";
import type { Host, TerminalOutput } from "../host/mod.ts";
import { Output } from "./output.ts";

/** Options of every command. */
export interface GlobalOptions {
  /** The directory of the pond, if it was said. */
  readonly pond: string | undefined;
  /** The branch, if it was said. */
  readonly branch: string | undefined;
  /** Whether only errors are wanted on standard error. */
  readonly quiet: boolean;
  /** Whether what is done is told in a log, too. */
  readonly verbose: boolean;
  /** Whether it is told how long things took. */
  readonly timings: boolean;
  /** Whether everything is JSON, errors too. */
  readonly json: boolean;
  /** Whether a lock that another program has is an error. */
  readonly noWait: boolean;
}

/** What can be configured; config_keys.ts says what each of them is. */
export const CONFIG_KEYS = [
  "author",
  "cache-size",
  "color",
  "durability",
  "editor",
  "format",
  "maintain.retention",
  "pager",
  "query.memory",
  "query.threads",
  "query.timeout",
] as const;

/** One of these. */
export type ConfigKey = typeof CONFIG_KEYS[number];

/** Where values come from; the first of these that has one wins. */
export const LAYERS = ["option", "environment", "pond", "user"] as const;

/** One of these. */
export type LayerName = typeof LAYERS[number];

/** A configured value. */
export interface Setting {
  /** The value, as it was written. */
  readonly value: string;
  /** Where: `--color`, `POND_COLOR`, or a file and a line. */
  readonly origin: string;
}

/** What one place configures. */
export type Layer = ReadonlyMap<ConfigKey, Setting>;

/** Something that is configured wrongly, and left out. */
export interface ConfigProblem {
  /** What is wrong. */
  readonly error: PondError;
  /** The command line that does away with it. */
  readonly remedy: string;
}

/** What is configured, in layers. */
export class Settings {
  /** What can't be used of it; the rest is. */
  readonly problems: readonly ConfigProblem[];
  readonly #layers: Readonly<Partial<Record<LayerName, Layer>>>;

  /**
   * @param layers What each place says; they are taken as right.
   * @param problems What was left out of them.
   */
  constructor(
    layers: Readonly<Partial<Record<LayerName, Layer>>> = {},
    problems: readonly ConfigProblem[] = [],
  ) {
    this.#layers = layers;
    this.problems = problems;
  }

  /** The value that wins; `undefined` where none is set. */
  get(key: ConfigKey): string | undefined {
    return this.find(key)?.value;
  }

  /** The value that wins, with where it comes from. */
  find(key: ConfigKey): (Setting & { readonly layer: LayerName }) | undefined {
    for (const layer of LAYERS) {
      const setting = this.#layers[layer]?.get(key);
      if (setting !== undefined) return { ...setting, layer };
    }
    return undefined;
  }

  /** The same with another layer. */
  with(
    name: LayerName,
    layer: Layer,
    problems: readonly ConfigProblem[] = [],
  ): Settings {
    return new Settings(
      { ...this.#layers, [name]: layer },
      [...this.problems, ...problems],
    );
  }
}

/** The surroundings of a running command. */
export interface Context {
  /** The platform. */
  readonly host: Host;
  /** What is configured, but for what the pond itself says. */
  readonly settings: Settings;
  /** Options that every command has. */
  readonly globals: GlobalOptions;
  /** Standard output: data only. */
  readonly out: Output;
  /** Standard error: everything else. */
  readonly err: Output;
  /** Ends the command. */
  readonly signal: AbortSignal;
  /** The command's name, as others are told who wait for it. */
  readonly command?: string;
  /** Has a `status` event when somebody wants to know how far it is. */
  readonly asked?: EventTarget;
}

/** Makes the surroundings of a command. */
export function makeContext(
  host: Host,
  globals: GlobalOptions,
  settings: Settings,
  signal: AbortSignal,
  stdout: TerminalOutput = host.terminal.stdout,
): Context {
  const { terminal } = host;
  const forcedColumns = forcedTerminal(terminal.env("POND_FORCE_TTY"));
  const output = (stream: TerminalOutput) =>
    new Output(stream, {
      color: wantsColor(host, settings, stream.isTerminal),
      forcedColumns,
    });
  return {
    host,
    globals,
    settings,
    out: output(stdout),
    err: output(terminal.stderr),
    signal,
  };
}

/** The variable that sets a key: `POND_QUERY_MEMORY` for `query.memory`. */
export function variableOf(key: ConfigKey): string {
  return `POND_${key.toUpperCase().replaceAll(/[.-]/g, "_")}`;
}

/** The user's file; `undefined` where there is no home for it. */
export function userConfigPath({ terminal }: Host): string | undefined {
  const named = terminal.env("XDG_CONFIG_HOME") ?? "";
  const home = terminal.env("HOME");
  // A relative directory doesn't count, says the XDG specification.
  const directory = named.startsWith("/")
    ? named
    : home
    ? `${home}/.config`
    : undefined;
  return directory === undefined ? undefined : `${directory}/pond/config.yaml`;
}

/** Whether all of standard error is a log for programs: `POND_LOG=ndjson`. */
export function isLog({ host }: Context): boolean {
  return host.terminal.env("POND_LOG") === "ndjson";
}

/** Says something to the person at the terminal, or to a log. */
export async function note(context: Context, text: string): Promise<void> {
  const { err, globals: { json, quiet } } = context;
  if (quiet) return;
  if (isLog(context)) {
    return await err.line(JSON.stringify({ note: { message: text } }));
  }
  // Programs that ask for JSON find nothing else on standard error.
  if (json || !err.isTerminal) return;
  await err.line(text);
}

/**
 * Does something, and says with `-vv` how long it took.
 *
 * @param phase What it is called, such as `commit`.
 */
export async function timed<T>(
  context: Context,
  phase: string,
  work: () => Promise<T>,
): Promise<T> {
  const { err, globals, host: { clock } } = context;
  if (!globals.timings || globals.quiet) return await work();
  const startMs = clock.monotonicMs();
  try {
    return await work();
  } finally {
    const ms = Math.round((clock.monotonicMs() - startMs) * 1000) / 1000;
    await err.line(
      globals.json || isLog(context)
        ? JSON.stringify({ timing: { phase, duration_ms: ms } })
        : `pond: ${phase} took ${(ms / 1000).toFixed(3)} s`,
    );
  }
}

/** What a warning is about, for programs. */
export interface WarningFacts {
  /** What it is called, such as `skipped`. */
  readonly kind?: string;
  /** Where it is; shown as a part of the text to people. */
  readonly path?: string;
}

/**
 * Says that something was not done, in a command that goes on.
 *
 * @param text What a person reads.
 */
export async function warn(
  context: Context,
  text: string,
  { kind = "warning", path }: WarningFacts = {},
): Promise<void> {
  const warning = { kind, message: text, path: path ?? null };
  const isJson = context.globals.json || isLog(context);
  await context.err.line(
    isJson ? JSON.stringify({ warning }) : `pond: ${text}`,
  );
}

/**
 * Whether a stream gets colours. The first of these that says something wins:
 * the setting `color`, `NO_COLOR`, `FORCE_COLOR` or `CLICOLOR_FORCE`,
 * `TERM=dumb`, and whether a terminal is there.
 */
function wantsColor(
  { terminal }: Host,
  settings: Settings,
  isTerminal: boolean,
): boolean {
  const color = settings.get("color") ?? "auto";
  if (color !== "auto") return color === "always";
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
