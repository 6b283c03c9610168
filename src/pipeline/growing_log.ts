/**
 * Logs that grow at their ends: what was added since the last run is a part of a
 * series of text.
 *
 * ```text
 * app.log      ████████▒▒▒        ▒ is new, up to the last line break
 * state        offset, and the SHA-256 of bytes at the beginning and before it
 *
 * app.log.1    ████████▓▓▓        rotated: the rest of the old file, ▓, and
 * app.log      ▒▒▒                then the new one from its beginning
 * ```
 *
 * A file is known by its bytes, not by its number on the disk, which a copy hasn't.
 * Where neither the file nor one beside it goes on from what was collected, it was
 * rewritten: that is an error, and what was collected stays.
 *
 * @module
 */
import { encodeHex } from "../bytes.ts";
import { PondError } from "../errors.ts";
import type { FileStat } from "../host/host.ts";
import { makeDirectories } from "./resource_store.ts";
import type { RunItem, RunSide } from "./runner.ts";

/** Bytes by which a file is known again, at each of both places. */
const MARK_BYTES = 4096;

/** Line breaks are looked for in pieces of this length. */
const CHUNK_BYTES = 64 * 1024;

const LINE_FEED = 10;

/** How far a log was collected. */
interface LogState {
  /** Bytes of the file. */
  readonly offset: number;
  /** SHA-256 of its first bytes, at most {@linkcode MARK_BYTES}. */
  readonly head: string;
  /** SHA-256 of the last bytes before the offset. */
  readonly tail: string;
}

/** A file of the host, as far as it went when it was looked at. */
interface LogFile {
  readonly path: string;
  readonly stat: FileStat;
}

/** Stores what was added to a log. */
export async function collectLog(
  source: string,
  path: string,
  side: RunSide,
): Promise<RunItem> {
  const { tx } = side;
  const isThere = await tx.exists(path);
  const mark = isThere ? await tx.seriesMark(path) : undefined;
  const state = stateOf(mark?.state);
  if (isThere && state === undefined) throw replaced(path);
  const current = await logFile(side, source);
  const steps = await stepsOf(side, current, state, path);
  let sizeBytes = 0;
  await tx.savepoint(async () => {
    for (const { file, from, isLast } of steps) {
      const to = isLast
        ? await lastLineEnd(side, file, from)
        : file.stat.sizeBytes;
      if (to <= from) continue;
      await makeDirectories(tx, path);
      const length = to - from;
      await tx.appendToSeries(
        path,
        piece(side, file.path, { offset: from, length }),
        { of: "text", state: { ...await stateAt(side, file.path, to) } },
        side.signal === undefined ? {} : { signal: side.signal },
      );
      sizeBytes += length;
    }
  });
  return {
    path,
    status: sizeBytes === 0 ? "unchanged" : isThere ? "updated" : "created",
    sizeBytes,
  };
}

/**
 * A piece of a log.
 *
 * @throws {PondError} `CONFLICT` when the log is shorter by now: what would be
 *   stored is then another piece than the state says.
 */
async function* piece(
  { host, signal }: RunSide,
  path: string,
  range: { readonly offset: number; readonly length: number },
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  const options = signal === undefined ? range : { ...range, signal };
  for await (const chunk of await host.files.stream(path, options)) {
    sizeBytes += chunk.length;
    yield chunk;
  }
  if (sizeBytes === range.length) return;
  throw new PondError(
    "CONFLICT",
    `Cannot follow ${path}: it became shorter while it was read`,
    { path, hint: "run again: what was rotated meanwhile is followed then" },
  );
}

/** A piece of a file that is to be stored. */
interface Step {
  readonly file: LogFile;
  readonly from: number;
  /** Whether it may still grow, so that its last line may be half of one. */
  readonly isLast: boolean;
}

