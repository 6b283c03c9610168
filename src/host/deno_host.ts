/**
 * This machine, by Deno.
 *
 * @module
 */
import { encodeHex } from "../bytes.ts";
import { attempt, denoError } from "./deno_error.ts";
import { DenoFiles } from "./deno_files.ts";
import type {
  Buffers,
  Clock,
  Compression,
  Hasher,
  HashStream,
  Host,
  LineEditor,
  LineEditorOptions,
  PipedProgram,
  Platform,
  Random,
  Terminal,
  TerminalOutput,
} from "./host.ts";

/** Columns where nobody can be asked. */
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** How far the clock may be from the system's, which is set now and then. */
const MAX_CLOCK_ERROR_MS = 2;

/** The real platform. */
export function denoHost(): Host {
  return {
    files: new DenoFiles(),
    clock: new DenoClock(),
    random: new CryptoRandom(),
    hasher: new NodeHasher(),
    buffers: nodeBuffers,
    compression: nodeCompression,
    terminal: new DenoTerminal(),
    watch,
  };
}

/** Loaded when it is needed. */
async function* watch(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const { watchDirectory } = await import("./deno_watch.ts");
  yield* watchDirectory(path, signal);
}

/** Loaded when it is needed: most programs never ask. */
export async function nodeBuffers(): Promise<Buffers> {
  return (await import("./node_buffers.ts")).NODE_BUFFERS;
}

/** Loaded when it is needed, too. */
export async function nodeCompression(): Promise<Compression> {
  return (await import("./node_compression.ts")).NODE_COMPRESSION;
}

class DenoClock implements Clock {
  #originMs = performance.timeOrigin;

  /**
   * The system's clock tells milliseconds, the monotonic one less: but that one
   * stands still while the machine sleeps, and is never set.
   */
  nowUs(): number {
    const systemMs = Date.now();
    const sinceMs = performance.now();
    const errorMs = this.#originMs + sinceMs - systemMs;
    if (Math.abs(errorMs) > MAX_CLOCK_ERROR_MS) {
      this.#originMs = systemMs - sinceMs;
    }
    return Math.floor((this.#originMs + sinceMs) * 1000);
  }

  monotonicMs(): number {
    return performance.now();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
    return promise;
  }
}

class CryptoRandom implements Random {
  uuidHex(): string {
    return crypto.randomUUID().replaceAll("-", "");
  }

  fraction(): number {
    return Math.random();
  }
}

/** Hashes by the platform's OpenSSL; loaded by the first large content. */
export class NodeHasher implements Hasher {
  #crypto: typeof import("node:crypto") | undefined;

  /** Starts a SHA-256. */
  async sha256(): Promise<HashStream> {
    // An import that was made before takes longer than a small hash.
    this.#crypto ??= await import("node:crypto");
    const hash = this.#crypto.createHash("sha256");
    return {
      update: (bytes) => void hash.update(bytes),
      digestHex: () => encodeHex(new Uint8Array(hash.digest())),
    };
  }
}

class DenoTerminal implements Terminal {
  #programs = 0;
  readonly stdout: TerminalOutput = new DenoOutput(
    "standard output",
    Deno.stdout,
  );
  readonly stderr: TerminalOutput = new DenoOutput(
    "standard error",
    Deno.stderr,
  );

  get stdinIsTerminal(): boolean {
    return Deno.stdin.isTerminal();
  }

  stdin(): ReadableStream<Uint8Array> {
    return Deno.stdin.readable;
  }

  async editLines(options: LineEditorOptions): Promise<LineEditor> {
    return await (await import("./line_editor.ts")).openLineEditor(options);
  }

  env(name: string): string | undefined {
    return Deno.env.get(name);
  }

  cwd(): string {
    return Deno.cwd();
  }

  user(): string {
    return this.env("USER") || this.env("LOGNAME") || this.env("USERNAME") ||
      "unknown";
  }

  platform(): Platform {
    const { arch, os } = Deno.build;
    const { deno, v8 } = Deno.version;
    return { os, arch, runtime: { deno, v8 }, pid: Deno.pid };
  }

  async run(command: readonly string[]): Promise<number> {
    const [program = "", ...args] = command;
    return await attempt("run", program, async () => {
      const child = new Deno.Command(program, {
        args,
        stdin: "inherit",
        stdout: "inherit",
        stderr: "inherit",
      }).spawn();
      return (await this.#lent(child)).code;
    });
  }

  async pipe(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<PipedProgram> {
    const [program = "", ...args] = command;
    const options = { args, env, stdin: "piped" } as const;
    const child = await attempt(
      "run",
      program,
      () => Promise.resolve(new Deno.Command(program, options).spawn()),
    );
    const ended = this.#lent(child);
    const input = child.stdin.getWriter();
    const isOpen = async (work: Promise<void>) => {
      try {
        await work;
        return true;
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) return false;
        throw denoError("write to", program, error);
      }
    };
    return {
      write: async (bytes) => await isOpen(input.write(bytes)),
      end: async () => {
        await isOpen(input.close());
        await ended;
      },
    };
  }

  get isLent(): boolean {
    return this.#programs > 0;
  }

  /** Waits for a program, which has the terminal until then. */
  async #lent(child: Deno.ChildProcess): Promise<Deno.CommandStatus> {
    this.#programs++;
    try {
      return await child.status;
    } finally {
      this.#programs--;
    }
  }
}

class DenoOutput implements TerminalOutput {
  readonly #name: string;
  readonly #stream: typeof Deno.stdout;

  constructor(name: string, stream: typeof Deno.stdout) {
    this.#name = name;
    this.#stream = stream;
  }

  get isTerminal(): boolean {
    return this.#stream.isTerminal();
  }

  get columns(): number {
    // A terminal that nobody has told its size has 0 columns.
    return this.isTerminal && Deno.consoleSize().columns || DEFAULT_COLUMNS;
  }

  get rows(): number {
    return this.isTerminal && Deno.consoleSize().rows || DEFAULT_ROWS;
  }

  async write(bytes: Uint8Array): Promise<boolean> {
    try {
      let written = 0;
      while (written < bytes.length) {
        written += await this.#stream.write(bytes.subarray(written));
      }
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return false;
      throw denoError("write to", this.#name, error);
    }
  }
}
