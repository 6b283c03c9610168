/**
 * Puts versions into a pond, in their order.
 *
 * Each transaction takes the next version of many files: a file gets one version in
 * it, so that each can be asked for by the pond's own; a series gets several parts,
 * which together are its content anyway. Where it was stopped, the pond itself says:
 * what a path has of the old versions, from the first on, needn't be written.
 *
 * @module
 */
import { sha256Hex } from "../bytes.ts";
import { hasCode, invariant } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import type {
  CommitResult,
  ContentLocation,
  HistoryOperations,
  PondTransaction,
  TinyLogFS,
} from "../tinylogfs/mod.ts";
import { readChecked, readVersion } from "./content.ts";
import type { Digested } from "./digest.ts";
import type { Placed } from "./layout.ts";
import { seriesPart } from "./series_part.ts";
import type { Damage, SourceVersion } from "./source.ts";
import { bytesInMemory, bytesOnHost } from "./table_rows.ts";

/** What a transaction takes, at most, but one version at least. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_STEPS = 1000;

/** What writing did. */
export interface Written {
  /** How many transactions. */
  readonly commits: number;
  /** The last one. */
  readonly last?: CommitResult;
  /** How many versions of files were written. */
  readonly versions: number;
  /** Their bytes. */
  readonly sizeBytes: number;
  /** Places that hold something else, which was left as it is. */
  readonly taken: readonly Damage[];
  /** Parts of series that are no tables. */
  readonly notes: readonly Damage[];
}

/** What is to be done at a place. */
interface Task {
  readonly placed: Placed;
  /** Of a file, how many versions are there. */
  readonly next: number;
}

/** Options of {@linkcode writePlaced}. */
export interface WriteOptions {
  /** What the transactions are called in the history. */
  readonly message: string;
  /** Is told of each version, with its length. */
  readonly onVersion?: (sizeBytes: number) => void;
  /** Ends the writing; what was committed stays. */
  readonly signal?: AbortSignal;
}

/** Writes what isn't there yet. */
export async function writePlaced(
  fs: TinyLogFS,
  host: Host,
  placed: readonly Placed[],
  options: WriteOptions,
): Promise<Written> {
  const taken: Damage[] = [];
  const notes: Damage[] = [];
  const blocked: string[] = [];
  let queue: Task[] = [];
  for (const it of placed) {
    options.signal?.throwIfAborted();
    const isBelow = blocked.some((path) => it.path.startsWith(`${path}/`));
    const state = isBelow ? "taken" : await stateOf(fs, it);
    if (state === "taken") {
      if (it.type === "directory") blocked.push(it.path);
      taken.push(somethingElse(it));
    } else if (state !== "done") queue.push({ placed: it, next: state });
  }
  let [commits, versions, sizeBytes] = [0, 0, 0];
  let last: CommitResult | undefined;
  const { message, onVersion, signal } = options;
  while (queue.length > 0) {
    let attempts = 0;
    const { commit, value } = await fs.transaction(async (tx) => {
      // Others have changed something there in the meantime.
      if (attempts++ > 0) queue = await stillOpen(tx, queue, taken);
      return await writeSome(tx, host, queue, signal);
    }, { message, ...(signal === undefined ? {} : { signal }) });
    queue = [...value.queue];
    notes.push(...value.notes);
    for (const length of value.lengths) {
      versions++;
      sizeBytes += length;
      onVersion?.(length);
    }
    commits++;
    last = commit;
  }
  const written = { commits, versions, sizeBytes, taken, notes };
  return last === undefined ? written : { ...written, last };
}

function somethingElse({ from, path }: Placed): Damage {
  return { path: from, problem: `the pond has something else at ${path}` };
}

/** What is left to be done of tasks that others may have met. */
async function stillOpen(
  tx: PondTransaction,
  queue: readonly Task[],
  taken: Damage[],
): Promise<Task[]> {
  const open: Task[] = [];
  for (const { placed } of queue) {
    const state = await stateOf(tx, placed);
    if (state === "taken") taken.push(somethingElse(placed));
    else if (state !== "done") open.push({ placed, next: state });
  }
  return open;
}

/** What a transaction did, and what is left. */
interface Step {
  readonly queue: readonly Task[];
  readonly lengths: readonly number[];
  readonly notes: readonly Damage[];
}

