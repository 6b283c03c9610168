/**
 * The tree as rows, for SQL.
 *
 * @module
 */
import { decodeUtf8 } from "../bytes.ts";
import { hasCode } from "../errors.ts";
import type { NodeId } from "../tinyfs/mod.ts";
import type { OpLogDirectory } from "./directory.ts";
import type { ViewDirectory } from "./view_nodes.ts";
import type { Candidate } from "./find.ts";
import type { TreeCriteria, TreeRow } from "./query_source.ts";

/** How the tree is walked. */
export interface TreeSide {
  /** Opens a directory. */
  open(path: string): Promise<OpLogDirectory | ViewDirectory>;
  /**
   * What is below a directory, or of one name in it and below that; nothing that
   * is computed.
   */
  below(
    top: OpLogDirectory | ViewDirectory,
    name?: string,
  ): AsyncIterable<Candidate>;
}

/** The nodes that meet criteria; none when there is nothing at their path. */
export async function* treeRows(
  side: TreeSide,
  { details, path = "/", signal }: TreeCriteria,
): AsyncGenerator<TreeRow> {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  const top = await openIfThere(side, path.slice(0, slash) || "/");
  if (top === undefined) return;
  const candidates = name === "" ? side.below(top) : side.below(top, name);
  for await (const candidate of candidates) {
    signal?.throwIfAborted();
    const { directoryId, entry, path } = candidate;
    yield {
      path,
      name: entry.name,
      directoryId,
      nodeId: entry.childNodeId as NodeId,
      fileType: entry.childType,
      nodeVersion: entry.nodeVersion,
      version: entry.childVersion,
      // It is known of all that isn't computed.
      sizeBytes: entry.sizeBytes ?? 0,
      modifiedUs: entry.modifiedUs,
      mode: entry.mode,
      ...(details ? { details: await detailsOf(candidate) } : {}),
    };
  }
}

/** Codes of paths at which nothing can be. */
const NOTHING_THERE = [
  "NOT_FOUND",
  "NOT_A_DIRECTORY",
  "INVALID_NAME",
  "LOOP",
] as const;

async function openIfThere(
  side: TreeSide,
  path: string,
): Promise<OpLogDirectory | ViewDirectory | undefined> {
  try {
    return await side.open(path);
  } catch (error) {
    if (hasCode(error, ...NOTHING_THERE)) return undefined;
    throw error;
  }
}

async function detailsOf(
  { entry, row }: Candidate,
): Promise<NonNullable<TreeRow["details"]>> {
  const { attributes: { attributes, createdUs, sha256 }, content } =
    await row();
  const isLink = entry.childType === "symlink" && content !== null;
  return {
    createdUs,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(isLink ? { target: decodeUtf8(content) } : {}),
  };
}
