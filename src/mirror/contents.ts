/**
 * Finds out what files hold, where that decides: only files of equal size are read.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import type { FileOperations } from "../tinylogfs/mod.ts";
import { Pool } from "../trees/pool.ts";
import { hashOf, readStable } from "../trees/stable_read.ts";
import { failure, type HostSide } from "./host_side.ts";
import type { HostSideNode, MirrorNode, Three } from "./node.ts";
import { inPond } from "./pond_side.ts";

/** How many files are read at a time. */
const FILES_AT_A_TIME = 8;

/** What is needed to read both sides. */
export interface ContentsOptions {
  /** The pond. */
  readonly fs: FileOperations;
  /** The directory that is mirrored. */
  readonly top: string;
  /** The platform. */
  readonly host: Pick<Host, "files" | "hasher">;
  /** What the host has; what can't be read is noted there. */
  readonly side: HostSide;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/** The same paths, with the contents that are compared. */
export async function withContents(
  threes: Iterable<readonly [string, Three]>,
  options: ContentsOptions,
): Promise<Map<string, Three>> {
  const found = new Map<string, Three>();
  const pool = new Pool(FILES_AT_A_TIME);
  try {
    for (const [path, three] of threes) {
      found.set(path, three);
      if (!asks(three)) continue;
      await pool.add(async () => {
        found.set(path, await readThree(path, three, options));
      });
    }
    await pool.done();
  } finally {
    await pool.settled();
  }
  return found;
}

function asks({ base, host, pond }: Three): boolean {
  return isOpen(host, pond, base) || isOpen(pond, host, base);
}

/** Whether a content isn't known, and could be that of another. */
function isOpen(
  node: MirrorNode | undefined,
  ...others: readonly (MirrorNode | undefined)[]
): boolean {
  return node?.fileType === "file" && node.content === undefined &&
    others.some((other) =>
      other?.fileType === "file" && other.sizeBytes === node.sizeBytes
    );
}

async function readThree(
  path: string,
  three: Three,
  options: ContentsOptions,
): Promise<Three> {
  let { host, pond } = three;
  if (pond && isOpen(pond, host, three.base)) {
    const { sha256 } = await options.fs.getMetadata(inPond(options.top, path));
    pond = { ...pond, content: sha256 };
  }
  if (host && isOpen(host, pond, three.base)) {
    host = await readHost(path, host, options);
  }
  return { base: three.base, pond, host };
}

async function readHost(
  path: string,
  node: HostSideNode,
  { host, side, signal }: ContentsOptions,
): Promise<HostSideNode> {
  try {
    const { stat, value } = await readStable(
      host.files,
      node.found,
      signal,
      (content) => hashOf(host.hasher, content),
    );
    const found = { ...node.found, stat };
    return { ...node, sizeBytes: stat.sizeBytes, content: value, found };
  } catch (error) {
    if (signal.aborted || !(error instanceof PondError)) throw error;
    side.unknown.add(path);
    side.items.push(failure(path, "file", error));
    return node;
  }
}
