/**
 * What becomes of each node in a merge: the three-way comparison.
 *
 * ```text
 * theirs is as ours                  nothing to do
 * theirs is as it was                ours stays
 * ours is as it was                  theirs is taken
 * both are otherwise, and different  a conflict: ours stays
 * ```
 *
 * A node is its place (the directory and the name) and what it says (content,
 * mode, attributes); two that differ in the time alone are the same. A node is
 * known by its identity; where one side has no such node, by its place: there
 * may be another one in its stead. So two directories that both sides have made
 * under one name are one.
 *
 * @module
 */
import { ROOT_PART_ID } from "../oplog/record.ts";
import type { NodeId } from "../tinyfs/mod.ts";
import {
  type MergeState,
  type Said,
  type Slot,
  slotKey,
  slotOf,
} from "./merge_places.ts";
import type { Place } from "./restore_changes.ts";

/** Why something of theirs is kept out. */
export type MergeProblem =
  | "both changed it"
  | "both added it"
  | "deleted here, changed there"
  | "changed here, deleted there"
  | "its name is taken"
  | "its directory is gone"
  | "something is in it"
  | "it would be in itself"
  | "its parts are not here";

/** The states of a merge. */
export interface MergeStates {
  /** Into which the other one is merged. */
  readonly ours: MergeState;
  /** Which is merged. */
  readonly theirs: MergeState;
}

/** A node of theirs, with what it is compared with. */
export interface Compared {
  /** The node. */
  readonly nodeId: string;
  /** What theirs has. */
  readonly theirs: Place | undefined;
  /** What ours has, which may be another node in its place. */
  readonly ours: Place | undefined;
  /** What there was. */
  readonly bases: readonly (Place | undefined)[];
  /** In which states. */
  readonly states: readonly MergeState[];
}

/** A node, and what becomes of it. */
export interface Decision extends Compared {
  /** `take` theirs, keep ours because of a `conflict`, or do nothing. */
  readonly verdict: "take" | "conflict" | "nothing";
}

/** Compares nodes. */
export class MergeDecisions {
  readonly #states: MergeStates;
  readonly #counterparts = new Map<string, NodeId>();

  /** @param states The two states. */
  constructor(states: MergeStates) {
    this.#states = states;
  }

  /**
   * Decides about one node.
   *
   * @param bases The states that it is compared with.
   */
  async decide(
    nodeId: string,
    bases: readonly MergeState[],
  ): Promise<Decision> {
    const compared = await this.#compared(nodeId, bases);
    if (compared === undefined || nodeId === ROOT_PART_ID) {
      return {
        nodeId,
        theirs: undefined,
        ours: undefined,
        bases: [],
        states: [],
        verdict: "nothing",
      };
    }
    const { ours, theirs } = this.#states;
    const now = await this.#stateOf(ours, compared.ours);
    const other = await this.#stateOf(theirs, compared.theirs);
    const before: State[] = [];
    for (const [i, base] of bases.entries()) {
      before.push(await this.#stateOf(base, compared.bases[i]));
    }
    return { ...compared, verdict: verdictOf(now, other, before) };
  }

  /** Nodes in an order in which it is known of directories what they are here. */
  async inOrder(nodeIds: Iterable<string>): Promise<string[]> {
    const directories: { readonly id: string; readonly depth: number }[] = [];
    const others: string[] = [];
    for (const id of nodeIds) {
      const { exists } = await this.#states.theirs.side.load(id);
      const place = exists ? await this.#states.theirs.find(id) : undefined;
      if (place === undefined) others.push(id);
      else directories.push({ id, depth: place.path.split("/").length });
    }
    directories.sort((a, b) => a.depth - b.depth);
    return [...directories.map(({ id }) => id), ...others];
  }

  /**
   * Where a place is in ours: its directory may be another one.
   *
   * @param state The state that has the place; theirs when left out.
   */
  async slotInOurs(
    { directoryId, entry: { name } }: Place,
    state: MergeState = this.#states.theirs,
  ): Promise<Slot> {
    return { directoryId: await this.#inOurs(directoryId, state), name };
  }

  /** The directory that is in ours what one of theirs is, or of a base was. */
  async #inOurs(directoryId: string, state: MergeState): Promise<NodeId> {
    const known = this.#counterparts.get(directoryId);
    if (known !== undefined) return known;
    const found = await this.#directoryInOurs(directoryId, state);
    if (found !== undefined) this.#counterparts.set(directoryId, found);
    return found ?? directoryId as NodeId;
  }

  async #directoryInOurs(
    directoryId: string,
    state: MergeState,
  ): Promise<NodeId | undefined> {
    const { ours, theirs } = this.#states;
    const isSame = directoryId === ROOT_PART_ID ||
      (await ours.side.load(directoryId)).exists;
    if (isSame) return directoryId as NodeId;
    const there = await theirs.side.load(directoryId);
    // Theirs may have deleted it: what was in it is compared all the same.
    const { exists, place } = there.exists
      ? there
      : await state.side.load(directoryId);
    if (!exists || place === undefined) return undefined;
    const above = await this.#inOurs(place.directory, state);
    const slot = { directoryId: above, name: place.name };
    const found = await this.#onlyIn(ours, slot, theirs);
    return found?.entry.childType === "directory"
      ? found.entry.childNodeId as NodeId
      : undefined;
  }

