/**
 * From the current state to an earlier one, as operations: pure but for the
 * reads, O(what has changed since).
 *
 * Only directories with a record after the earlier version can differ, so only
 * these are compared. Nodes keep their identities: one that was renamed is
 * moved back, one that was deleted is created again with its id.
 *
 * @module
 */
import { invariant } from "../errors.ts";
import {
  type DirectoryEntry,
  type OplogTable,
  ROOT_PART_ID,
} from "../oplog/mod.ts";
import type { NodeId } from "../tinyfs/mod.ts";
import { attributesOf, type CommittedDirectory } from "./directories.ts";
import type { NodeRow } from "./node.ts";
import type { Operation } from "./operation.ts";

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
interface Place {
  readonly directoryId: NodeId;
  readonly path: string;
  readonly entry: DirectoryEntry;
}

/**
 * Plans a restore.
 *
 * @param now The current state.
 * @param target The earlier state, of the same oplog.
 * @param nowUs The time of the change, microseconds since the epoch, UTC.
 * @returns Operations for one transaction on `now`.
 */
export async function planRestore(
  now: RestoreSide,
  target: RestoreSide,
  nowUs: number,
): Promise<Operation[]> {
  const changed = await changedPartitions(now.table, target.version);
  const current = await places(now, changed);
  const wanted = await places(target, changed);
  const plan = new RestorePlan(now, target, nowUs, current, wanted);
  return await plan.operations();
}

/** The partitions with a record after a version; `undefined` when unknown. */
async function changedPartitions(
  table: OplogTable,
  version: number,
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  for await (const record of table.readAll({ minVersion: version + 1 })) {
    changed.add(record.partId);
  }
  return changed;
}

/** The nodes in changed directories, by id, parents before children. */
async function places(
  side: RestoreSide,
  changed: ReadonlySet<string>,
): Promise<Map<string, Place>> {
  const found = new Map<string, Place>();
  const walk = async (directoryId: NodeId, path: string) => {
    const { entries } = await side.load(directoryId);
    const relevant = changed.has(directoryId);
    for (const entry of entries.values()) {
      const childPath = `${path}/${entry.name}`;
      const isDirectory = entry.childType === "directory";
      if (relevant || isDirectory) {
        found.set(entry.childNodeId, { directoryId, path: childPath, entry });
      }
      if (isDirectory) await walk(entry.childNodeId as NodeId, childPath);
    }
  };
  await walk(ROOT_PART_ID as NodeId, "");
  return found;
}

/** Collects the operations in an order in which each finds what it expects. */
class RestorePlan {
  readonly #now: RestoreSide;
  readonly #target: RestoreSide;
  readonly #nowUs: number;
  readonly #current: Map<string, Place>;
  readonly #wanted: ReadonlyMap<string, Place>;
  readonly #operations: Operation[] = [];
  /** Version of each node after the operations so far. */
  readonly #versions = new Map<string, number>();

  constructor(
    now: RestoreSide,
    target: RestoreSide,
    nowUs: number,
    current: Map<string, Place>,
    wanted: ReadonlyMap<string, Place>,
  ) {
    this.#now = now;
    this.#target = target;
    this.#nowUs = nowUs;
    this.#current = current;
    this.#wanted = wanted;
  }

  async operations(): Promise<Operation[]> {
    // Out of the way first: everything that has to leave its name.
    await this.#park();
    await this.#createDirectories();
    await this.#unpark();
    await this.#createAndUpdate();
    await this.#deleteRest();
    return this.#operations;
  }

