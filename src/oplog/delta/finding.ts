/**
 * What a check finds: damage, and what is only worth a word.
 *
 * A check goes on where a reader stops. So what a reader throws becomes a
 * finding here, which says what is lost and what to do.
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";

/**
 * How much a finding matters: `damage` to what was stored, a `note` on what
 * changes nothing but time, a `leftover` that nothing needs.
 */
export type FindingSeverity = "damage" | "note" | "leftover";

/** What a finding is about. */
export type FindingKind =
  | "pond file"
  | "log"
  | "commit"
  | "checkpoint"
  | "hint"
  | "checksum"
  | "witness"
  | "data file"
  | "row"
  | "directory"
  | "node"
  | "blob"
  | "stage"
  | "branch"
  | "unused";

/** How a repair does away with what was found. */
export type RepairKind = "move away" | "rewrite" | "delete";

/** Something that a check has found. */
export interface Finding {
  /** How much it matters. */
  readonly severity: FindingSeverity;
  /** What it is about. */
  readonly kind: FindingKind;
  /** The file on the host. */
  readonly path: string;
  /** The path in the pond, where it is about one. */
  readonly pondPath?: string;
  /** The version that it is about. */
  readonly version?: number;
  /** What is wrong. */
  readonly problem: string;
  /** What is lost; empty when nothing is. */
  readonly lost: string;
  /** What to do. */
  readonly remedy: string;
  /** What a repair does about it; nothing when left out. */
  readonly repair?: RepairKind;
}

/**
 * Why something can't be used: its bytes are not what was written, it is not
 * there, or the host doesn't let it be read, which says nothing of the bytes.
 */
export type Fault = "damaged" | "missing" | "unreadable";

/** The outcome of reading what may be damaged. */
export type Attempt<T> =
  | { readonly isSound: true; readonly value: T }
  | {
    readonly isSound: false;
    readonly problem: string;
    readonly fault: Fault;
  };

/**
 * Tries to read something. Whatever callers can expect to fail is a problem of
 * what was read; an abort, and a defect of pond, are none.
 */
export async function attempt<T>(
  work: () => Promise<T> | T,
): Promise<Attempt<T>> {
  try {
    return { isSound: true, value: await work() };
  } catch (error) {
    if (!(error instanceof PondError) || error.code === "ABORTED") throw error;
    const fault = faultOf(error);
    const problem = fault === "missing" ? "it is missing" : problemOf(error);
    return { isSound: false, problem, fault };
  }
}

function faultOf(error: PondError): Fault {
  const chain: readonly unknown[] = [error, error.cause];
  if (chain.some((each) => hasCode(each, "NOT_FOUND"))) return "missing";
  return error.code === "INTEGRITY" ? "damaged" : "unreadable";
}

/** What is wrong, without the path, which a finding has by itself. */
export function problemOf({ message, path }: PondError): string {
  const opening = `Cannot trust ${path}: `;
  return message.startsWith(opening) ? message.slice(opening.length) : message;
}

/** A remedy where nothing but another copy helps. */
export const FROM_BACKUP = "restore the file from a backup";

/** What helps against a fault where nothing else does. */
export function remedyFor(fault: Fault): string {
  return fault === "unreadable"
    ? "look why it can't be read, and check again"
    : FROM_BACKUP;
}

/** A remedy that a repair carries out. */
export const BY_REPAIR = "pond check --repair";
