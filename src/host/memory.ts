/**
 * A platform in memory, for tests and scratch use: a simulated disk, a clock
 * that goes on by itself, random numbers from a seed.
 *
 * @module
 */
import { concatBytes, decodeUtf8 } from "../bytes.ts";
import { PondError } from "../errors.ts";
import { nodeBuffers, nodeCompression, NodeHasher } from "./deno_host.ts";
import type {
  Clock,
  Host,
  LineEditor,
  Platform,
  Terminal,
  TerminalOutput,
} from "./host.ts";
import { SeededRandom } from "./seeded_random.ts";
import { SimDisk } from "./sim_disk.ts";

export { SeededRandom } from "./seeded_random.ts";
export * from "./sim_disk.ts";

/** Options of {@linkcode memoryHost}. */
export interface MemoryHostOptions {
  /**
   * What the random numbers come from. When left out, another one for each host
   * of a disk that has done something in between: ids must not come twice.
   */
  readonly seed?: number;
  /** A disk that other hosts use too. */
  readonly files?: SimDisk;
  /** The environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly stdin?: Uint8Array;
  /** Whether the standard streams are a person's terminal. */
  readonly isTerminal?: boolean;
  /** The current directory. */
  readonly cwd?: string;
}

/** A platform in memory. */
export interface MemoryHost extends Host {
  readonly files: SimDisk;
  readonly terminal: MemoryTerminal;
}

/** Makes a platform in memory. */
export function memoryHost(options: MemoryHostOptions = {}): MemoryHost {
  const used = options.files?.operations.length ?? 0;
  const random = new SeededRandom(options.seed ?? 1 + used);
  return {
    files: options.files ?? new SimDisk(() => random.fraction()),
    clock: new MemoryClock(),
    random,
    hasher: new NodeHasher(),
    buffers: nodeBuffers,
    compression: nodeCompression,
    terminal: new MemoryTerminal(options),
  };
}

/** A clock that moves on by a microsecond with each reading. */
export class MemoryClock implements Clock {
  #us = 1_767_225_600_000_000;

  nowUs(): number {
    return ++this.#us;
  }

  monotonicMs(): number {
    return this.nowUs() / 1000;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    // Whoever waits for somebody else lets them go on.
    await Promise.resolve();
    signal?.throwIfAborted();
    this.#us += Math.ceil(milliseconds * 1000);
  }
}

/** Standard streams in memory. */
export class MemoryTerminal implements Terminal {
  readonly stdout: MemoryOutput;
  readonly stderr: MemoryOutput;
  readonly stdinIsTerminal: boolean;
  readonly isLent = false;
  readonly #options: MemoryHostOptions;

  /** @param options What the streams are. */
  constructor(options: MemoryHostOptions) {
    this.#options = options;
    this.stdout = new MemoryOutput(options.isTerminal ?? false);
    this.stderr = new MemoryOutput(options.isTerminal ?? false);
    this.stdinIsTerminal = options.isTerminal ?? false;
  }

  stdin(): ReadableStream<Uint8Array> {
    const { stdin = new Uint8Array(0) } = this.#options;
    return ReadableStream.from(stdin.length > 0 ? [stdin] : []);
  }

  editLines(): Promise<LineEditor> {
    return Promise.reject(
      new PondError("UNSUPPORTED", "Cannot ask for lines: nobody is there"),
    );
  }

  env(name: string): string | undefined {
    return this.#options.env?.[name];
  }

  cwd(): string {
    return this.#options.cwd ?? "/";
  }

  user(): string {
    return this.env("USER") ?? "tester";
  }

  platform(): Platform {
    return { os: "memory", arch: "memory", runtime: {}, pid: 1 };
  }

  run([program = ""]: readonly string[]): Promise<never> {
    return Promise.reject(
      new PondError(
        "UNSUPPORTED",
        `Cannot run ${program}: there are no programs in memory`,
      ),
    );
  }

  pipe(command: readonly string[]): Promise<never> {
    return this.run(command);
  }
}

/** An output stream that keeps what is written. */
export class MemoryOutput implements TerminalOutput {
  readonly isTerminal: boolean;
  readonly columns = 80;
  readonly rows = 24;
  readonly #chunks: Uint8Array[] = [];

  /** @param isTerminal Whether it shall look like a person's terminal. */
  constructor(isTerminal: boolean) {
    this.isTerminal = isTerminal;
  }

  write(bytes: Uint8Array): Promise<boolean> {
    this.#chunks.push(bytes.slice());
    return Promise.resolve(true);
  }

  /** What was written, as text. */
  text(): string {
    return decodeUtf8(concatBytes(this.#chunks));
  }
}
