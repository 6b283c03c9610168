/**
 * Whether what a merge takes makes a tree: what doesn't fit is kept out, until
 * the rest does.
 *
 * ```text
 * a name                 has one node
 * a directory            is there for what is put into it, and empty when it goes
 * no directory           is in itself
 * a part of a series     follows one that is there
 * ```
 *
 * @module
 */
import { ROOT_PART_ID } from "../oplog/record.ts";
import type {
  Compared,
  MergeDecisions,
  MergeProblem,
  MergeStates,
} from "./merge_decisions.ts";
import { type Slot, slotKey, slotOf } from "./merge_places.ts";
import { type Place, rowAt } from "./restore_changes.ts";

/** What becomes of one node of ours. */
export interface Taken {
  /** What of theirs it comes from. */
  readonly compared: Compared;
  /** The node in ours. */
  readonly nodeId: string;
  /** Where it is; nowhere when it is made. */
  readonly from: Place | undefined;
  /** Where it will be; nowhere when it is deleted. */
  readonly to: Slot | undefined;
}

/** Something of theirs that is kept out. */
export interface KeptOut extends Compared {
  /** Why. */
  readonly problem: MergeProblem;
  /** Whether it only follows from another one that is kept out. */
  readonly isImplied: boolean;
}

/** Collects what is taken, and takes out what doesn't fit. */
export class MergeTree {
  /** What is taken, by the nodes of ours. */
  readonly taken = new Map<string, Taken>();
  /** What is kept out, by the nodes of theirs. */
  readonly keptOut = new Map<string, KeptOut>();
  /** The nodes of ours that stay because of these. */
  readonly #kept = new Set<string>();
  readonly #states: MergeStates;
  readonly #decisions: MergeDecisions;

  /**
   * @param states The two states.
   * @param decisions Says which directory of ours one of theirs is.
   */
  constructor(states: MergeStates, decisions: MergeDecisions) {
    this.#states = states;
    this.#decisions = decisions;
  }