/** Takes tasks from the front of the queue. It may be called again. */
async function writeSome(
  tx: PondTransaction,
  host: Host,
  queue: readonly Task[],
  signal: AbortSignal | undefined,
): Promise<Step> {
  const lengths: number[] = [];
  const notes: Damage[] = [];
  const later: Task[] = [];
  let [done, steps, bytes] = [0, 0, 0];
  const isFull = () => steps >= MAX_STEPS || bytes >= MAX_BYTES;
  for (const { next, placed } of queue) {
    if (isFull()) break;
    signal?.throwIfAborted();
    done++;
    steps++;
    if (placed.type === "directory") {
      await tx.createDirectory(placed.path, { recursive: true });
      continue;
    }
    await makeParents(tx, placed.path);
    if (placed.type === "symlink") {
      await tx.createSymlink(placed.path, placed.target);
      continue;
    }
    const { file: { kind, versions }, from, path } = placed;
    let at = next;
    do {
      const version = versions[at++];
      if (version === undefined) break;
      const content = readChecked(host, version, signal);
      if (kind === "series") {
        const { part, problem } = await partOf(host, version);
        if (problem !== undefined) {
          notes.push({ path: from, version: version.number, problem });
        }
        const state = { number: version.number };
        await tx.appendToSeries(path, content, {
          ...part,
          verbatim: true,
          state,
        });
      } else await tx.writeFile(path, content);
      lengths.push(version.sizeBytes);
      bytes += version.sizeBytes;
      steps++;
    } while (kind === "series" && !isFull());
    if (at < versions.length) later.push({ placed, next: at });
  }
  return { queue: [...queue.slice(done), ...later], lengths, notes };
}

async function partOf(host: Host, version: SourceVersion) {
  const { bytes: { hostPath, isPacked }, sizeBytes } = version;
  if (!isPacked) {
    return await seriesPart(bytesOnHost(host.files, hostPath, sizeBytes));
  }
  const [whole] = await Array.fromAsync(readVersion(host, version));
  invariant(whole !== undefined, "what is packed is one piece");
  return await seriesPart(bytesInMemory(hostPath, whole));
}

async function makeParents(tx: PondTransaction, path: string): Promise<void> {
  const parent = path.slice(0, path.lastIndexOf("/"));
  if (parent !== "") await tx.createDirectory(parent, { recursive: true });
}

/** How many versions are there already; whether there is something else. */
async function stateOf(
  fs: HistoryOperations,
  placed: Placed,
): Promise<number | "done" | "taken"> {
  const type = await typeAt(fs, placed.path);
  if (placed.type === "file") {
    const { versions } = placed.file;
    if (versions.length === 0) return "done";
    if (type === undefined) return 0;
    if (type !== "file") return "taken";
    const stored = await storedVersions(fs, placed);
    if (stored === undefined) return "taken";
    return stored.length === versions.length ? "done" : stored.length;
  }
  if (type === undefined) return 0;
  if (type !== placed.type) return "taken";
  if (placed.type === "directory") return "done";
  return await fs.readLink(placed.path) === placed.target ? "done" : "taken";
}

/** What is at a path itself, through no symlink. */
export async function typeAt(
  fs: HistoryOperations,
  path: string,
): Promise<"file" | "directory" | "symlink" | undefined> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const parent = path.slice(0, path.lastIndexOf("/")) || "/";
  try {
    const directory = await fs.directory(parent);
    const found = await directory.get(name);
    return found?.type;
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) return undefined;
    throw error;
  }
}

/**
 * The old versions that a file has, from the first on: by the bytes that are there.
 *
 * @returns `undefined` where it has others.
 */
export async function storedVersions(
  fs: HistoryOperations,
  { file: { kind, versions }, path }: Extract<Placed, { type: "file" }>,
): Promise<readonly Digested[] | undefined> {
  const isSeries = kind === "series";
  if (isSeries && await fs.seriesMark(path) === undefined) return undefined;
  const found: string[] = [];
  const all = isSeries ? fs.fileParts(path) : fs.fileVersions(path);
  for await (const { location } of all) found.push(await hashAt(location));
  // Parts come from the newest back.
  if (isSeries) found.reverse();
  const stored: Digested[] = [];
  for (const sha256 of found) {
    const wanted = versions[stored.length];
    // What comes after the old versions is somebody's work since then.
    if (wanted === undefined) break;
    if (sha256 === wanted.sha256) {
      stored.push({ sizeBytes: wanted.sizeBytes, sha256 });
      continue;
    }
    // A change of attributes is a version with the same bytes.
    if (sha256 !== stored.at(-1)?.sha256) return undefined;
  }
  return stored;
}

/** Of a blob, the hash was checked when it was found. */
async function hashAt(location: ContentLocation): Promise<string> {
  return location.kind === "blob"
    ? location.sha256
    : await sha256Hex(location.bytes);
}
