/**
 * From the current state to an earlier one, as operations: pure but for the
 * reads, O(what has changed since); `restore_changes.ts` says what is read.
 *
 * Nodes keep their identities: one that was renamed is moved back, one that was
 * deleted is created again with its id.
 *
 * @module
 */
import { invariant } from "../errors.ts";
import type { NodeId } from "../tinyfs/mod.ts";
import type { NodeRow } from "./node_row.ts";
import type { Operation } from "./operation.ts";
import {
  type Changes,
  DirectoryPaths,
  findChanges,
  isAtOrBelow,
  type Place,
  type RestoreSide,
  rowAt,
  samePlace,
  whatIsSaid,
} from "./restore_changes.ts";

export type { RestoreSide } from "./restore_changes.ts";

/** Options of {@linkcode planRestore}. */
export interface RestorePlanOptions {
  /** The time of the change, microseconds since the epoch, UTC. */
  readonly nowUs: number;
  /** Restores only nodes that are, or were, at this path or below it. */
  readonly path?: string | undefined;
}

/**
 * Plans a restore.
 *
 * @param now The current state.
 * @param target The earlier state, of the same oplog.
 * @returns Operations for one transaction on `now`.
 */
export async function planRestore(
  now: RestoreSide,
  target: RestoreSide,
  { nowUs, path }: RestorePlanOptions,
): Promise<Operation[]> {
  const all = await findChanges(now, target);
  const changes = path === undefined
    ? all
    : await changesOf(path, all, now, target);
  return await planOf(now, target, nowUs, changes);
}

/**
 * Plans the way from one state to another, once it is known what differs.
 *
 * @param now The state that the operations are made on.
 * @param target Where the rows of what is wanted are read.
 */
export async function planOf(
  now: RestoreSide,
  target: RestoreSide,
  nowUs: number,
  changes: Changes,
): Promise<Operation[]> {
  return await new RestorePlan(now, target, nowUs, changes).operations();
}

/** What of the changes is about a path, with the directories that it needs. */
async function changesOf(
  path: string,
  { current, newestVersions, wanted }: Changes,
  now: RestoreSide,
  target: RestoreSide,
): Promise<Changes> {
  const chosen = new Set<string>();
  for (const [places, other] of [[current, target], [wanted, now]] as const) {
    const paths = new DirectoryPaths(other);
    for (const [id, place] of places) {
      // What was put into a directory, or taken out, goes with it.
      const { exists } = await other.load(place.directoryId);
      const above = exists ? await paths.of(place.directoryId) : undefined;
      const isMeant = isAtOrBelow(place.path, path) ||
        (above !== undefined && isAtOrBelow(above || "/", path));
      if (isMeant) chosen.add(id);
    }
  }
  for (const id of chosen) {
    // A set's iterator goes on to the parents that are added meanwhile.
    const parentId = wanted.get(id)?.directoryId;
    if (parentId === undefined || !wanted.has(parentId)) continue;
    if (!(await now.load(parentId)).exists) chosen.add(parentId);
  }
  const only = (places: ReadonlyMap<string, Place>) =>
    new Map([...places].filter(([id]) => chosen.has(id)));
  return { current: only(current), wanted: only(wanted), newestVersions };
}

/** Collects the operations in an order in which each finds what it expects. */
class RestorePlan {
  readonly #now: RestoreSide;
  readonly #target: RestoreSide;
  readonly #nowUs: number;
  readonly #current: Map<string, Place>;
  readonly #wanted: ReadonlyMap<string, Place>;
  readonly #newestVersions: ReadonlyMap<string, number>;
  readonly #operations: Operation[] = [];
  /** The last operation so far on each node. */
  readonly #latest = new Map<string, Operation>();

  constructor(
    now: RestoreSide,
    target: RestoreSide,
    nowUs: number,
    { current, newestVersions, wanted }: Changes,
  ) {
    this.#now = now;
    this.#target = target;
    this.#nowUs = nowUs;
    this.#current = current;
    this.#wanted = wanted;
    this.#newestVersions = newestVersions;
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
    const wantedNames = new Set([...this.#wanted.values()].map(nameKey));
    for (const [id, place] of this.#current) {
      const wanted = this.#wanted.get(id);
      if (wanted && samePlace(wanted, place)) continue;
      if (!wantedNames.has(nameKey(place))) continue;
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
        const nodeVersion = current?.entry.nodeVersion;
        if (current && nodeVersion !== place.entry.nodeVersion) {
          await this.#updateIfDifferent(id, place, current);
        }
      } else if (current === undefined) await this.#create(id, place);
      else if (current.entry.childVersion !== place.entry.childVersion) {
        await this.#updateIfDifferent(id, place, current);
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

  /** A node may be as it was wanted in a later version of its own. */
  async #updateIfDifferent(
    id: string,
    place: Place,
    current: Place,
  ): Promise<void> {
    const before = await this.#currentRow(id, current);
    const row = await this.#wantedRow(place);
    const { childType } = place.entry;
    if (whatIsSaid(before, childType) === whatIsSaid(row, childType)) return;
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
    this.#latest.set(operation.nodeId, operation);
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
    return this.#latest.get(id)?.nodeVersion ?? place.entry.nodeVersion;
  }

  /** A deleted node's versions go on where its delete left them. */
  async #newestVersion(id: string, { entry }: Place): Promise<number> {
    if (entry.childType === "directory") {
      return (await this.#now.load(id)).nodeVersion;
    }
    return this.#newestVersions.get(id) ?? entry.nodeVersion;
  }

  async #wantedRow(place: Place): Promise<NodeRow> {
    return await rowAt(this.#target, place);
  }

  async #currentRow(id: string, place: Place): Promise<NodeRow> {
    const latest = this.#latest.get(id);
    if (latest) return latest;
    return await rowAt(this.#now, place);
  }
}

function nameKey({ directoryId, entry }: Place): string {
  return `${directoryId}/${entry.name}`;
}
