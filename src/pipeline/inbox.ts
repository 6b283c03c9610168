/**
 * Takes in what an `Inbox` resource names.
 *
 * A file of the host is looked at when its length or its time is another one than
 * the pond's file has, and stored when its content is. Files that have gone stay in
 * the pond.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import { fixedDirectory, hostMatches, isHostPath } from "../host_glob.ts";
import type { FileStat } from "../host/host.ts";
import { outputPath, type ResourceOf } from "./resource.ts";
import { makeDirectories } from "./resource_store.ts";
import type { RunItem, RunSide } from "./runner.ts";

/** How often a file is read that changes meanwhile. */
const ATTEMPTS = 3;

/**
 * A file that was changed so shortly before it was read may be changed again
 * without another time, in milliseconds. So its time is not kept to the letter,
 * and it is looked at again.
 */
const RACY_MS = 2000;

/** What a savepoint is left with when there is nothing to keep. */
class NotKept extends Error {
  readonly why: "same" | "changing";
  constructor(why: "same" | "changing") {
    super(why);
    this.why = why;
  }
}

/** Takes in what is new or changed. */
export async function collectInbox(
  resource: ResourceOf<"Inbox">,
  side: RunSide,
): Promise<readonly RunItem[]> {
  const { grows = false, pattern, to = outputPath(resource) } = resource.spec;
  const { files } = side.host;
  const directory = fixedDirectory(pattern);
  if (!await isHostPath(files, directory)) {
    throw new PondError(
      "NOT_FOUND",
      `Cannot collect ${pattern}: there is no directory ${directory}`,
      { path: directory },
    );
  }
  const take = grows
    ? (await import("./growing_log.ts")).collectLog
    : collectFile;
  const items: RunItem[] = [];
  const matches = await hostMatches(files, pattern, side.signal, {
    below: true,
  });
  for (const { path: source, type } of matches) {
    if (type !== "file") continue;
    side.signal?.throwIfAborted();
    const path = `${to}/${source.slice(directory.length).replace(/^\/+/, "")}`;
    items.push(await attempt(path, () => take(source, path, side)));
  }
  return items;
}

/** What fails with one file is told, and the others go on. */
async function attempt(
  path: string,
  work: () => Promise<RunItem>,
): Promise<RunItem> {
  try {
    return await work();
  } catch (error) {
    const isOwn = hasCode(
      error,
      "CONFLICT",
      "INVALID_NAME",
      "IS_A_DIRECTORY",
      "NOT_A_DIRECTORY",
      "NOT_FOUND",
      "PERMISSION_DENIED",
      "UNSUPPORTED",
    );
    if (!isOwn) throw error;
    return { path, status: "failed", error };
  }
}

async function collectFile(
  source: string,
  path: string,
  side: RunSide,
): Promise<RunItem> {
  const { host: { clock }, tx } = side;
  const isThere = await tx.exists(path);
  const before = isThere ? await tx.entry(path) : undefined;
  const hash = isThere ? (await tx.getMetadata(path)).sha256 : undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stat = await fileStat(side, source);
    const modifiedUs = Math.round(stat.modifiedMs * 1000);
    const isKnown = before?.sizeBytes === stat.sizeBytes &&
      before.modifiedUs === modifiedUs;
    if (isKnown) return { path, status: "unchanged" };
    const isRacy = stat.modifiedMs > clock.nowUs() / 1000 - RACY_MS;
    try {
      await tx.savepoint(async () => {
        await makeDirectories(tx, path);
        await tx.writeFile(path, content(side, source, stat), {
          modifiedUs: isRacy ? modifiedUs + 1 : modifiedUs,
          mode: stat.mode & 0o777,
          ...(side.signal === undefined ? {} : { signal: side.signal }),
        });
        const after = await fileStat(side, source);
        if (!isSame(stat, after)) throw new NotKept("changing");
        const { sha256 } = await tx.getMetadata(path);
        if (sha256 === hash) throw new NotKept("same");
      });
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
      if (error.why === "same") return { path, status: "unchanged" };
      continue;
    }
    return {
      path,
      status: before === undefined ? "created" : "updated",
      sizeBytes: stat.sizeBytes,
    };
  }
  throw new PondError(
    "CONFLICT",
    `Cannot read ${source}: it has changed each of the ${ATTEMPTS} times`,
    { path: source, hint: "of files that only grow, say so: grows: true" },
  );
}

async function* content(
  { host, signal }: RunSide,
  source: string,
  { sizeBytes }: FileStat,
): AsyncGenerator<Uint8Array> {
  yield* await host.files.stream(source, {
    length: sizeBytes,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function fileStat(
  { host: { files } }: RunSide,
  source: string,
): Promise<FileStat> {
  const stat = await files.stat(source);
  if (stat?.type === "file") return stat;
  throw new PondError(
    "NOT_FOUND",
    `Cannot read ${source}: it is no file any more`,
    { path: source },
  );
}

function isSame(a: FileStat, b: FileStat): boolean {
  return a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs &&
    a.changedMs === b.changedMs && a.inode === b.inode;
}
