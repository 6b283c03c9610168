/**
 * Carries changes of the pond to the host.
 *
 * First what goes, from the bottom up; then what comes, from the top down. The modes
 * of directories come last: one that can't be written to must be full first. Each
 * path is noted as agreed when it is done; the caller flushes the names before it
 * keeps that.
 *
 * @module
 */
import { type Bytes, release, sha256Hex } from "../bytes.ts";
import { hasCode, PondError } from "../errors.ts";
import type { FileStat } from "../host/mod.ts";
import type { TinyLogFS, WorkingDir } from "../tinylogfs/mod.ts";
import { Pool } from "../trees/pool.ts";
import { hashOf } from "../trees/stable_read.ts";
import type { Expected, MirrorDirectory } from "./mirror_directory.ts";
import {
  type BaseNode,
  fingerprintOf,
  type PondNode,
  type Three,
} from "./node.ts";
import { inPond } from "./pond_side.ts";
import { isBelow, parentOf } from "./reconcile.ts";
import {
  attemptItem,
  type Plan,
  type RunParts,
  type Step,
  stepsOf,
} from "./run_parts.ts";

/** How many files are written at a time: each waits for its flush. */
const FILES_AT_A_TIME = 16;

/** Files of at most so many bytes are read at once. */
const AT_ONCE_BYTES = 4 * 1024 * 1024;

/** What a push is asked to do. */
export interface PushRequest extends RunParts {
  /** The pond, at the state that was compared. */
  readonly fs: TinyLogFS;
  /** Where it is written. */
  readonly directory: MirrorDirectory;
}

interface PushParts extends PushRequest {
  readonly directories: OpenDirectories;
}

/** Does what a plan says of the host. */
export async function pushPlan(
  request: PushRequest,
  plan: Plan,
): Promise<void> {
  const directories = new OpenDirectories(request.fs);
  const parts: PushParts = { ...request, directories };
  const steps = stepsOf(plan, "host");
  for (const step of steps.toReversed()) {
    if (step.item.action === "delete") await remove(parts, step);
  }
  const pool = new Pool(FILES_AT_A_TIME);
  const modes: Step[] = [];
  // Without its directory, nothing of it can be written.
  const closed = new Set<string>();
  try {
    for (const step of steps) {
      parts.signal.throwIfAborted();
      const { path, three: { pond } } = step;
      if (pond === undefined || isBelow(parentOf(path), closed)) continue;
      if (pond.fileType === "directory") {
        if (await makeDirectory(parts, step, pond)) modes.push(step);
        else closed.add(path);
      } else await pool.add(() => write(parts, step, pond));
    }
    await pool.done();
  } finally {
    await pool.settled();
  }
  for (const step of modes.reverse()) await setMode(parts, step);
}

async function remove(parts: PushParts, step: Step): Promise<void> {
  const { base, directory, items, signal } = parts;
  const { item, path, three } = step;
  signal.throwIfAborted();
  await attemptItem(parts, item, async () => {
    try {
      await directory.remove(path, expectedOf(parts, three));
    } catch (error) {
      // What is left out, or has come meanwhile, keeps its directory.
      if (hasCode(error, "DIRECTORY_NOT_EMPTY")) return;
      throw error;
    }
    base.delete(path);
    items.add({ ...item, done: true });
  });
}

async function makeDirectory(
  parts: PushParts,
  { item, path, three }: Step,
  pond: PondNode,
): Promise<boolean> {
  const { base, directory, items } = parts;
  return await attemptItem(parts, item, async () => {
    const { host } = three;
    if (host && host.fileType !== "directory") {
      await directory.remove(path, expectedOf(parts, three));
    }
    await directory.makeDirectory(path);
    base.set(path, baseOf(pond, ""));
    items.add({ ...item, done: true });
  });
}

async function setMode(
  parts: PushParts,
  { item, path, three: { pond } }: Step,
): Promise<void> {
  if (pond === undefined) return;
  await attemptItem(
    parts,
    item,
    () => parts.directory.setDirectoryMode(path, pond.mode),
  );
}

