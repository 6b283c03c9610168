/**
 * Merging another branch into the one that is open, by one transaction.
 *
 * What theirs has changed since the last state that both have had is compared
 * with ours, node by node (`merge_decisions.ts`); what fits, and makes a tree
 * (`merge_tree.ts`), becomes operations as those of a restore do. The rest is
 * kept out, and said in the row of the merge, so that the next one comes back to
 * it. Content isn't copied: branches share the blobs.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type {
  MergeConflict,
  MergeOptions,
  MergeReport,
} from "./branch_types.ts";
import type { NodeChange } from "./change_types.ts";
import type { TransactionMarks } from "./commit_marks.ts";
import type { Committer } from "./committer.ts";
import { changeOf, type ReadContent, stateOf } from "./diff.ts";
import { MergeDecisions, problemOf } from "./merge_decisions.ts";
import {
  basesOf,
  type Meeting,
  meetingOf,
  type MergeLine,
} from "./merge_lines.ts";
import type { MergeMark, OpenNodes, TakenIn } from "./merge_mark.ts";
import { MergeState, slotOf, TouchedNodes } from "./merge_places.ts";
import { pathOf, planTaken, type TakenPlan } from "./merge_plan.ts";
import { type KeptOut, MergeTree } from "./merge_tree.ts";
import { type Place, rowAt } from "./restore_changes.ts";

/** What a merge is made with. */
export interface MergeSide {
  /** The branch that is open, as it is now. */
  ours(): Promise<MergeLine>;
  /** The branch that is merged. */
  readonly theirs: MergeLine;
  /** Commits to the one that is open. */
  readonly committer: Committer;
  /** Reads content, when somebody asks for it. */
  readonly read: ReadContent;
  /** The present, microseconds since the epoch, UTC. */
  nowUs(): number;
}

/**
 * Merges a branch.
 *
 * @throws {PondError} `INVALID_ARGUMENT` while operations are pending.
 */
export async function mergeBranch(
  side: MergeSide,
  { dryRun = false, ours: isSettled = false, ...options }: MergeOptions,
): Promise<MergeReport> {
  const { committer, theirs } = side;
  let merged: Merged | undefined;
  const plan = async () => {
    if (committer.pending.operations.length > 0) throw pendingCant();
    merged = await mergedBy(side, isSettled);
    return merged.plan.operations;
  };
  const message = `merge ${theirs.name} (v${theirs.newest})`;
  let commit;
  if (dryRun) {
    await committer.refresh();
    await plan();
    // Nothing is pending, or there were no plan: this says what a commit does.
    commit = await committer.commit({});
  } else {
    commit = await committer.commitPlan(plan, {
      message,
      ...options,
      // Read when the plan has been made, for each attempt anew.
      get marks(): TransactionMarks {
        return merged?.mark === undefined ? {} : { merge: merged.mark };
      },
    });
  }
  const { bases = [], changes = [], conflicts = [] } = merged ?? {};
  return {
    dryRun,
    branch: theirs.name,
    version: theirs.newest,
    bases,
    changes,
    conflicts,
    commit,
  };
}

/** A merge as it would be. */
interface Merged extends Pick<MergeReport, "bases" | "changes" | "conflicts"> {
  readonly plan: TakenPlan;
  /** What its row says; nothing when there is nothing to tell. */
  readonly mark: MergeMark | undefined;
}

async function mergedBy(side: MergeSide, isSettled: boolean): Promise<Merged> {
  const { theirs } = side;
  const ours = await side.ours();
  const meeting = await meetingOf(ours, theirs);
  const touched = await touchedSince(ours, theirs, meeting);
  const all = [...touched.theirs, ...touched.ours];
  const states = {
    ours: new MergeState(ours.at(ours.newest), all),
    theirs: new MergeState(theirs.at(theirs.newest), all),
  };
  const decisions = new MergeDecisions(states);
  const tree = new MergeTree(states, decisions);
  const stateOfBase = (versions: Meeting["bases"]) =>
    basesOf(versions, ours, theirs, meeting.shared)
      .map((side) => new MergeState(side, all));
  const usual = stateOfBase(meeting.bases);
  for (const nodeId of await decisions.inOrder(touched.candidates)) {
    const open = meeting.open[nodeId];
    const bases = open === undefined ? usual : stateOfBase(open);
    const decision = await decisions.decide(nodeId, bases);
    if (decision.verdict === "take") await tree.take(decision);
    if (decision.verdict === "conflict") {
      tree.keepOut(decision, problemOf(decision));
    }
  }
  await tree.settle();
  const plan = await planTaken(tree, states, touched, side.nowUs());
  const open = isSettled ? {} : openOf(tree, meeting);
  const settled = isSettled ? settledOf(tree) : [];
  const hasNews = plan.operations.length > 0 || meeting.hasNews ||
    settled.length > 0 ||
    textOf(open) !== textOf(meeting.left);
  return {
    plan,
    bases: Object.entries(meeting.bases).map(([id, version]) => ({
      branch: id === ours.id ? ours.name : theirs.name,
      version,
    })),
    changes: await changesOf(plan, states, side.read),
    conflicts: await conflictsOf(tree, states, side.read),
    mark: hasNews
      ? markOf(ours, theirs, meeting, { open, settled })
      : undefined,
  };
}

