/**
 * What differs between two states of a pond, node by node.
 *
 * A node is the same one wherever it is: a rename is a move, and not a file that
 * goes and another one that comes. Where a path has another node, that is a
 * change of what is at the path.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { NodeId } from "../tinyfs/mod.ts";
import {
  findChanges,
  isAtOrBelow,
  type Place,
  type RestoreSide,
  rowAt,
  samePlace,
} from "./restore_changes.ts";
import type { NodeRow } from "./node_row.ts";
import type {
  ChangedPart,
  ChangeKind,
  NodeChange,
  NodeState,
} from "./change_types.ts";

/** Reads the content of a node of which the row is known. */
export type ReadContent = (
  row: NodeRow,
  path: string,
  signal: AbortSignal | undefined,
) => Promise<Bytes>;

/** Options of comparing. */
export interface CompareOptions {
  /** Only what is, or was, at this path or below it. */
  readonly path?: string | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** A node in one or both of the states. */
export interface Pair {
  readonly before?: Place;
  readonly after?: Place;
}

/**
 * Compares two states of one oplog, in any order.
 *
 * @param read Reads content, when somebody asks for it.
 * @returns The changes, by path.
 */
export async function* compareStates(
  before: RestoreSide,
  after: RestoreSide,
  read: ReadContent,
  { path = "/", signal }: CompareOptions,
): AsyncGenerator<NodeChange> {
  const pairs = (await pairsOf(before, after))
    .filter((pair) => pathsOf(pair).some((each) => isAtOrBelow(each, path)))
    .sort((a, b) => compareText(pathOf(a), pathOf(b)));
  const sides = { before, after, read };
  for (const pair of pairs) {
    signal?.throwIfAborted();
    const change = await changeOf(pair, sides);
    if (change !== undefined) yield change;
  }
}

/** The nodes that differ, those that share a path as one. */
async function pairsOf(
  before: RestoreSide,
  after: RestoreSide,
): Promise<readonly Pair[]> {
  const isForward = orderOf(before) <= orderOf(after);
  const { current, wanted } = isForward
    ? await findChanges(after, before)
    : await findChanges(before, after);
  const [old, now] = isForward ? [wanted, current] : [current, wanted];
  const pairs: Pair[] = [];
  const gone = new Map<string, Place>();
  for (const [id, place] of old) {
    const later = now.get(id);
    if (later) pairs.push({ before: place, after: later });
    else gone.set(place.path, place);
  }
  for (const [id, place] of now) {
    if (old.has(id)) continue;
    const replaced = gone.get(place.path);
    gone.delete(place.path);
    pairs.push({ after: place, ...(replaced ? { before: replaced } : {}) });
  }
  for (const place of gone.values()) pairs.push({ before: place });
  return pairs;
}

/** What is pending comes after the version that it was made on. */
function orderOf({ pendingParts, version }: RestoreSide): number {
  return version + (pendingParts === undefined ? 0 : 0.5);
}

function pathsOf({ after, before }: Pair): string[] {
  return [after, before].flatMap((place) => place ? [place.path] : []);
}

function pathOf(pair: Pair): string {
  return pathsOf(pair)[0] ?? "";
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The two states, and how content is read. */
export interface Sides {
  readonly before: RestoreSide;
  readonly after: RestoreSide;
  readonly read: ReadContent;
}

/** What has become of a node; `undefined` when nothing has. */
export async function changeOf(
  { before, after }: Pair,
  sides: Sides,
): Promise<NodeChange | undefined> {
  if (before === undefined || after === undefined) {
    if (after) return added(stateOf(after, sides.after, sides.read));
    if (before) return deleted(stateOf(before, sides.before, sides.read));
    return undefined;
  }
  const [old, now] = [
    await rowAt(sides.before, before),
    await rowAt(sides.after, after),
  ];
  const changed = changedParts(before, after, old, now);
  if (changed.length === 0) return undefined;
  return {
    kind: kindOf(changed),
    path: after.path,
    ...(before.path === after.path ? {} : { from: before.path }),
    changed,
    before: stateOf(before, sides.before, sides.read, old),
    after: stateOf(after, sides.after, sides.read, now),
  };
}

function added(after: NodeState): NodeChange {
  return { kind: "added", path: after.path, changed: ["node"], after };
}

function deleted(before: NodeState): NodeChange {
  return { kind: "deleted", path: before.path, changed: ["node"], before };
}

function changedParts(
  before: Place,
  after: Place,
  { attributes: old }: NodeRow,
  { attributes: now }: NodeRow,
): ChangedPart[] {
  const parts: ChangedPart[] = [];
  const isDirectory = after.entry.childType === "directory";
  const add = (part: ChangedPart, differs: boolean) => {
    if (differs) parts.push(part);
  };
  add("node", before.entry.childNodeId !== after.entry.childNodeId);
  add("type", before.entry.childType !== after.entry.childType);
  add("place", parts.length === 0 && !samePlace(before, after));
  add("content", old.sha256 !== now.sha256);
  add("mode", old.mode !== now.mode);
  add("attributes", textOf(old.attributes) !== textOf(now.attributes));
  // The time of a directory is that of what is in it.
  add("time", !isDirectory && old.modifiedUs !== now.modifiedUs);
  return parts;
}

function textOf(attributes: unknown): string {
  return JSON.stringify(attributes ?? {});
}

const KINDS: readonly (readonly [ChangedPart, ChangeKind])[] = [
  ["type", "type"],
  ["place", "moved"],
  ["content", "modified"],
  ["mode", "mode"],
  ["attributes", "attributes"],
  ["node", "modified"],
];

/** What matters most of the things that have changed. */
function kindOf(changed: readonly ChangedPart[]): ChangeKind {
  const found = KINDS.find(([part]) => changed.includes(part));
  return found?.[1] ?? "touched";
}

/** What a node is, in one of the states. */
export function stateOf(
  place: Place,
  side: RestoreSide,
  read: ReadContent,
  row?: NodeRow,
): NodeState {
  const { entry, path } = place;
  const { sha256, attributes } = row?.attributes ?? {};
  return {
    path,
    nodeId: entry.childNodeId as NodeId,
    fileType: entry.childType,
    nodeVersion: entry.nodeVersion,
    sizeBytes: entry.sizeBytes,
    modifiedUs: entry.modifiedUs,
    mode: entry.mode,
    ...(sha256 ? { sha256 } : {}),
    ...(attributes ? { attributes } : {}),
    read: async ({ signal } = {}) =>
      entry.childType === "directory"
        ? new Uint8Array()
        : await read(row ?? await rowAt(side, place), path, signal),
  };
}