  /** Takes a node of theirs. */
  async take(compared: Compared): Promise<void> {
    const { nodeId, ours, theirs } = compared;
    const to = theirs && await this.#decisions.slotInOurs(theirs);
    const isOther = ours !== undefined && ours.entry.childNodeId !== nodeId;
    if (isOther && !staysTheSame(compared)) {
      // Theirs has replaced it, so that is done here, too.
      this.#add({
        compared,
        nodeId: ours.entry.childNodeId,
        from: ours,
        to: undefined,
      });
      if (to) this.#add({ compared, nodeId, from: undefined, to });
      return;
    }
    const id = ours?.entry.childNodeId ?? nodeId;
    this.#add({ compared, nodeId: id, from: ours, to });
  }

  /** Keeps a node of theirs out. */
  keepOut(
    compared: Compared,
    problem: MergeProblem,
    isImplied: boolean = false,
  ): void {
    const { nodeId } = compared;
    this.keptOut.set(nodeId, { ...compared, problem, isImplied });
    this.#kept.add(compared.ours?.entry.childNodeId ?? nodeId);
    for (const [id, taken] of this.taken) {
      if (taken.compared.nodeId === nodeId) this.taken.delete(id);
    }
  }

  /** Takes out what doesn't fit, until everything does. */
  async settle(): Promise<void> {
    for (let isSettled = false; !isSettled;) {
      isSettled = true;
      const names = new Map<string, string>();
      for (const taken of [...this.taken.values()]) {
        if (this.taken.get(taken.nodeId) !== taken) continue;
        const found = await this.#problemOf(taken, names);
        if (found === undefined) continue;
        this.keepOut(taken.compared, found.problem, found.isImplied);
        isSettled = false;
      }
    }
  }

  /** Whether a directory is there afterwards. */
  async exists(directoryId: string): Promise<boolean> {
    const taken = this.taken.get(directoryId);
    if (taken !== undefined) return taken.to !== undefined;
    return directoryId === ROOT_PART_ID ||
      (await this.#states.ours.side.load(directoryId)).exists;
  }

  /** Where a directory is afterwards; `undefined` for the root. */
  async slotOf(directoryId: string): Promise<Slot | undefined> {
    const taken = this.taken.get(directoryId);
    if (taken?.to !== undefined) return taken.to;
    const { place } = await this.#states.ours.side.load(directoryId);
    return place && {
      directoryId: place.directory as Slot["directoryId"],
      name: place.name,
    };
  }

  #add(taken: Taken): void {
    this.taken.set(taken.nodeId, taken);
  }

  async #problemOf(
    taken: Taken,
    names: Map<string, string>,
  ): Promise<Pick<KeptOut, "problem" | "isImplied"> | undefined> {
    const { compared, nodeId, to } = taken;
    if (this.#kept.has(nodeId)) {
      // It stays for another reason, so it isn't replaced either.
      return { problem: "its name is taken", isImplied: false };
    }
    if (to === undefined) {
      // What theirs has put in its place isn't there: so it stays.
      return await this.#isReplacedByKept(compared)
        ? { problem: "both changed it", isImplied: true }
        : await this.#remains(taken);
    }
    if (!await this.exists(to.directoryId)) {
      const above = compared.theirs?.directoryId ?? "";
      const isImplied = this.keptOut.has(above);
      return { problem: "its directory is gone", isImplied };
    }
    const holder = await this.#holder(to);
    const other = names.get(slotKey(to)) ?? nodeId;
    if ((holder !== undefined && holder !== nodeId) || other !== nodeId) {
      return { problem: "its name is taken", isImplied: false };
    }
    names.set(slotKey(to), nodeId);
    if (await this.#isTorn(taken)) {
      return { problem: "its parts are not here", isImplied: false };
    }
    return await this.#isInItself(taken)
      ? { problem: "it would be in itself", isImplied: false }
      : undefined;
  }

  /** Whether the part before the one that is taken is a version of theirs alone. */
  async #isTorn(
    { compared: { theirs }, from, nodeId }: Taken,
  ): Promise<boolean> {
    if (theirs?.entry.childType !== "file") return false;
    const { attributes } = await rowAt(this.#states.theirs.side, theirs);
    const previous = attributes.series?.previous;
    if (previous === undefined) return false;
    const isSame = theirs.entry.childNodeId === nodeId;
    // What ours has is as it was when they parted: so are the versions before.
    return !isSame || from === undefined || from.entry.nodeVersion < previous;
  }

  /** The node of ours that stays under a name. */
  async #holder(to: Slot): Promise<string | undefined> {
    const place = await this.#states.ours.at(to);
    if (place === undefined) return undefined;
    const { childNodeId } = place.entry;
    const moved = this.taken.get(childNodeId);
    if (moved === undefined) return childNodeId;
    return moved.to && slotKey(moved.to) === slotKey(to)
      ? childNodeId
      : undefined;
  }

  async #isReplacedByKept({ bases }: Compared): Promise<boolean> {
    for (const base of bases) {
      const next = base && await this.#states.theirs.at(slotOf(base));
      if (next && this.keptOut.has(next.entry.childNodeId)) return true;
    }
    return false;
  }

  /** Whether something stays in a directory that goes, or comes into it. */
  async #remains(
    { from, nodeId }: Taken,
  ): Promise<Pick<KeptOut, "problem" | "isImplied"> | undefined> {
    if (from?.entry.childType !== "directory") return undefined;
    const { entries } = await this.#states.ours.side.load(nodeId);
    let isAny = false;
    let isImplied = true;
    for (const { childNodeId } of entries.values()) {
      const taken = this.taken.get(childNodeId);
      if (taken && taken.to?.directoryId !== nodeId) continue;
      isAny = true;
      if (!this.#kept.has(childNodeId)) isImplied = false;
    }
    return isAny ? { problem: "something is in it", isImplied } : undefined;
  }

  async #isInItself({ from, nodeId, to }: Taken): Promise<boolean> {
    if (from?.entry.childType !== "directory") return false;
    const seen = new Set<string>();
    let slot = to;
    while (slot !== undefined && slot.directoryId !== ROOT_PART_ID) {
      const id: string = slot.directoryId;
      if (id === nodeId) return true;
      if (seen.has(id)) return false;
      seen.add(id);
      slot = await this.slotOf(id);
    }
    return false;
  }
}

/** Whether the node of ours goes on, with what theirs says. */
function staysTheSame({ bases, ours, theirs }: Compared): boolean {
  if (theirs === undefined || ours === undefined) return true;
  const { childNodeId, childType } = ours.entry;
  if (childType !== theirs.entry.childType) return false;
  if (childType === "directory") return true;
  const isReplaced = bases.some((base) =>
    base?.entry.childNodeId === childNodeId
  );
  return childType === "file" && !isReplaced;
}
