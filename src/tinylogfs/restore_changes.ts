/**
 * What differs between two states of a pond: O(what has changed between them),
 * and the directories above it.
 *
 * Only directories with a record after the earlier state can differ, so only
 * these are compared, whole. They are found by their identities, not by a walk;
 * each of them says where it is.
 *
 * @module
 */
import {
  type DirectoryEntry,
  type OplogTable,
  TRANSACTION_PART_ID,
} from "../oplog/mod.ts";
import type { NodeId } from "../tinyfs/mod.ts";
import type { CommittedDirectory } from "./directories.ts";
import type { NodeRow } from "./node_row.ts";

/** One of the two states that are compared. */
export interface RestoreSide {
  /** The oplog. */
  readonly table: OplogTable;
  /** The version of the state. */
  readonly version: number;
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
  /** The newest version of each node that has one after the earlier state. */
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
  const { newestVersions, partIds } = await rowsAfter(
    now.table,
    target.version,
  );
  const current = new Difference(now);
  const wanted = new Difference(target);
  for (const id of partIds) {
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
async function rowsAfter(
  table: OplogTable,
  version: number,
): Promise<{
  readonly partIds: ReadonlySet<string>;
  readonly newestVersions: ReadonlyMap<string, number>;
}> {
  const partIds = new Set<string>();
  const newestVersions = new Map<string, number>();
  for await (const record of table.readAll({ minVersion: version + 1 })) {
    if (record.partId === TRANSACTION_PART_ID) continue;
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
  readonly #side: RestoreSide;
  readonly #found: Omit<Place, "path">[] = [];
  readonly #paths = new Map<string, string>();

  /** @param side The state. */
  constructor(side: RestoreSide) {
    this.#side = side;
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
      const above = await this.#pathOf(directoryId);
      places.push({ directoryId, entry, path: `${above}/${entry.name}` });
    }
    const depth = ({ path }: Place) => path.split("/").length;
    places.sort((a, b) => depth(a) - depth(b));
    return new Map(places.map((place) => [place.entry.childNodeId, place]));
  }

  /** The path of a directory; empty for the root. */
  async #pathOf(directoryId: string): Promise<string> {
    let path = this.#paths.get(directoryId);
    if (path !== undefined) return path;
    path = "";
    const seen = new Set<string>();
    // Directories that hold each other have no path, and can be restored.
    for (let id = directoryId; !seen.has(id);) {
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

function isSame(a: DirectoryEntry, b: DirectoryEntry | undefined): boolean {
  return a.childNodeId === b?.childNodeId &&
    a.nodeVersion === b.nodeVersion && a.childVersion === b.childVersion;
}
