/**
 * What the row of a merge says: how far lines of history were taken in.
 *
 * ```text
 * merge  {"line": "<id>", "name": "trial", "taken": {
 *          "<id>": {"version": n, "open": {"<node>": {"<id>": version}},
 *                   "settled": ["<node>"]}}}
 * ```
 *
 * A line is a branch, by its identity; `main` by its name. `taken` has the line
 * that was merged, and those that it had taken in before. `open` has the nodes
 * that were kept out, and are not settled: with the states, versions by lines,
 * that they are compared with until they are. `settled` has those that were kept
 * out for good: the other line shall have what is here.
 *
 * @module
 */
import { IntegrityError } from "../errors.ts";
import { isRecord, parseObject } from "./attributes.ts";

/** Versions by the lines that they are of. */
export type Versions = Readonly<Record<string, number>>;

/** Nodes that are not settled, and what they are compared with. */
export type OpenNodes = Readonly<Record<string, Versions>>;

/** How far a line of history was taken in. */
export interface TakenIn {
  /** Its newest version that was. */
  readonly version: number;
  /** The nodes that were kept out. */
  readonly open?: OpenNodes;
  /** The nodes that were kept out for good. */
  readonly settled?: readonly string[];
}

/** What the row of a merge says of it. */
export interface MergeMark {
  /** The line that was merged. */
  readonly line: string;
  /** What it was called. */
  readonly name: string;
  /** Every line that was taken in. */
  readonly taken: Readonly<Record<string, TakenIn>>;
}

/**
 * Reads the mark in the metadata of a transaction's row.
 *
 * @returns `undefined` when it is no merge.
 * @throws {IntegrityError} When it is one that can't be read.
 */
export function mergeMarkOf(
  metadata: string,
  source: string,
): MergeMark | undefined {
  const { merge } = parseObject(metadata, source);
  if (merge === undefined) return undefined;
  if (isRecord(merge)) {
    const { line, name, taken } = merge;
    const isMark = typeof line === "string" && typeof name === "string";
    if (isMark && isRecord(taken)) {
      const all = Object.entries(taken);
      if (all.every(isTaken)) {
        return { line, name, taken: Object.fromEntries(all) };
      }
    }
  }
  throw new IntegrityError(source, "the row of a merge can't be read");
}

function isTaken(entry: [string, unknown]): entry is [string, TakenIn] {
  const [, value] = entry;
  if (!isRecord(value) || typeof value.version !== "number") return false;
  const { open = {}, settled = [] } = value;
  const isList = Array.isArray(settled) &&
    settled.every((nodeId) => typeof nodeId === "string");
  return isList && isRecord(open) &&
    Object.values(open).every((versions) =>
      isRecord(versions) &&
      Object.values(versions).every((version) => typeof version === "number")
    );
}
