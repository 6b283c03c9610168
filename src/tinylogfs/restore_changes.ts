/**
 * What differs between two states of a pond: O(what has changed between them),
 * and the directories above it.
 *
 * Only directories with a record after the earlier state can differ, so only
 * these are compared, whole. They are found by their identities, not by a walk;
 * for their paths, these facts are put together:
 *
 * ```text
 * a changed directory        names the directories in it, in both states
 * a row of what has changed  has the path that it was made at: the directories
 *                            on the way are looked up, in the newer state
 * an unchanged directory     has the same directories in it in both states
 * ```
 *
 * A path that was made before a directory above it was renamed leads nowhere
 * any more. Only where one is missing for that, the directories of the newer
 * state are walked.
 *
 * @module
 */
import { invariant } from "../errors.ts";
import {
  type DirectoryEntry,
  type OplogTable,
  ROOT_PART_ID,
  TRANSACTION_PART_ID,
} from "../oplog/mod.ts";
import type { NodeId } from "../tinyfs/mod.ts";
import { parseAttributes } from "./attributes.ts";
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
  const rows = await rowsAfter(now.table, target.version);
  const current = new Ways(now, rows.paths);
  const wanted = new Ways(now, rows.paths, current);
  for (const id of rows.partIds) {
    const [after, before] = [await now.load(id), await target.load(id)];
    current.add(id as NodeId, after, before);
    wanted.add(id as NodeId, before, after);
  }
  return {
    current: await current.places(),
    wanted: await wanted.places(),
    newestVersions: rows.newestVersions,
  };
}

/** What the rows after a version say. */
interface RowsAfter {
  /** The partitions that they are in. */
  readonly partIds: ReadonlySet<string>;
  /** Paths of directories that they were in, each as it was at its time. */
  readonly paths: ReadonlySet<string>;
  readonly newestVersions: ReadonlyMap<string, number>;
}

async function rowsAfter(
  table: OplogTable,
  version: number,
): Promise<RowsAfter> {
  const partIds = new Set<string>();
  const paths = new Set<string>();
  const newestVersions = new Map<string, number>();
  for await (const record of table.readAll({ minVersion: version + 1 })) {
    if (record.partId === TRANSACTION_PART_ID) continue;
    partIds.add(record.partId);
    for (const entry of record.entries()) {
      const { nodeId, nodeVersion, operation } = entry;
      if (entry.position < 0) continue;
      const newest = newestVersions.get(nodeId) ?? 0;
      newestVersions.set(nodeId, Math.max(newest, nodeVersion));
      paths.add(directoryOf(entry.path));
      if (operation !== "move") continue;
      const { from } = parseAttributes(entry.metadata, record.source);
      if (from) paths.add(directoryOf(from.path));
    }
  }
  return { partIds, paths, newestVersions };
}

/** Where a directory hangs. */
interface Link {
  readonly directoryId: string;
  readonly name: string;
}

/** The differing nodes of one state, and the way to each of them. */
class Ways {
  readonly #now: RestoreSide;
  readonly #paths: ReadonlySet<string>;
  /** Directories in changed directories. */
  readonly #changed = new Map<string, Link>();
  /** Directories that were met in the newer state. */
  readonly #met: Map<string, Link>;
  readonly #different: Omit<Place, "path">[] = [];

  /**
   * @param now The newer state.
   * @param paths Where to look for directories in it.
   * @param other The other state, which shares what it meets.
   */
  constructor(now: RestoreSide, paths: ReadonlySet<string>, other?: Ways) {
    this.#now = now;
    this.#paths = paths;
    this.#met = other ? other.#met : new Map();
  }

  /** Takes note of a changed directory, and of what isn't so in the other. */
  add(
    directoryId: NodeId,
    { entries }: CommittedDirectory,
    other: CommittedDirectory,
  ): void {
    for (const entry of entries.values()) {
      const { childNodeId, childType, name } = entry;
      if (childType === "directory") {
        this.#changed.set(childNodeId, { directoryId, name });
      }
      if (!isSame(entry, other.entries.get(name))) {
        this.#different.push({ directoryId, entry });
      }
    }
  }

  /** The differing nodes, parents before children. */
  async places(): Promise<Map<string, Place>> {
    const paths = new Map<string, string>();
    const places: Place[] = [];
    for (const { directoryId, entry } of this.#different) {
      const above = paths.get(directoryId) ?? await this.#pathOf(directoryId);
      paths.set(directoryId, above);
      places.push({ directoryId, entry, path: `${above}/${entry.name}` });
    }
    const depth = ({ path }: Place) => path.split("/").length;
    places.sort((a, b) => depth(a) - depth(b));
    return new Map(places.map((place) => [place.entry.childNodeId, place]));
  }

  /** The path of a directory; empty for the root. */
  async #pathOf(directoryId: string): Promise<string> {
    const path = this.#known(directoryId);
    if (path !== undefined) return path;
    for (const hint of this.#paths) await this.#meet(hint);
    const met = this.#known(directoryId);
    if (met !== undefined) return met;
    await this.#walk();
    const found = this.#known(directoryId);
    invariant(found !== undefined, "a directory with entries hangs somewhere");
    return found;
  }

  #known(directoryId: string): string | undefined {
    const names: string[] = [];
    const seen = new Set<string>();
    let id = directoryId;
    // Directories that hold each other have no path, and can be restored.
    while (id !== ROOT_PART_ID && !seen.has(id)) {
      seen.add(id);
      const link = this.#changed.get(id) ?? this.#met.get(id);
      if (link === undefined) return undefined;
      names.push(`/${link.name}`);
      id = link.directoryId;
    }
    return names.reverse().join("");
  }

  /** Looks up a path in the newer state, as far as it leads. */
  async #meet(path: string): Promise<void> {
    let directoryId = ROOT_PART_ID;
    for (const name of path.split("/")) {
      if (name === "") continue;
      const { entries } = await this.#now.load(directoryId);
      const entry = entries.get(name);
      if (entry?.childType !== "directory") return;
      this.#met.set(entry.childNodeId, { directoryId, name });
      directoryId = entry.childNodeId;
    }
  }

  async #walk(): Promise<void> {
    const directories: string[] = [ROOT_PART_ID];
    for (const directoryId of directories) {
      const { entries } = await this.#now.load(directoryId);
      for (const { childNodeId, childType, name } of entries.values()) {
        if (childType !== "directory") continue;
        this.#met.set(childNodeId, { directoryId, name });
        directories.push(childNodeId);
      }
    }
  }
}

function isSame(a: DirectoryEntry, b: DirectoryEntry | undefined): boolean {
  return a.childNodeId === b?.childNodeId &&
    a.nodeVersion === b.nodeVersion && a.childVersion === b.childVersion;
}

/** The path of the directory that holds a path. */
function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