async function stepsOf(
  side: RunSide,
  current: LogFile,
  state: LogState | undefined,
  path: string,
): Promise<readonly Step[]> {
  const whole = { file: current, from: 0, isLast: true };
  if (state === undefined) return [whole];
  if (await goesOn(side, current, state)) {
    return [{ file: current, from: state.offset, isLast: true }];
  }
  // The older one comes first, and what was rotated after it next.
  const rotated = await rotatedFiles(side, current.path);
  for (const [i, file] of rotated.entries()) {
    if (!await goesOn(side, file, state)) continue;
    const later = rotated.slice(i + 1);
    return [
      { file, from: state.offset, isLast: false },
      ...later.map((file) => ({ file, from: 0, isLast: false })),
      whole,
    ];
  }
  throw new PondError(
    "CONFLICT",
    `Cannot follow ${current.path}: it was rewritten, and no file beside it goes on from what was collected (${state.offset} bytes)`,
    {
      path: current.path,
      hint:
        `${path} is kept; to begin anew, move it away: pond mv ${path} ${path}.old`,
    },
  );
}

/**
 * Whether a name is what rotation makes of another one: `app.log.1`,
 * `app.log-20260105`, `app-2026-01-05.log`, `app.log.old`. Packed ones are none.
 */
function isRotatedName(name: string, of: string): boolean {
  const dot = of.lastIndexOf(".");
  const [stem, extension] = dot > 0
    ? [of.slice(0, dot), of.slice(dot)]
    : [of, ""];
  const added = name.startsWith(of)
    ? name.slice(of.length)
    : name.startsWith(stem) && name.endsWith(extension)
    ? name.slice(stem.length, name.length - extension.length)
    : "";
  return /^[._-](\d[\dT:._-]*|old|bak|prev)$/.test(added);
}

/** Files beside a log with its name and more, as rotation leaves them. */
async function rotatedFiles(
  side: RunSide,
  source: string,
): Promise<readonly LogFile[]> {
  const slash = source.lastIndexOf("/");
  const directory = source.slice(0, slash) || "/";
  const name = source.slice(slash + 1);
  const found: LogFile[] = [];
  for await (const entry of side.host.files.list(directory)) {
    if (entry.type !== "file" || !isRotatedName(entry.name, name)) continue;
    const path = `${source.slice(0, slash)}/${entry.name}`;
    const stat = await side.host.files.stat(path);
    if (stat?.type === "file") found.push({ path, stat });
  }
  return found.sort((a, b) => a.stat.modifiedMs - b.stat.modifiedMs);
}

/** Whether a file begins with all that was collected. */
async function goesOn(
  side: RunSide,
  { path, stat }: LogFile,
  state: LogState,
): Promise<boolean> {
  if (stat.sizeBytes < state.offset) return false;
  const { head, tail } = await stateAt(side, path, state.offset);
  return head === state.head && tail === state.tail;
}

async function stateAt(
  { host: { files } }: RunSide,
  path: string,
  offset: number,
): Promise<LogState> {
  const length = Math.min(MARK_BYTES, offset);
  const hash = async (from: number) => {
    const bytes = await files.read(path, { offset: from, length });
    return encodeHex(
      new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
    );
  };
  return { offset, head: await hash(0), tail: await hash(offset - length) };
}

/** Where the last whole line ends, or `from` when there is none. */
async function lastLineEnd(
  { host: { files } }: RunSide,
  { path, stat }: LogFile,
  from: number,
): Promise<number> {
  for (let to = stat.sizeBytes; to > from; to -= CHUNK_BYTES) {
    const offset = Math.max(from, to - CHUNK_BYTES);
    const bytes = await files.read(path, { offset, length: to - offset });
    const at = bytes.lastIndexOf(LINE_FEED);
    if (at >= 0) return offset + at + 1;
  }
  return from;
}

async function logFile(side: RunSide, path: string): Promise<LogFile> {
  const stat = await side.host.files.stat(path);
  if (stat?.type === "file") return { path, stat };
  throw new PondError(
    "NOT_FOUND",
    `Cannot read ${path}: it is no file any more`,
    { path },
  );
}

function stateOf(
  state: Readonly<Record<string, unknown>> | undefined,
): LogState | undefined {
  const { head, offset, tail } = state ?? {};
  return typeof offset === "number" && typeof head === "string" &&
      typeof tail === "string"
    ? { offset, head, tail }
    : undefined;
}

function replaced(path: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot collect into ${path}: it is no log that was collected`,
    { path, hint: `see who has replaced it: pond log ${path}` },
  );
}
