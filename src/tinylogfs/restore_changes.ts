/**
 * What differs between two states of a pond: O(what has changed between them),
 * and the directories above it.
 *
 * Only directories with a record between the two states can differ, so only
 * these are compared, whole. They are found by their identities, not by a walk;
 * each of them says where it is. Restores, diffs and undos are made of this.
 *
 * @module
 */
import {
  type DirectoryEntry,
  type OplogTable,
  TAG_PART_ID,
  TRANSACTION_PART_ID,
} from "../oplog/mod.ts";
import { ROOT_PART_ID } from "../oplog/record.ts";
import type { NodeId, NodeType } from "../tinyfs/mod.ts";
import { formatAttributes, ownAttributes } from "./attributes.ts";
import { attributesOf, type CommittedDirectory } from "./directories.ts";
import type { NodeRow } from "./node_row.ts";

/** Partitions that say something of the history, and nothing of its states. */
export const NO_DIRECTORIES: ReadonlySet<string> = new Set([
  TAG_PART_ID,
  TRANSACTION_PART_ID,
]);

/** One of the two states that are compared. */
export interface RestoreSide {
  /** The oplog. */
  readonly table: OplogTable;
  /** The version of the state; of what is pending, the one below it. */
  readonly version: number;
  /** The directories that pending operations change, if there are any. */
  readonly pendingParts?: ReadonlySet<string>;
  /** Loads a directory at that version. */
  load(id: string): Promise<CommittedDirectory>;
  /** Reads the row of a file or symlink. */
  row(directoryId: NodeId, entry: DirectoryEntry): Promise<NodeRow>;
}

/** A node, and where it hangs. */
export interface Place {
  /** The directory that holds it. */
  readonly directoryId: NodeId;
  /** The absolute path. */
  readonly path: string;
  /** Its entry there. */
  readonly entry: DirectoryEntry;
}

/** What differs: nodes by their ids, parents before children. */
export interface Changes {
  /** What is not so in the earlier state. */
  readonly current: Map<string, Place>;
  /** What is not so in the newer state. */
  readonly wanted: ReadonlyMap<string, Place>;
  /** The newest version of each node that has one between the states. */
  readonly newestVersions: ReadonlyMap<string, number>;
}

/**
 * Compares two states.
 *
 * @param now The newer state.
 * @param target The earlier state, of the same oplog.
 */
export async function findChanges(
  now: RestoreSide,
  target: RestoreSide,
): Promise<Changes> {
  const { newestVersions, partIds } = await rowsBetween(
    now.table,
    target.version,
    now.version,
  );
  const pending = new Set([
    ...now.pendingParts ?? [],
    ...target.pendingParts ?? [],
  ]);
  const current = new Difference(now);
  const wanted = new Difference(target);
  for (const id of partIds.union(pending)) {
    const [after, before] = [await now.load(id), await target.load(id)];
    current.add(id as NodeId, after, before);
    wanted.add(id as NodeId, before, after);
  }
  return {
    current: await current.places(),
    wanted: await wanted.places(),
    newestVersions,
  };
}

/** The partitions with rows after a version, and the versions in these rows. */
export async function rowsBetween(
  table: OplogTable,
  after: number,
  maxVersion: number,
): Promise<{
  readonly partIds: ReadonlySet<string>;
  readonly newestVersions: ReadonlyMap<string, number>;
}> {
  const partIds = new Set<string>();
  const newestVersions = new Map<string, number>();
  const range = { minVersion: after + 1, maxVersion };
  for await (const record of table.readAll(range)) {
    if (NO_DIRECTORIES.has(record.partId)) continue;
    partIds.add(record.partId);
    for (const { nodeId, nodeVersion, position } of record.entries()) {
      if (position < 0) continue;
      const newest = newestVersions.get(nodeId) ?? 0;
      newestVersions.set(nodeId, Math.max(newest, nodeVersion));
    }
  }
  return { partIds, newestVersions };
}

/** What of one state isn't so in the other. */
class Difference {
  readonly #paths: DirectoryPaths;
  readonly #found: Omit<Place, "path">[] = [];

  /** @param side The state. */
  constructor(side: RestoreSide) {
    this.#paths = new DirectoryPaths(side);
  }

  /** Compares a directory with itself in the other state. */
  add(
    directoryId: NodeId,
    { entries }: CommittedDirectory,
    other: CommittedDirectory,
  ): void {
    for (const entry of entries.values()) {
      if (isSame(entry, other.entries.get(entry.name))) continue;
      this.#found.push({ directoryId, entry });
    }
  }

  /** The nodes by their identities, parents before children. */
  async places(): Promise<Map<string, Place>> {
    const places: Place[] = [];
    for (const { directoryId, entry } of this.#found) {
      const above = await this.#paths.of(directoryId);
      places.push({ directoryId, entry, path: `${above}/${entry.name}` });
    }
    const depth = ({ path }: Place) => path.split("/").length;
    places.sort((a, b) => depth(a) - depth(b));
    return new Map(places.map((place) => [place.entry.childNodeId, place]));
  }
}

/** The paths of directories in a state. */
export class DirectoryPaths {
  readonly #side: RestoreSide;
  readonly #paths = new Map<string, string>();

  /** @param side The state. */
  constructor(side: RestoreSide) {
    this.#side = side;
  }

  /** The path of a directory; empty for the root. */
  async of(directoryId: string): Promise<string> {
    let path = this.#paths.get(directoryId);
    if (path !== undefined) return path;
    path = "";
    const seen = new Set<string>();
    // Directories that hold each other have no path, and can be restored.
    for (let id = directoryId; id !== ROOT_PART_ID && !seen.has(id);) {
      seen.add(id);
      const { place } = await this.#side.load(id);
      if (place === undefined) break;
      path = `/${place.name}${path}`;
      id = place.directory;
    }
    this.#paths.set(directoryId, path);
    return path;
  }
}

/** Reads what a node is and holds in a state. */
export async function rowAt(
  side: RestoreSide,
  { directoryId, entry }: Pick<Place, "directoryId" | "entry">,
): Promise<NodeRow> {
  if (entry.childType === "directory") {
    const directory = await side.load(entry.childNodeId);
    return { content: null, attributes: attributesOf(directory) };
  }
  const { attributes, content } = await side.row(directoryId, entry);
  return { content, attributes: ownAttributes(attributes) };
}

/**
 * What tells one state of a node from another; the hash stands for the content.
 * The time of a directory is that of its entries, which are restored themselves.
 */
export function whatIsSaid(
  { attributes }: NodeRow,
  fileType: NodeType,
): string {
  return fileType === "directory"
    ? JSON.stringify([attributes.mode, attributes.attributes ?? null])
    : formatAttributes(ownAttributes(attributes));
}

/** Whether two places are one name in one directory. */
export function samePlace(a: Place, b: Place): boolean {
  return a.directoryId === b.directoryId && a.entry.name === b.entry.name;
}

/** Whether two entries are of the same row of the same node. */
export function isSame(
  a: DirectoryEntry,
  b: DirectoryEntry | undefined,
): boolean {
  return a.childNodeId === b?.childNodeId &&
    a.nodeVersion === b.nodeVersion && a.childVersion === b.childVersion;
}

/** Whether a path is another one, or below it. */
export function isAtOrBelow(path: string, top: string): boolean {
  return top === "/" || path === top || path.startsWith(`${top}/`);
}