async function write(
  parts: PushParts,
  { item, path, three }: Step,
  pond: PondNode,
): Promise<void> {
  const { base, directory, items, signal } = parts;
  await attemptItem(parts, item, async () => {
    signal.throwIfAborted();
    await directory.makeDirectory(parentOf(path));
    const expected = await expectedAfterDirectory(parts, path, three);
    if (pond.fileType === "symlink") {
      const target = pond.content ?? "";
      await directory.writeLink(path, target, expected);
      base.set(path, baseOf(pond, target));
    } else await writeFile(parts, path, pond, expected);
    items.add({ ...item, done: true });
  });
}

async function writeFile(
  parts: PushParts,
  path: string,
  pond: PondNode,
  expected: Expected,
): Promise<void> {
  const { base, directory, fs, signal, top } = parts;
  const source = inPond(top, path);
  let content = "";
  const open = async () => {
    if (pond.sizeBytes > AT_ONCE_BYTES) {
      content = (await fs.getMetadata(source)).sha256 ?? "";
      return await fs.streamFile(source, { signal });
    }
    const from = await parts.directories.of(parentOf(source) || "/");
    const name = source.slice(source.lastIndexOf("/") + 1);
    const bytes = await from.readFile(name, { signal });
    content = await sha256Hex(bytes);
    return givenBack(bytes);
  };
  const stat = await directory.writeFile(path, open, expected, {
    mode: pond.mode,
    modifiedMs: Math.floor(pond.modifiedUs / 1000),
  });
  base.set(path, baseOf(pond, content, stat, nowMs(parts)));
}

/** Bytes whose memory is given back when they were written. */
async function* givenBack(bytes: Bytes): AsyncGenerator<Bytes> {
  yield await Promise.resolve(bytes);
  release(bytes);
}

/** Opens each directory of the pond once, while its files are written. */
class OpenDirectories {
  readonly #fs: TinyLogFS;
  #path = "";
  #directory: Promise<WorkingDir> | undefined;

  constructor(fs: TinyLogFS) {
    this.#fs = fs;
  }

  /** One of them; files come directory by directory. */
  of(path: string): Promise<WorkingDir> {
    if (this.#directory === undefined || this.#path !== path) {
      this.#path = path;
      this.#directory = this.#fs.workingDirectory().open(path);
    }
    return this.#directory;
  }
}

/** A directory in the place of which something else comes goes first. */
async function expectedAfterDirectory(
  parts: PushParts,
  path: string,
  three: Three,
): Promise<Expected> {
  const expected = expectedOf(parts, three);
  if (expected.stat?.type !== "directory") return expected;
  try {
    await parts.directory.remove(path, expected);
  } catch (error) {
    if (!hasCode(error, "DIRECTORY_NOT_EMPTY")) throw error;
    throw new PondError(
      "DIRECTORY_NOT_EMPTY",
      `Cannot replace the directory ${path} on the host: something is left in it`,
      { path, cause: error, hint: "look at what is there, and move it away" },
    );
  }
  return { stat: undefined };
}

/** What must still be there; a file that was written just now is read again. */
function expectedOf(
  { host: { files, hasher }, scannedMs, signal }: PushParts,
  { host }: Three,
): Expected {
  if (host === undefined) return { stat: undefined };
  const { content, found: { source, stat }, fileType } = host;
  if (fileType === "symlink") {
    const isSame = async () => await files.readLink(source) === content;
    return { stat, isSame };
  }
  const isSure = fileType !== "file" ||
    fingerprintOf(stat, scannedMs) !== undefined;
  if (isSure) return { stat };
  const isSame = async () =>
    await hashOf(hasher, await files.stream(source, { signal })) === content;
  return { stat, isSame };
}

function nowMs({ host: { clock } }: PushParts): number {
  return clock.nowUs() / 1000;
}

function baseOf(
  { fileType, mode, nodeId, sizeBytes, version }: PondNode,
  content: string,
  stat?: FileStat,
  readMs: number = 0,
): BaseNode {
  const host = stat && fingerprintOf(stat, readMs);
  return {
    fileType,
    mode,
    sizeBytes,
    content,
    pond: { nodeId, version },
    ...(host ? { host } : {}),
  };
}
