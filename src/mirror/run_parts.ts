/**
 * What a run of a mirror is made of, and collects.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import { failure, type HostSide } from "./host_side.ts";
import type { BaseNode, Three } from "./node.ts";
import type { Verdict, Verdicts } from "./reconcile.ts";
import type { MirrorAction, MirrorItem, MirrorSide } from "./types.ts";

/** What is to be done. */
export interface Plan {
  /** What both sides have. */
  readonly threes: ReadonlyMap<string, Three>;
  /** What becomes of it. */
  readonly verdicts: Verdicts;
}

/** What a run is made of. */
export interface RunParts {
  /** The platform. */
  readonly host: Host;
  /** The directory of the pond that is mirrored. */
  readonly top: string;
  /** What the host has. */
  readonly side: HostSide;
  /** What both sides had at the last sync, which a run brings up to date. */
  readonly base: Map<string, BaseNode>;
  /** When the host was looked at, milliseconds since the epoch, UTC. */
  readonly scannedMs: number;
  /** Collects what is done. */
  readonly items: Items;
  /** Ends the run. */
  readonly signal: AbortSignal;
}

/** Collects what becomes of paths; each has one item, the last that was said. */
export class Items {
  readonly #items = new Map<string, MirrorItem>();
  readonly #onItem: ((item: MirrorItem) => void) | undefined;

  /** @param onItem Is told of each. */
  constructor(onItem?: (item: MirrorItem) => void) {
    this.#onItem = onItem;
  }

  /** Adds one; what was done, or failed, stays what it was. */
  add(item: MirrorItem): void {
    const known = this.#items.get(item.path);
    const isSettled = known?.done || known?.action === "fail";
    if (isSettled && !item.done && item.action !== "fail") return;
    this.#items.set(item.path, item);
    this.#onItem?.(item);
  }

  /** All of them, ordered by path. */
  get all(): readonly MirrorItem[] {
    return [...this.#items.values()].sort((a, b) => a.path < b.path ? -1 : 1);
  }
}

/** A path that is to change. */
export interface Step {
  readonly path: string;
  readonly three: Three;
  /** What is told of it when it is done. */
  readonly item: MirrorItem;
}

/** What a plan wants done on one side, ordered by path. */
export function stepsOf({ threes, verdicts }: Plan, to: MirrorSide): Step[] {
  const steps: Step[] = [];
  for (const [path, verdict] of verdicts) {
    const three = threes.get(path);
    if (three === undefined || verdict.kind !== "apply") continue;
    if (verdict.to !== to || verdict.isHeld) continue;
    steps.push({ path, three, item: changeOf(path, three, to, verdict) });
  }
  return steps;
}

/** A change of one side, as an item that isn't done yet. */
export function changeOf(
  path: string,
  three: Three,
  to: MirrorSide,
  { isHeld }: Extract<Verdict, { kind: "apply" }>,
): MirrorItem {
  const from = to === "host" ? three.pond : three.host;
  const target = to === "host" ? three.host : three.pond;
  const action: MirrorAction = from === undefined
    ? "delete"
    : target === undefined
    ? "create"
    : "update";
  const shown = from ?? target;
  return {
    action,
    to,
    fileType: shown?.fileType ?? "other",
    path,
    sizeBytes: shown?.sizeBytes ?? 0,
    done: false,
    ...(isHeld ? { problem: HELD } : {}),
  };
}

/** Why a deletion isn't done. */
export const HELD = "deletions are not asked for";

/**
 * Does one thing; its failure is an item, and the rest is done.
 *
 * @throws What ends the run: an abort, a full disk, a defect.
 */
export async function attemptItem(
  { items, signal }: Pick<RunParts, "items" | "signal">,
  item: MirrorItem,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const ends = signal.aborted || hasCode(error, "ABORTED", "NO_SPACE");
    if (ends || !(error instanceof PondError)) throw error;
    items.add({
      ...failure(item.path, item.fileType, error),
      ...(item.to ? { to: item.to } : {}),
    });
    return false;
  }
}
