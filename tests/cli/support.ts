/**
 * Runs `pond` in this process, on a host of its own.
 *
 * @module
 */
import { concatBytes, decodeUtf8, encodeUtf8 } from "../../src/bytes.ts";
import { main } from "../../src/cli/main.ts";
import type { Host, Terminal, TerminalOutput } from "../../src/host/mod.ts";

/** How a command ended. */
export interface Ran {
  /** The exit code. */
  readonly code: number;
  /** Standard output, as UTF-8. */
  readonly stdout: string;
  /** Standard output as it is. */
  readonly stdoutBytes: Uint8Array;
  /** Standard error, as UTF-8. */
  readonly stderr: string;
}

/** The surroundings of a command. */
export interface RunOptions {
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty when left out. */
  readonly stdin?: string | Uint8Array;
  /** Whether all streams are a person's terminal. */
  readonly terminal?: boolean;
  /** Whether standard input is one, where it isn't what the others are. */
  readonly stdinIsTerminal?: boolean;
  /** Columns of the terminal; 80 when left out. */
  readonly columns?: number;
  /** The current directory. */
  readonly cwd?: string;
  /** How many writes standard output takes before its reader goes. */
  readonly writes?: number;
  /** Ends the command. */
  readonly signal?: AbortSignal;
  /** Lines of the terminal; more than any output has, when left out. */
  readonly rows?: number;
  /** Is told that something was written to standard error. */
  readonly onStderr?: () => void;
  /** Has a `status` event when somebody wants to know how far it is. */
  readonly asked?: EventTarget;
  /** In the place of a pager. */
  readonly pager?: Terminal["pipe"];
  /** In the place of programs that the command runs; gives an exit code. */
  readonly program?: (command: readonly string[]) => Promise<number>;
}

function noProgram([name]: readonly string[]): Promise<never> {
  throw new TypeError(`this command must not run ${name}`);
}

/**
 * Runs a command line.
 *
 * @param host The files, the clock and the rest; its terminal is replaced.
 * @param argv The arguments after `pond`.
 */
export async function run(
  host: Omit<Host, "terminal">,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const stdout = new Capture(options, options.writes);
  const stderr = new Capture(options, Infinity, options.onStderr);
  const terminal = terminalOf(stdout, stderr, options);
  const { asked, signal } = options;
  const { files, clock, random, hasher } = host;
  const buffers = () => host.buffers();
  const compression = () => host.compression();
  const code = await main(
    argv,
    { files, clock, random, hasher, buffers, compression, terminal },
    {
      ...(signal === undefined ? {} : { signal }),
      ...(asked === undefined ? {} : { asked }),
    },
  );
  return {
    code,
    stdout: stdout.text,
    stdoutBytes: stdout.bytes,
    stderr: stderr.text,
  };
}

/** A host for command lines that touch nothing but the terminal. */
export function hostWithoutFiles(): Omit<Host, "terminal"> {
  const refuse = (_target: unknown, name: string | symbol) => {
    throw new TypeError(`this command must not use ${String(name)}`);
  };
  const nothing = new Proxy({}, { get: refuse });
  return new Proxy({}, { get: () => nothing }) as Omit<Host, "terminal">;
}

/** Splits a command line of the help, with double and single quotes. */
export function words(line: string): string[] {
  const found = line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return [...found].map(([, double, single, bare]) =>
    double ?? single ?? bare ?? ""
  );
}

class Capture implements TerminalOutput {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly #chunks: Uint8Array[] = [];
  readonly #told: () => void;
  #writesLeft: number;

  constructor(
    { columns = 80, rows = Infinity, terminal = false }: RunOptions,
    writes: number = Infinity,
    told: () => void = () => {},
  ) {
    this.#told = told;
    this.isTerminal = terminal;
    this.columns = columns;
    this.rows = rows;
    this.#writesLeft = writes;
  }

  write(bytes: Uint8Array): Promise<boolean> {
    if (this.#writesLeft-- <= 0) return Promise.resolve(false);
    this.#chunks.push(bytes.slice());
    this.#told();
    return Promise.resolve(true);
  }

  get bytes(): Uint8Array {
    return concatBytes(this.#chunks);
  }

  get text(): string {
    return decodeUtf8(this.bytes);
  }
}

function terminalOf(
  stdout: TerminalOutput,
  stderr: TerminalOutput,
  options: RunOptions,
): Terminal {
  const { env = {}, stdin = "", cwd = "/" } = options;
  const { pager = noProgram, program = noProgram } = options;
  const input = typeof stdin === "string" ? encodeUtf8(stdin) : stdin;
  return {
    stdout,
    stderr,
    stdinIsTerminal: options.stdinIsTerminal ?? stdout.isTerminal,
    stdin: () => new Blob([input.slice()]).stream(),
    editLines: () => Promise.reject(new TypeError("nobody is there")),
    env: (name) => env[name],
    cwd: () => cwd,
    user: () => "tester",
    platform: () => ({
      os: "none",
      arch: "none",
      runtime: { deno: "2" },
      pid: 1,
    }),
    run: program,
    pipe: pager,
    isLent: false,
  };
}