  /** @returns `undefined` when another node stands for this one. */
  async #compared(
    nodeId: string,
    states: readonly MergeState[],
  ): Promise<Compared | undefined> {
    const { ours, theirs } = this.#states;
    const there = await theirs.find(nodeId);
    let known = await placesIn(states, (base) => base.find(nodeId));
    let bases = known;
    if (there !== undefined) {
      bases = await placesIn(
        states,
        async (base, i) => known[i] ?? await this.#inStead(base, slotOf(there)),
      );
    } else if (known.every((place) => place === undefined)) {
      bases = await this.#deletedInTheirs(nodeId, states);
      known = bases;
    }
    const slots: Slot[] = [];
    for (const [i, state] of states.entries()) {
      const place = known[i];
      if (place === undefined) continue;
      const next = there ? undefined : await theirs.at(slotOf(place));
      // Theirs has put a new one in its place, which is compared itself.
      if (next && await isNew(next, states)) return undefined;
      slots.push(await this.slotInOurs(place, state));
    }
    // A node that was moved leaves its place to nobody who had another one.
    if (slots.length === 0 && there) slots.push(await this.slotInOurs(there));
    let here = await ours.find(nodeId);
    for (const slot of slots) {
      const other = here ? undefined : await this.#onlyIn(ours, slot, theirs);
      const wasThere = bases.some((base) =>
        base?.entry.childNodeId === other?.entry.childNodeId
      );
      // A node that ours has moved there stands for itself.
      if (other && (wasThere || await isNew(other, states))) here = other;
    }
    const isDirectory = there?.entry.childType === "directory";
    if (isDirectory && here?.entry.childType === "directory") {
      this.#counterparts.set(nodeId, here.entry.childNodeId as NodeId);
    }
    return { nodeId, theirs: there, ours: here, bases, states };
  }

  /** What a node that is gone stood for: ours may have the same by another id. */
  async #deletedInTheirs(
    nodeId: string,
    states: readonly MergeState[],
  ): Promise<(Place | undefined)[]> {
    const { theirs } = this.#states;
    return await placesIn(states, async (base) => {
      for (const slot of theirs.slotsOf(nodeId)) {
        const place = await this.#inStead(base, slot);
        if (place !== undefined) return place;
      }
      return undefined;
    });
  }

  /** What a base has in a place of theirs; its directory may be that of ours. */
  async #inStead(
    base: MergeState,
    { directoryId, name }: Slot,
  ): Promise<Place | undefined> {
    const { theirs } = this.#states;
    const inOurs = await this.#inOurs(directoryId, base);
    const slot = { directoryId: inOurs, name };
    return await this.#onlyIn(base, { directoryId, name }, theirs) ??
      await this.#onlyIn(base, slot, theirs);
  }

  /** What is in a place of one state, if another state doesn't have the node. */
  async #onlyIn(
    state: MergeState,
    slot: Slot,
    other: MergeState,
  ): Promise<Place | undefined> {
    const place = await state.at(slot);
    if (place === undefined) return undefined;
    return await other.find(place.entry.childNodeId) ? undefined : place;
  }

  async #stateOf(
    state: MergeState,
    place: Place | undefined,
  ): Promise<State> {
    if (place === undefined) return { key: "", modifiedUs: 0 };
    const said: Said = await state.said(place);
    const slot = slotKey(await this.slotInOurs(place, state));
    return { key: `${slot} ${said.text}`, modifiedUs: said.modifiedUs };
  }
}

/** The place of something in each state, where it has one. */
async function placesIn(
  states: readonly MergeState[],
  find: (state: MergeState, index: number) => Promise<Place | undefined>,
): Promise<(Place | undefined)[]> {
  const places: (Place | undefined)[] = [];
  for (const [i, state] of states.entries()) places.push(await find(state, i));
  return places;
}

async function isNew(
  { entry: { childNodeId } }: Place,
  bases: readonly MergeState[],
): Promise<boolean> {
  for (const base of bases) {
    if (await base.find(childNodeId) !== undefined) return false;
  }
  return true;
}

/** What a node is, in a text; an empty one when it isn't there. */
interface State {
  readonly key: string;
  readonly modifiedUs: number;
}

function verdictOf(
  ours: State,
  theirs: State,
  bases: readonly State[],
): Decision["verdict"] {
  const isIn = ({ key }: State) => bases.some((base) => base.key === key);
  if (ours.key === theirs.key) {
    const isTouched = bases.some((base) =>
      base.key === ours.key && base.modifiedUs === ours.modifiedUs
    ) && theirs.modifiedUs > ours.modifiedUs;
    return isTouched ? "take" : "nothing";
  }
  // With two states to compare with, each side may be as it was in one of them.
  if (isIn(ours) && isIn(theirs)) return "conflict";
  if (isIn(theirs)) return "nothing";
  return isIn(ours) ? "take" : "conflict";
}

/** Why a node that both have changed is kept out. */
export function problemOf(
  { bases, ours, theirs }: Compared,
): MergeProblem {
  if (ours === undefined) return "deleted here, changed there";
  if (theirs === undefined) return "changed here, deleted there";
  return bases.some((base) => base !== undefined)
    ? "both changed it"
    : "both added it";
}
