/**
 * Makes a bundle of a pond: one archive with everything in it.
 *
 * What it is of is settled before the first byte: each branch as it was when it was
 * opened. Data files and blobs never change, and stay for as long as the retention,
 * so others may go on.
 *
 * ```text
 * README.md, bundle.json
 * pond.json, branch
 * oplog/, head; branches/<name>/   the log, made for it; data files as they are
 * blobs/                           of every version of every branch
 * files/                           the current tree
 * ```
 *
 * @module
 */
import { encodeUtf8 } from "../bytes.ts";
import { hasCode, IntegrityError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { planCopy, type TableCopy } from "../oplog/table_copy.ts";
import { parseAttributes } from "../tinylogfs/attributes.ts";
import { TinyLogFS } from "../tinylogfs/mod.ts";
import { VERSION } from "../version.ts";
import { formatHeader } from "./header.ts";
import { blobPath, HEADER, README } from "./names.ts";
import { readmeOf } from "./readme.ts";
import { fileOf, type SummedMember, withSums } from "./sums.ts";
import { type TarMember, writeTar } from "./tar.ts";
import { treeMembers } from "./tree.ts";
import type {
  Bundle,
  BundledBranch,
  BundleHeader,
  BundleOptions,
} from "./types.ts";

/** A branch that is in the bundle. */
interface Line {
  readonly fs: TinyLogFS;
  readonly copy: TableCopy;
  readonly branch: BundledBranch;
  /** Its directory in the pond, with a slash; of `main`, nothing. */
  readonly prefix: string;
}

/** Everything that goes into a bundle. */
interface Plan {
  readonly host: Host;
  readonly pond: string;
  readonly header: BundleHeader;
  readonly lines: readonly Line[];
  readonly current: TinyLogFS;
  readonly blobs: ReadonlyMap<string, number>;
  readonly modifiedMs: number;
  readonly options: BundleOptions;
}

/**
 * Opens a pond to bundle it.
 *
 * @param host The platform.
 * @param pond The pond's directory, absolute.
 * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`, `INTEGRITY`.
 */
export async function openBundle(
  host: Host,
  pond: string,
  options: BundleOptions = {},
): Promise<Bundle> {
  const { signal } = options;
  await using opening = new AsyncDisposableStack();
  const open = async (branch?: string) =>
    opening.use(
      await TinyLogFS.open(host, pond, {
        ...(branch === undefined ? {} : { branch }),
        ...(signal ? { signal } : {}),
      }),
    );
  const current = await open();
  const lines: Line[] = [];
  let staged = 0;
  const blobs = new Map<string, number>();
  for await (const { name } of current.branches()) {
    const fs = name === current.branch ? current : await open(name);
    lines.push(await lineOf(host, fs, signal));
    await addBlobs(fs, blobs, signal);
    staged += await stagedOf(host, pond, name);
  }
  const plan: Plan = {
    host,
    pond,
    header: {
      pondId: current.pondId,
      madeBy: VERSION,
      branch: current.branch,
      branches: lines.map(({ branch }) => branch),
    },
    lines,
    current,
    blobs: new Map([...blobs].sort(([a], [b]) => a < b ? -1 : 1)),
    modifiedMs: Math.max(
      ...lines.map(({ fs }) => fs.oplog.timestampUs / 1000),
    ),
    options,
  };
  const opened = opening.move();
  return {
    header: plan.header,
    blobs: blobs.size,
    sizeBytes: sizeOf(plan),
    staged,
    bytes: () => writeTar(told(allMembers(plan), options.onMember)),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function lineOf(
  host: Host,
  fs: TinyLogFS,
  signal: AbortSignal | undefined,
): Promise<Line> {
  const ending = signal ? { signal } : {};
  const branch = {
    name: fs.branch,
    version: fs.version,
    contentRoot: await fs.contentRoot("/", ending),
    historyRoot: await fs.historyRoot(ending),
  };
  const prefix = fs.branch === "main" ? "" : `branches/${fs.branch}/`;
  return { fs, copy: await planCopy(host, fs.oplog), branch, prefix };
}

/** Blobs that history names, with their sizes. */
async function addBlobs(
  fs: TinyLogFS,
  blobs: Map<string, number>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const rows = fs.oplog.entryTable().scan({
    columns: ["file_type", "metadata"],
    ...(signal ? { signal } : {}),
  });
  for await (const { columns: [types = [], metadata = []] } of rows) {
    for (const [row, text] of metadata.entries()) {
      if (types[row] !== "file") continue;
      const { blob, sha256, sizeBytes } = parseAttributes(
        String(text),
        fs.oplog.delta.directory,
      );
      if (blob && sha256 !== undefined) blobs.set(sha256, sizeBytes);
    }
  }
}

async function stagedOf(
  host: Host,
  pond: string,
  branch: string,
): Promise<number> {
  await using fs = await TinyLogFS.open(host, pond, { branch, staged: true });
  return fs.pendingOperations().length;
}

function sizeOf({ blobs, lines }: Plan): number {
  let sum = 0;
  for (const { copy, prefix } of lines) {
    for (const { path, sizeBytes } of copy.data) {
      if (prefix === "" || !isShared(lines, path)) sum += sizeBytes;
    }
  }
  for (const sizeBytes of blobs.values()) sum += sizeBytes;
  return sum;
}

async function* told(
  members: AsyncIterable<TarMember>,
  onMember: BundleOptions["onMember"],
): AsyncGenerator<TarMember> {
  for await (const member of members) {
    yield member;
    onMember?.(member.sizeBytes);
  }
}

function allMembers(plan: Plan): AsyncIterable<TarMember> {
  return withSums(membersOf(plan), plan.host.hasher, plan.modifiedMs);
}

async function* membersOf(plan: Plan): AsyncGenerator<SummedMember> {
  const { blobs, current, header, host, lines, modifiedMs, options, pond } =
    plan;
  const { signal, tree = true } = options;
  const text = (path: string, content: string) =>
    fileOf(path, encodeUtf8(content), modifiedMs);
  yield text(README, readmeOf(header, tree));
  yield text(HEADER, formatHeader(header));
  yield await ownFile(plan, "pond.json");
  if (header.branch !== "main") yield await ownFile(plan, "branch");
  for (const line of lines) yield* lineMembers(plan, line);
  for (const [sha256, sizeBytes] of blobs) {
    const path = blobPath(sha256);
    const content = checked(host, `${pond}/${path}`, sizeBytes, sha256, signal);
    yield { ...text(path, ""), sizeBytes, content };
  }
  if (tree) yield* treeMembers(current, { blobs, signal });
}

/** A small file of the pond, as it is. */
async function ownFile(
  { host: { files }, modifiedMs, pond }: Plan,
  path: string,
): Promise<SummedMember> {
  return fileOf(path, await files.read(`${pond}/${path}`), modifiedMs);
}

async function* lineMembers(
  plan: Plan,
  { copy, prefix }: Line,
): AsyncGenerator<SummedMember> {
  const { host, lines, modifiedMs, options: { signal } } = plan;
  if (prefix !== "") yield await ownFile(plan, `${prefix}branch.json`);
  yield fileOf(`${prefix}head`, copy.head, modifiedMs);
  for (const { bytes, path } of copy.log) {
    yield fileOf(`${prefix}oplog/${path}`, bytes, modifiedMs);
  }
  for (const { hostPath, path, sha256, sizeBytes } of copy.data) {
    const member = fileOf(
      `${prefix}oplog/${path}`,
      new Uint8Array(),
      modifiedMs,
    );
    const shared = prefix === "" ? undefined : sharedSum(lines, path);
    // A branch has data files of main by the same names, with the same bytes.
    if (shared !== undefined && shared === sha256) {
      const { content: _, ...rest } = member;
      yield { ...rest, type: "link", target: `oplog/${path}`, sha256 };
    } else {
      const content = checked(host, hostPath, sizeBytes, sha256, signal);
      yield { ...member, sizeBytes, content };
    }
  }
}

function isShared(lines: readonly Line[], path: string): boolean {
  return sharedSum(lines, path) !== undefined;
}

/** The digest of the data file of this name that main has. */
function sharedSum(
  [main]: readonly Line[],
  path: string,
): string | undefined {
  return main?.copy.data.find((data) => data.path === path)?.sha256;
}

/** The bytes of a file that is what it must be, or fails. */
async function* checked(
  { files, hasher }: Host,
  path: string,
  sizeBytes: number,
  sha256: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = await hasher.sha256();
  let read = 0;
  for await (const chunk of await streamOf(files, path, signal)) {
    signal?.throwIfAborted();
    read += chunk.length;
    if (read > sizeBytes) break;
    hash.update(chunk);
    yield chunk;
  }
  if (read !== sizeBytes) {
    throw new IntegrityError(path, `it has ${read} bytes, not ${sizeBytes}`);
  }
  const digest = hash.digestHex();
  if (sha256 !== undefined && digest !== sha256) {
    throw new IntegrityError(path, `its SHA-256 is ${digest}, not ${sha256}`);
  }
}

async function streamOf(
  files: Host["files"],
  path: string,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> {
  try {
    return await files.stream(path, signal ? { signal } : {});
  } catch (cause) {
    if (!hasCode(cause, "NOT_FOUND")) throw cause;
    throw new IntegrityError(path, "it is missing", { cause });
  }
}
