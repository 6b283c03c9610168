/**
 * Locks of the operating system, with a name on them.
 *
 * ```text
 * staging/lock, …                      a file, on which the system's lock is
 *   {"pid":123,"command":"pond commit","since":"2026-01-05T12:01:00.000Z"}
 *                                      who has it, padded with spaces to 512 bytes
 * ```
 *
 * The lock is what holds others off, and ends with its process; what is written
 * in the file is for them to read, neither flushed nor needed. So a lock is never
 * stale, and what it says may be: that of a process which was ended between the
 * two is another's.
 *
 * @module
 */
import { encodeUtf8, tryDecodeUtf8 } from "../bytes.ts";
import { bestEffort, PondError } from "../errors.ts";
import type { FileStore, Host } from "../host/mod.ts";
import { type Context, warn } from "./context.ts";
import { printable } from "./output.ts";
import { filesWith, hostWith } from "./own_files.ts";
import { localTime } from "./units.ts";

/** Length of what is written, so that nothing of an earlier one is left. */
const HOLDER_BYTES = 512;

/** Before that, nobody is told that something waits. */
const QUIET_MS = 500;

/** Who has a lock. */
export interface LockHolder {
  /** The number of its process. */
  readonly pid: number;
  /** What it does, such as `pond commit`. */
  readonly command: string;
  /** Since when, RFC 3339, UTC. */
  readonly since: string;
}

/**
 * The platform of a command, which says in the locks that it takes who has them,
 * and whom it waits for.
 *
 * @param context With `--no-wait`, a lock that another has is an error.
 */
export function lockingHost(context: Context): Host {
  const { files } = context.host;
  const lock = (path: string) => lockNamed(files, path, context);
  return hostWith(context.host, filesWith(files, { lock }));
}

/**
 * Takes a lock, and writes into it who has it.
 *
 * @throws {PondError} `LOCKED` where another has it, and the command doesn't wait.
 */
async function lockNamed(
  files: FileStore,
  path: string,
  context: Context,
): Promise<AsyncDisposable> {
  const lock = await files.tryLock(path) ?? await waited(files, path, context);
  await bestEffort(() => files.overwrite(path, encodeHolder(self(context))));
  return lock;
}

async function waited(
  files: FileStore,
  path: string,
  context: Context,
): Promise<AsyncDisposable> {
  const { globals, host: { clock }, signal } = context;
  if (globals.noWait) {
    throw new PondError(
      "LOCKED",
      `Cannot wait for ${path}: ${holderText(await readHolder(files, path))}`,
      { path, hint: "wait until it is done: leave out --no-wait" },
    );
  }
  const end = new AbortController();
  const ends = AbortSignal.any([signal, end.signal]);
  const telling = tell();
  const taking = files.lock(path);
  try {
    return await Promise.race([taking, aborted(ends)]);
  } catch (error) {
    // Whoever gets a lock too late gives it back.
    void taking.then((lock) => lock[Symbol.asyncDispose](), () => {
      // It never got it.
    });
    throw error;
  } finally {
    end.abort();
    await telling;
  }

  async function tell(): Promise<void> {
    try {
      await clock.sleep(QUIET_MS, ends);
    } catch (error) {
      if (ends.aborted) return;
      throw error;
    }
    if (globals.quiet) return;
    const holder = holderText(await readHolder(files, path));
    await warn(context, `waiting: ${holder} (--no-wait fails instead)`, {
      kind: "waiting",
      path,
    });
    await context.err.flush();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

function self({ command, host }: Context): LockHolder {
  const { clock, terminal } = host;
  return {
    pid: terminal.platform().pid,
    command: command === undefined ? "pond" : `pond ${command}`,
    since: new Date(clock.nowUs() / 1000).toISOString(),
  };
}

function encodeHolder(holder: LockHolder): Uint8Array {
  const text = encodeUtf8(JSON.stringify(holder));
  const bytes = new Uint8Array(HOLDER_BYTES).fill(0x20);
  bytes.set(text.subarray(0, HOLDER_BYTES - 1));
  bytes[HOLDER_BYTES - 1] = 0x0a;
  return bytes;
}

/** Who has a lock, as far as it says so; programs beside pond's don't. */
export async function readHolder(
  files: FileStore,
  path: string,
): Promise<LockHolder | undefined> {
  let holder: LockHolder | undefined;
  await bestEffort(async () => {
    const bytes = await files.read(path, { length: HOLDER_BYTES });
    holder = decodeHolder(tryDecodeUtf8(bytes) ?? "");
  });
  return holder;
}

function decodeHolder(text: string): LockHolder | undefined {
  const value = tryParse(text);
  if (typeof value !== "object" || value === null) return undefined;
  const said = new Map<string, unknown>(Object.entries(value));
  const pid = said.get("pid");
  const command = said.get("command");
  const since = said.get("since");
  if (typeof pid !== "number" || typeof command !== "string") return undefined;
  if (typeof since !== "string" || Number.isNaN(Date.parse(since))) {
    return undefined;
  }
  return { pid, command, since };
}

/** What others write there is no JSON. */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Says who has a lock: `process 123 (pond commit) has it since …`. */
export function holderText(holder: LockHolder | undefined): string {
  if (holder === undefined) return "another program has the lock";
  const { command, pid, since } = holder;
  const time = localTime(Date.parse(since) * 1000);
  return `process ${pid} (${printable(command)}) has the lock since ${time}`;
}