  /**
   * Gives nodes that change their place, or go, a name that nobody else has:
   * so two nodes that swap their names are no special case.
   */
  async #park(): Promise<void> {
    for (const [id, place] of this.#current) {
      const wanted = this.#wanted.get(id);
      if (wanted && samePlace(wanted, place)) continue;
      const occupied = [...this.#wanted.values()].some((other) =>
        samePlace(other, place)
      );
      if (!occupied) continue;
      const name = `.restore-${id}`;
      await this.#move(id, {
        ...place,
        path: `${place.path.slice(0, place.path.lastIndexOf("/"))}/${name}`,
        entry: { ...place.entry, name },
      });
    }
  }

  async #createDirectories(): Promise<void> {
    for (const [id, place] of this.#wanted) {
      if (place.entry.childType !== "directory" || this.#current.has(id)) {
        continue;
      }
      await this.#create(id, place);
    }
  }

  /** Parents come before children in the map of what is wanted. */
  async #unpark(): Promise<void> {
    for (const [id, place] of this.#wanted) {
      const current = this.#current.get(id);
      if (current && !samePlace(current, place)) await this.#move(id, place);
    }
  }

  async #createAndUpdate(): Promise<void> {
    for (const [id, place] of this.#wanted) {
      const current = this.#current.get(id);
      if (place.entry.childType === "directory") {
        if (current) await this.#updateDirectory(id, place, current);
      } else if (current === undefined) await this.#create(id, place);
      else if (current.entry.childVersion !== place.entry.childVersion) {
        await this.#updateIfDifferent(id, place);
      }
    }
  }

  async #deleteRest(): Promise<void> {
    const rest = [...this.#current].filter(([id]) => !this.#wanted.has(id));
    // Children come after their parents in the map, and go before them.
    for (const [id, place] of rest.reverse()) await this.#delete(id, place);
  }

  async #create(id: string, place: Place): Promise<void> {
    const row = await this.#wantedRow(place);
    const newest = await this.#newestVersion(id, place);
    this.#push({
      ...this.#base(id, place, newest),
      kind: "create",
      expected: null,
      ...row,
    });
    this.#current.set(id, place);
  }

  async #move(id: string, to: Place): Promise<void> {
    const from = this.#current.get(id);
    invariant(from !== undefined, "only a node that is there is moved");
    const version = this.#version(id, from);
    const row = await this.#currentRow(id, from);
    this.#push({
      ...this.#base(id, to, version),
      kind: "move",
      expected: null,
      moved: { nodeId: id, nodeVersion: version },
      content: row.content,
      attributes: {
        ...row.attributes,
        from: {
          directory: from.directoryId,
          name: from.entry.name,
          path: from.path,
        },
      },
    });
    this.#current.set(id, {
      ...to,
      entry: { ...from.entry, name: to.entry.name },
    });
  }

  async #updateIfDifferent(id: string, place: Place): Promise<void> {
    const current = this.#current.get(id);
    invariant(current !== undefined, "only a node that is there is updated");
    const row = await this.#wantedRow(place);
    const version = this.#version(id, current);
    this.#push({
      ...this.#base(id, place, version),
      kind: "update",
      expected: { nodeId: id, nodeVersion: version },
      ...row,
    });
  }

  /** Its entries have operations of their own. */
  async #updateDirectory(
    id: string,
    place: Place,
    current: Place,
  ): Promise<void> {
    if (current.entry.nodeVersion === place.entry.nodeVersion) return;
    const before = await rowOf(this.#now, current);
    const row = await this.#wantedRow(place);
    const texts = [before, row].map(({ attributes }) =>
      JSON.stringify(attributes.attributes)
    );
    if (texts[0] === texts[1]) return;
    const version = this.#version(id, current);
    this.#push({
      ...this.#base(id, place, version),
      kind: "update",
      expected: { nodeId: id, nodeVersion: version },
      ...row,
    });
  }

  async #delete(id: string, place: Place): Promise<void> {
    const version = this.#version(id, place);
    const { attributes } = await this.#currentRow(id, place);
    this.#push({
      ...this.#base(id, place, version),
      kind: "delete",
      expected: { nodeId: id, nodeVersion: version },
      content: null,
      attributes: {
        createdUs: attributes.createdUs,
        modifiedUs: this.#nowUs,
        sizeBytes: 0,
        mode: attributes.mode,
      },
    });
  }

  #push(operation: Operation): void {
    this.#operations.push(operation);
    this.#versions.set(operation.nodeId, operation.nodeVersion);
  }

  #base(
    id: string,
    place: Place,
    version: number,
  ): Pick<
    Operation,
    "fileType" | "nodeId" | "directoryId" | "name" | "path" | "nodeVersion"
  > {
    return {
      fileType: place.entry.childType,
      nodeId: id as NodeId,
      directoryId: place.directoryId,
      name: place.entry.name,
      path: place.path,
      nodeVersion: version + 1,
    };
  }

  #version(id: string, place: Place): number {
    return this.#versions.get(id) ?? place.entry.nodeVersion;
  }

  /** A deleted node's versions go on where its delete left them. */
  async #newestVersion(id: string, place: Place): Promise<number> {
    if (place.entry.childType === "directory") {
      return (await this.#now.load(id)).nodeVersion;
    }
    let newest = place.entry.nodeVersion;
    const range = { minVersion: this.#target.version + 1 };
    for await (
      const record of this.#now.table.readPartition(place.directoryId, range)
    ) {
      for (const { nodeVersion } of record.entriesOf(id)) {
        newest = Math.max(newest, nodeVersion);
      }
    }
    return newest;
  }

  async #wantedRow(place: Place): Promise<NodeRow> {
    return await rowOf(this.#target, place);
  }

  async #currentRow(id: string, place: Place): Promise<NodeRow> {
    const pending = this.#operations.findLast((o) => o.nodeId === id);
    if (pending) return pending;
    return await rowOf(this.#now, place);
  }
}

async function rowOf(side: RestoreSide, place: Place): Promise<NodeRow> {
  if (place.entry.childType === "directory") {
    const directory = await side.load(place.entry.childNodeId);
    return { content: null, attributes: attributesOf(directory) };
  }
  const row = await side.row(place.directoryId, place.entry);
  const { from: _from, ...attributes } = row.attributes;
  return { content: row.content, attributes };
}

function samePlace(a: Place, b: Place): boolean {
  return a.directoryId === b.directoryId && a.entry.name === b.entry.name;
}
