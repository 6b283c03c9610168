/**
 * How much a statement may name: what can be planned in bounded time and memory.
 *
 * DuckDB's memory limit and its interrupts are those of a query that runs, and
 * are seen between the passes of its optimizer only. One of these derives from
 * each equality of joined tables all others: with one key, 32 tables took 0.8 s,
 * 50 took 2 s, 64 took 5 s, and 900 had not ended after eight minutes, with 20 GB
 * of memory. Outer joins are not combined, but nest: 300 took 1.5 s, and 900 the
 * whole stack of a thread, with the process. Tables that are united take linear
 * time.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { TreeNode } from "./needs.ts";

/** Tables that one SELECT joins: SQLite's and MySQL's limits are 64 and 61. */
export const MAX_JOINED = 50;

/** The same, with those of outer joins. */
export const MAX_OUTER_JOINED = 200;

/** Tables that a statement names, each as often as it does. */
export const MAX_NAMED = 1000;

/** With more joined tables, or longer, planning takes longer than a blink. */
const LARGE_JOINED = 16;
const LARGE_CHARACTERS = 8192;

/** What planning takes its time from. */
export interface PlanningSize {
  /** The most tables that one SELECT joins. */
  readonly joined: number;
  /** The same, with those of outer joins. */
  readonly outerJoined: number;
  /** How often tables are named. */
  readonly named: number;
}

/** Reads the size of a statement from all objects of its tree. */
export function planningSize(nodes: readonly TreeNode[]): PlanningSize {
  let joined = 0;
  let outerJoined = 0;
  let named = 0;
  for (const node of nodes) {
    if (node.type === "BASE_TABLE" || node.type === "TABLE_FUNCTION") named++;
    if (node.type === "SELECT_NODE") {
      const { all, combined } = joinedTables(node.from_table);
      joined = Math.max(joined, combined);
      outerJoined = Math.max(outerJoined, all);
    }
  }
  return { joined, outerJoined, named };
}

/**
 * Requires that a statement can be planned.
 *
 * @throws {PondError} `QUERY` for one that names too much.
 */
export function requirePlannable(
  { joined, named, outerJoined }: PlanningSize,
): void {
  const [most, limit] = joined > MAX_JOINED
    ? [joined, MAX_JOINED]
    : [outerJoined, MAX_OUTER_JOINED];
  if (most > limit) {
    throw tooMany(
      `a SELECT in it joins ${most} tables, of at most ${limit}`,
      "read files that are alike as one table: FROM '/sensors/*.csv'; or join some of them in a subquery",
    );
  }
  if (named > MAX_NAMED) {
    throw tooMany(
      `it names ${named} tables, of at most ${MAX_NAMED}`,
      "read files that are alike as one table: FROM '/sensors/*.csv'",
    );
  }
}

/** Whether planning may take so long that it mustn't hold up its thread. */
export function isLarge(
  { outerJoined }: PlanningSize,
  select: string,
): boolean {
  return outerJoined > LARGE_JOINED || select.length > LARGE_CHARACTERS;
}

/** Tables in a FROM, and those whose equalities are combined. */
function joinedTables(from: unknown): { all: number; combined: number } {
  const pending = [from];
  let all = 1;
  let combined = 1;
  while (pending.length > 0) {
    const node = pending.pop() as TreeNode | null | undefined;
    if (node?.type !== "JOIN") continue;
    all++;
    if (node.join_type === "INNER") combined++;
    pending.push(node.left, node.right);
  }
  return { all, combined };
}

function tooMany(what: string, hint: string): PondError {
  return new PondError("QUERY", `Cannot run the query: ${what}`, { hint });
}
