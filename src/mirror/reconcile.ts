/**
 * Decides what becomes of each path, from what both sides have and had: pure.
 *
 * ```text
 * pond changed   host changed
 * no             no             nothing
 * yes            no             to the host
 * no             yes            to the pond
 * yes            yes            nothing if they are alike; else a conflict
 * ```
 *
 * A deletion never wins against a change, which brings the file back; so what was
 * lost on one side by a power cut while it was written comes again by itself. Modes
 * alone are no conflict. A directory goes when nothing is left in it.
 *
 * @module
 */
import { type MirrorNode, sameContent, sameNode, type Three } from "./node.ts";
import type { MirrorSide } from "./types.ts";

/** What becomes of a path. */
export type Verdict =
  /** Both sides have the same. */
  | { readonly kind: "agreed" }
  /** Neither side has it any more. */
  | { readonly kind: "gone" }
  /** One side gets what the other has. */
  | {
    readonly kind: "apply";
    /** `either` when it is only the mode, which both have changed. */
    readonly to: MirrorSide | "either";
    /** Whether it is a deletion that isn't asked for. */
    readonly isHeld: boolean;
  }
  /** Both have changed it. */
  | { readonly kind: "conflict"; readonly problem: string }
  /** Nothing can be done before something above it is decided. */
  | { readonly kind: "blocked" };

/** What the decisions depend on. */
export interface ReconcileOptions {
  /** Whether deletions are carried over. */
  readonly deletes: boolean;
  /** Which paths nothing is known of on the host, with everything below them. */
  readonly unknown: ReadonlySet<string>;
}

/** The decisions, ordered by path: what is in a directory comes after it. */
export type Verdicts = ReadonlyMap<string, Verdict>;

/** Decides on all paths. */
export function reconcile(
  threes: ReadonlyMap<string, Three>,
  options: ReconcileOptions,
): Verdicts {
  const paths = [...threes.keys()].sort();
  const verdicts = new Map<string, Verdict>();
  for (const path of paths) {
    const three = threes.get(path);
    if (three === undefined) continue;
    const isKnown = !isBelow(path, options.unknown);
    verdicts.set(path, isKnown ? decide(three, options) : { kind: "blocked" });
  }
  keepFilled(paths, threes, verdicts);
  blockBelow(paths, verdicts);
  return verdicts;
}

/** Whether a path is one of some, or lies below one. */
export function isBelow(path: string, tops: ReadonlySet<string>): boolean {
  if (tops.size === 0) return false;
  for (let at = path; at !== ""; at = parentOf(at)) {
    if (tops.has(at)) return true;
  }
  return tops.has("/");
}

/** The path of the directory above; empty above the top. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function decide(
  { base, host, pond }: Three,
  { deletes }: ReconcileOptions,
): Verdict {
  if (pond === undefined && host === undefined) return { kind: "gone" };
  if (sameContent(pond, host)) return decideMode({ base, host, pond });
  const pondChanged = !sameContent(pond, base);
  const hostChanged = !sameContent(host, base);
  if (pondChanged && hostChanged && pond && host) {
    return { kind: "conflict", problem: problemOf(pond, host) };
  }
  // Where one has deleted it and the other changed it, the change stays.
  const isToHost = hostChanged ? host === undefined && pondChanged : true;
  const [from, to] = isToHost ? [pond, host] : [host, pond];
  // What a directory gives way for deletes what was in it.
  const isDeletion = from === undefined;
  return {
    kind: "apply",
    to: isToHost ? "host" : "pond",
    isHeld: isDeletion && to !== undefined && !deletes,
  };
}

function decideMode({ base, host, pond }: Three): Verdict {
  if (pond?.mode === host?.mode) return { kind: "agreed" };
  const before = base?.fileType === pond?.fileType ? base?.mode : undefined;
  const to = pond?.mode === before
    ? "pond"
    : host?.mode === before
    ? "host"
    : "either";
  return { kind: "apply", to, isHeld: false };
}

function problemOf(pond: MirrorNode, host: MirrorNode): string {
  return pond.fileType === host.fileType
    ? "both sides have changed it"
    : `the pond has a ${pond.fileType}, the host a ${host.fileType}`;
}

/** What is left in a directory of one side after everything. */
interface Left {
  /** Whether anything stays but what is held. */
  stays: boolean;
  /** Whether deletions are held in it. */
  isHeld: boolean;
  /** Whether something in it goes to the other side, which needs the directory. */
  isNeeded: boolean;
}

/** A directory in which something stays doesn't go, and gives way to nothing. */
function keepFilled(
  paths: readonly string[],
  threes: ReadonlyMap<string, Three>,
  verdicts: Map<string, Verdict>,
): void {
  const left = {
    pond: new Map<string, Left>(),
    host: new Map<string, Left>(),
  };
  for (const path of paths.toReversed()) {
    const three = threes.get(path);
    if (three === undefined) continue;
    for (const side of ["pond", "host"] as const) {
      const verdict = verdicts.get(path);
      const inside = left[side].get(path);
      if (verdict && inside) {
        verdicts.set(path, withFilled(side, three, verdict, inside));
      }
      noteLeft(left[side], side, path, three, verdicts.get(path));
    }
  }
}

function withFilled(
  side: MirrorSide,
  three: Three,
  verdict: Verdict,
  inside: Left,
): Verdict {
  const isDirectory = three[side]?.fileType === "directory";
  if (verdict.kind !== "apply" || verdict.to !== side || !isDirectory) {
    return verdict;
  }
  const other = side === "pond" ? "host" : "pond";
  const comes = three[other];
  if (comes?.fileType === "directory") return verdict;
  if (comes !== undefined) {
    if (inside.stays) {
      const problem =
        `the ${other} has a ${comes.fileType} in the place of a directory in which the ${side} has changes`;
      return { kind: "conflict", problem };
    }
    return inside.isHeld ? { ...verdict, isHeld: true } : verdict;
  }
  if (inside.isNeeded) return { kind: "apply", to: other, isHeld: false };
  return inside.stays ? { kind: "blocked" } : verdict;
}

function noteLeft(
  left: Map<string, Left>,
  side: MirrorSide,
  path: string,
  three: Three,
  verdict: Verdict | undefined,
): void {
  const above = parentOf(path);
  if (above === "" || three[side] === undefined || !verdict) return;
  const other = side === "pond" ? "host" : "pond";
  const isGoing = verdict.kind === "apply" && verdict.to === side &&
    three[other] === undefined;
  const isHeld = isGoing && verdict.isHeld;
  const isNeeded = verdict.kind === "apply" && verdict.to === other;
  const known = left.get(above) ??
    { stays: false, isHeld: false, isNeeded: false };
  known.stays ||= !isGoing;
  known.isHeld ||= isHeld;
  known.isNeeded ||= isNeeded;
  left.set(above, known);
}

/** What lies below a conflict is a part of it. */
function blockBelow(
  paths: readonly string[],
  verdicts: Map<string, Verdict>,
): void {
  const closed = new Set<string>();
  for (const path of paths) {
    if (isBelow(parentOf(path) || "/", closed)) {
      verdicts.set(path, { kind: "blocked" });
    }
    if (verdicts.get(path)?.kind === "conflict") closed.add(path);
  }
}

/** Whether what a side has is what it had at the last sync. */
export function isUnchanged(three: Three, side: MirrorSide): boolean {
  return sameNode(three[side], three.base);
}
