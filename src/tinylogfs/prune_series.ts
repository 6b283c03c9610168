/**
 * Which parts of series the states need that a prune keeps.
 *
 * A part is needed when a row that stays leads back to it. So the rows of all
 * parts are looked at once, and their chains followed. Of each, three numbers are
 * in memory meanwhile.
 *
 * @module
 */
import type { OplogEntry, OplogTable } from "../oplog/mod.ts";
import { parseAttributes, type SeriesMark } from "./attributes.ts";

/** The node version of no part. */
const NONE = -1;

/** The parts of a node. */
class NodeParts {
  readonly #versions: number[] = [];
  readonly #previous: number[] = [];
  readonly #needed = new Set<number>();

  add(nodeVersion: number, previous: number, isNeeded: boolean): void {
    this.#versions.push(nodeVersion);
    this.#previous.push(previous);
    if (isNeeded) this.#needed.add(nodeVersion);
  }

  /** The versions that are needed, and those that they lead to. */
  closure(): ReadonlySet<number> {
    const previousOf = new Map<number, number[]>();
    this.#versions.forEach((version, i) => {
      const before = this.#previous[i] ?? NONE;
      if (before === NONE) return;
      const known = previousOf.get(version);
      if (known === undefined) previousOf.set(version, [before]);
      else known.push(before);
    });
    // A set that grows while it is gone through is gone through to its end.
    for (const version of this.#needed) {
      for (const before of previousOf.get(version) ?? []) {
        this.#needed.add(before);
      }
    }
    return this.#needed;
  }
}

/** What a part of a series says; `undefined` of any other row. */
export function partMark(
  { fileType, metadata }: OplogEntry,
  source: string,
): SeriesMark | undefined {
  if (fileType !== "file" || !metadata.includes('"series"')) return undefined;
  return parseAttributes(metadata, source).series;
}

/**
 * Finds the parts that are needed.
 *
 * @param isRoot Whether a row stays anyhow.
 * @returns The node versions, by node.
 */
export async function neededParts(
  table: OplogTable,
  isRoot: (entry: OplogEntry, version: number) => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const nodes = new Map<string, NodeParts>();
  for await (const record of table.readAll()) {
    signal?.throwIfAborted();
    for (const entry of record.views()) {
      const mark = partMark(entry, record.source);
      if (mark === undefined) continue;
      const { nodeId, nodeVersion } = entry;
      const node = nodes.get(nodeId) ?? new NodeParts();
      nodes.set(nodeId, node);
      const isNeeded = await isRoot(entry, record.version);
      node.add(nodeVersion, mark.previous ?? NONE, isNeeded);
    }
  }
  const needed = new Map<string, ReadonlySet<number>>();
  for (const [nodeId, node] of nodes) needed.set(nodeId, node.closure());
  return needed;
}
