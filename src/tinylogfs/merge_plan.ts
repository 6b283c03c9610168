/**
 * From what a merge takes to the operations that do it.
 *
 * @module
 */
import type { DirectoryEntry } from "../oplog/mod.ts";
import { ROOT_PART_ID } from "../oplog/record.ts";
import type { Pair } from "./diff.ts";
import type { MergeStates } from "./merge_decisions.ts";
import type { Slot, TouchedNodes } from "./merge_places.ts";
import type { MergeTree, Taken } from "./merge_tree.ts";
import type { Operation } from "./operation.ts";
import { planOf } from "./restore.ts";
import type { Place, RestoreSide } from "./restore_changes.ts";

/** The nodes that the rows of both branches are about. */
export interface TouchedByBoth {
  /** Of the one that is open. */
  readonly ours: readonly TouchedNodes[];
  /** Of the one that is merged. */
  readonly theirs: readonly TouchedNodes[];
}

/** The operations of a merge, and what they change. */
export interface TakenPlan {
  /** Operations for one transaction on ours. */
  readonly operations: readonly Operation[];
  /** What is there before and after. */
  readonly changes: readonly Pair[];
  /** Where rows of what is there after are read. */
  readonly target: RestoreSide;
}

/**
 * Plans what a merge does.
 *
 * @param touched The nodes that rows are about.
 * @param nowUs The time of the change, microseconds since the epoch, UTC.
 */
export async function planTaken(
  tree: MergeTree,
  { ours, theirs }: MergeStates,
  touched: TouchedByBoth,
  nowUs: number,
): Promise<TakenPlan> {
  const origins = new Map<string, Place>();
  const current: Place[] = [];
  const wanted: Place[] = [];
  const newestVersions = new Map<string, number>();
  for (const taken of tree.taken.values()) {
    const { compared, from, nodeId, to } = taken;
    if (from !== undefined) current.push(from);
    if (to === undefined || compared.theirs === undefined) continue;
    origins.set(nodeId, compared.theirs);
    newestVersions.set(nodeId, newestVersion(nodeId, touched));
    wanted.push(await placeOf(tree, taken, compared.theirs.entry, to));
  }
  const target = targetOf(theirs.side, origins);
  const changes = {
    current: byDepth(current),
    wanted: byDepth(wanted.map(withoutVersions)),
    newestVersions,
  };
  return {
    operations: await planOf(ours.side, target, nowUs, changes),
    changes: pairsOf(tree, wanted),
    target,
  };
}

/** A node that was here before goes on with its versions; a new one has none. */
function newestVersion(
  nodeId: string,
  { ours, theirs }: TouchedByBoth,
): number {
  const lasts = ours.flatMap(({ versions }) =>
    versions.get(nodeId)?.last ?? []
  );
  if (lasts.length > 0) return Math.max(...lasts);
  const firsts = theirs.flatMap(({ versions }) =>
    versions.get(nodeId)?.first ?? []
  );
  return firsts.length === 0 ? 0 : Math.min(...firsts) - 1;
}

async function placeOf(
  tree: MergeTree,
  { nodeId }: Taken,
  entry: DirectoryEntry,
  to: Slot,
): Promise<Place> {
  return {
    directoryId: to.directoryId,
    path: await pathOf(tree, to),
    entry: { ...entry, name: to.name, childNodeId: nodeId },
  };
}

/** Where a place is once everything is taken. */
export async function pathOf(tree: MergeTree, to: Slot): Promise<string> {
  let path = "";
  let slot: Slot | undefined = to;
  while (slot !== undefined) {
    path = `/${slot.name}${path}`;
    slot = slot.directoryId === ROOT_PART_ID
      ? undefined
      : await tree.slotOf(slot.directoryId);
  }
  return path;
}

/** Versions of theirs say nothing here: every node is looked at. */
function withoutVersions(place: Place): Place {
  const { entry } = place;
  return { ...place, entry: { ...entry, nodeVersion: -1, childVersion: -1 } };
}

/** Parents before children. */
function byDepth(places: readonly Place[]): Map<string, Place> {
  const depth = ({ path }: Place) => path.split("/").length;
  const sorted = places.toSorted((a, b) => depth(a) - depth(b));
  return new Map(sorted.map((place) => [place.entry.childNodeId, place]));
}

/** Theirs, asked by the nodes and the directories of ours. */
function targetOf(
  theirs: RestoreSide,
  origins: ReadonlyMap<string, Place>,
): RestoreSide {
  const originOf = (nodeId: string) =>
    origins.get(nodeId)?.entry.childNodeId ?? nodeId;
  return {
    ...theirs,
    load: (id) => theirs.load(originOf(id)),
    row: (directoryId, entry) => {
      const origin = origins.get(entry.childNodeId);
      return origin
        ? theirs.row(origin.directoryId, origin.entry)
        : theirs.row(directoryId, entry);
    },
  };
}

/** Each change once: a node that another one replaces is not a second one. */
function pairsOf(tree: MergeTree, wanted: readonly Place[]): Pair[] {
  const places = new Map(
    wanted.map((place) => [place.entry.childNodeId, place]),
  );
  const pairs = new Map<string, Pair>();
  for (const { compared, from, nodeId } of tree.taken.values()) {
    const after = places.get(nodeId);
    pairs.set(compared.nodeId, {
      ...pairs.get(compared.nodeId),
      ...(from ? { before: from } : {}),
      ...(after ? { after } : {}),
    });
  }
  return [...pairs.values()];
}