/** The nodes that rows are about since two lines parted. */
interface Touched {
  /** Those that theirs may have more to say of. */
  readonly candidates: ReadonlySet<string>;
  readonly ours: readonly TouchedNodes[];
  readonly theirs: readonly TouchedNodes[];
}

async function touchedSince(
  { newest, table }: MergeLine,
  theirs: MergeLine,
  { left, open, passedOn, settled, shared, taken }: Meeting,
): Promise<Touched> {
  const passed = await TouchedNodes.read(table, shared, passedOn);
  const own = await TouchedNodes.read(table, passedOn, newest);
  const news = await TouchedNodes.read(theirs.table, taken, theirs.newest);
  // What ours has kept out then is in another place there.
  const earlier = await TouchedNodes.read(theirs.table, shared, taken);
  return {
    candidates: new Set([
      ...news.versions.keys(),
      ...passed.versions.keys(),
      ...Object.keys({ ...open, ...left }),
      ...settled,
    ]),
    ours: [own, passed],
    theirs: [news, earlier],
  };
}

/** What is kept out goes on to be compared with what it was compared with. */
function openOf({ keptOut }: MergeTree, meeting: Meeting): OpenNodes {
  const open = [...keptOut.keys()].map((nodeId) =>
    [nodeId, meeting.open[nodeId] ?? meeting.bases] as const
  );
  return Object.fromEntries(open);
}

/** The other line has to look at what was kept, too: it may be another node. */
function settledOf({ keptOut }: MergeTree): string[] {
  const ids = [...keptOut.values()].flatMap(({ nodeId, ours }) =>
    ours === undefined ? [nodeId] : [nodeId, ours.entry.childNodeId]
  );
  return [...new Set(ids)];
}

function textOf(open: OpenNodes): string {
  const ids = Object.keys(open).sort();
  return JSON.stringify(ids.map((id) => [id, open[id]]));
}

function markOf(
  ours: MergeLine,
  theirs: MergeLine,
  { inherited }: Meeting,
  { open, settled }: Required<Pick<TakenIn, "open" | "settled">>,
): MergeMark {
  const isAny = Object.keys(open).length > 0;
  const withOpen = ({ open: older, ...taken }: TakenIn): TakenIn => {
    const all = { ...older, ...open };
    return Object.keys(all).length === 0 ? taken : { ...taken, open: all };
  };
  const others = Object.entries(inherited)
    .filter(([id]) => id !== ours.id && id !== theirs.id)
    .map(([id, taken]) => [id, withOpen(taken)] as const);
  const own = {
    version: theirs.newest,
    ...(isAny ? { open } : {}),
    ...(settled.length > 0 ? { settled } : {}),
  };
  return {
    line: theirs.id,
    name: theirs.name,
    taken: { ...Object.fromEntries(others), [theirs.id]: own },
  };
}

async function changesOf(
  { changes, target }: TakenPlan,
  { ours }: { readonly ours: MergeState },
  read: ReadContent,
): Promise<NodeChange[]> {
  const sides = { before: ours.side, after: target, read };
  const all: NodeChange[] = [];
  for (const pair of changes) {
    const change = await changeOf(pair, sides);
    if (change !== undefined) all.push(change);
  }
  return all.sort(byPath);
}

async function conflictsOf(
  tree: MergeTree,
  { ours, theirs }: { readonly ours: MergeState; readonly theirs: MergeState },
  read: ReadContent,
): Promise<MergeConflict[]> {
  const stateIn = async (state: MergeState, place: Place | undefined) =>
    place &&
    stateOf(place, state.side, read, await rowAt(state.side, place));
  const found = new Map<string, MergeConflict>();
  for (const kept of tree.keptOut.values()) {
    if (kept.isImplied) continue;
    const here = await stateIn(ours, kept.ours);
    const there = await stateIn(theirs, kept.theirs);
    const base = baseOf(kept);
    const before = base && await stateIn(base.state, base.place);
    // The directories above it may be moved by this merge.
    const path = kept.ours
      ? await pathOf(tree, slotOf(kept.ours))
      : there?.path ?? before?.path ?? "/";
    found.set(path, {
      path,
      problem: kept.problem,
      ...(before ? { base: before } : {}),
      ...(here ? { ours: here } : {}),
      ...(there ? { theirs: there } : {}),
      ...found.get(path),
    });
  }
  return [...found.values()].sort(byPath);
}

/** The first state that had the node. */
function baseOf(
  { bases, states }: KeptOut,
): { readonly state: MergeState; readonly place: Place } | undefined {
  for (const [i, place] of bases.entries()) {
    const state = states[i];
    if (place !== undefined && state !== undefined) return { state, place };
  }
  return undefined;
}

function byPath(
  a: { readonly path: string },
  b: { readonly path: string },
): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

function pendingCant(): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    "Cannot merge: what is pending is no version yet",
    { hint: "commit or drop it first: pond commit, pond revert" },
  );
}
