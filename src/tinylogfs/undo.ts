/**
 * Taking one transaction back, on a state that may have gone on since: pure but
 * for the reads.
 *
 * What the transaction changed is what differs between the state that it made
 * and the one before it. That is turned back where the current state still says
 * what the transaction left, by what the nodes hold, not by their versions: a
 * node that was changed and changed back is as it was. Anything else is a
 * conflict, and then nothing is done.
 *
 * Transactions that take others back say so in their rows, so that a chain of
 * them is found in the pond's own log: `undoes` names a transaction, `redoes` an
 * undo.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { DirectoryEntry } from "../oplog/mod.ts";
import type { Operation } from "./operation.ts";
import { planOf } from "./restore.ts";
import {
  type Changes,
  findChanges,
  isSame,
  type Place,
  type RestoreSide,
  rowAt,
  rowsBetween,
  whatIsSaid,
} from "./restore_changes.ts";
import type { UndoMarks } from "./change_types.ts";
import type { TransactionRow } from "./types.ts";

/** The states that an undo is made of. */
export interface UndoSides {
  /** The current state. */
  readonly now: RestoreSide;
  /** What the transaction made. */
  readonly after: RestoreSide;
  /** What was before it. */
  readonly before: RestoreSide;
}

/**
 * Plans the reverse of a transaction.
 *
 * @param label What it is called, for the error.
 * @param nowUs The time of the change, microseconds since the epoch, UTC.
 * @returns Operations for one transaction on the current state.
 * @throws {PondError} `CONFLICT` when later transactions changed the same.
 */
export async function planUndo(
  { after, before, now }: UndoSides,
  label: string,
  nowUs: number,
): Promise<Operation[]> {
  const changes = await findChanges(after, before);
  const { conflicts, current } = await compared(now, after, changes);
  if (conflicts.length > 0) throw conflictError(label, conflicts);
  const newestVersions = await newestOf(now, after, changes);
  const { wanted } = changes;
  return await planOf(now, before, nowUs, { current, newestVersions, wanted });
}

/** What others did where the transaction had been. */
interface Conflict {
  readonly path: string;
  readonly why: string;
}

/** The places of the transaction's nodes now, and what is in the way. */
async function compared(
  now: RestoreSide,
  after: RestoreSide,
  { current, wanted }: Changes,
): Promise<{
  readonly conflicts: readonly Conflict[];
  readonly current: Map<string, Place>;
}> {
  const conflicts: Conflict[] = [];
  const places = new Map<string, Place>();
  const entryAt = async ({ directoryId, entry }: Place) =>
    (await now.load(directoryId)).entries.get(entry.name);
  for (const [id, place] of current) {
    const entry = await entryAt(place);
    const why = await whyChanged(now, after, place, entry);
    if (why !== undefined) conflicts.push({ path: place.path, why });
    else if (entry) places.set(id, { ...place, entry });
    const goes = place.entry.childType === "directory" && !wanted.has(id);
    if (!goes) continue;
    const { entries } = await now.load(id);
    for (const { childNodeId, childVersion, name } of entries.values()) {
      if (current.has(childNodeId)) continue;
      const why = `was put there${by(childVersion)}`;
      conflicts.push({ path: `${place.path}/${name}`, why });
    }
  }
  for (const [id, place] of wanted) {
    const isMade = wanted.has(place.directoryId) &&
      !current.has(place.directoryId);
    if (!isMade && !(await now.load(place.directoryId)).exists) {
      conflicts.push({ path: place.path, why: "lost its directory" });
      continue;
    }
    const holder = await entryAt(place);
    if (holder === undefined || current.has(holder.childNodeId)) continue;
    // A node that the transaction moved away and others brought back.
    const why = holder.childNodeId === id
      ? "is back already"
      : `was taken${by(holder.childVersion)}`;
    conflicts.push({ path: place.path, why });
  }
  return { conflicts, current: places };
}

/** What happened to a node since; `undefined` when it is as it was left. */
async function whyChanged(
  now: RestoreSide,
  after: RestoreSide,
  place: Place,
  entry: DirectoryEntry | undefined,
): Promise<string | undefined> {
  if (entry?.childNodeId !== place.entry.childNodeId) {
    return "was moved or deleted";
  }
  if (isSame(entry, place.entry)) return undefined;
  const { childType } = entry;
  const [left, found] = [
    await rowAt(after, place),
    await rowAt(now, { ...place, entry }),
  ];
  return whatIsSaid(left, childType) === whatIsSaid(found, childType)
    ? undefined
    : `was changed${by(entry.childVersion)}`;
}

function by(version: number): string {
  return ` by v${version}`;
}

/** A node that comes back goes on with its versions where they ended. */
async function newestOf(
  now: RestoreSide,
  after: RestoreSide,
  { current, newestVersions, wanted }: Changes,
): Promise<ReadonlyMap<string, number>> {
  const comesBack = [...wanted.keys()].some((id) => !current.has(id));
  if (!comesBack || now.version <= after.version) return newestVersions;
  const later = await rowsBetween(now.table, after.version, now.version);
  return new Map([...newestVersions, ...later.newestVersions]);
}

const MAX_NAMED = 10;

function conflictError(
  label: string,
  conflicts: readonly Conflict[],
): PondError {
  const named = conflicts.slice(0, MAX_NAMED).map(({ path, why }) =>
    `${path} ${why}`
  );
  const more = conflicts.length - named.length;
  if (more > 0) named.push(`and ${more} more`);
  const path = conflicts[0]?.path ?? "/";
  return new PondError(
    "CONFLICT",
    `Cannot undo ${label}: since then ${named.join(", ")}`,
    {
      path,
      hint: `undo what came later first, or look at it: pond log ${path}`,
    },
  );
}

/** What an undo or a redo takes back, and what its row says of it. */
export interface UndoTarget {
  /** The transaction that is taken back. */
  readonly transaction: TransactionRow;
  /** What the new transaction says. */
  readonly marks: UndoMarks;
}

/** Says of a transaction that it is to be taken back. */
export function targetOf(transaction: TransactionRow): UndoTarget {
  const { transactionId, undoes } = transaction;
  const marks = undoes === undefined
    ? { undoes: transactionId }
    : { redoes: transactionId };
  return { transaction, marks };
}

/**
 * The newest transaction that is neither an undo nor undone.
 *
 * @param rows The transactions, newest first.
 * @param passed Transactions that are passed over.
 */
export async function findUndo(
  rows: AsyncIterable<TransactionRow>,
  passed: ReadonlySet<string>,
): Promise<UndoTarget> {
  const undone = new Set(passed);
  for await (const row of rows) {
    if (undone.has(row.transactionId)) continue;
    if (row.undoes !== undefined) undone.add(row.undoes);
    else if (row.version > 0) return targetOf(row);
  }
  throw nothingTo("undo");
}

/**
 * The newest undo that is in effect.
 *
 * @param rows The transactions, newest first.
 */
export async function findRedo(
  rows: AsyncIterable<TransactionRow>,
): Promise<UndoTarget> {
  const redone = new Set<string>();
  for await (const row of rows) {
    if (row.redoes !== undefined) redone.add(row.redoes);
    const isUndo = row.undoes !== undefined;
    if (isUndo && !redone.has(row.transactionId)) return targetOf(row);
  }
  throw nothingTo("redo");
}

function nothingTo(verb: "undo" | "redo"): PondError {
  return new PondError(
    "REVISION_NOT_FOUND",
    `Cannot ${verb}: there is no ${
      verb === "undo" ? "transaction" : "undo"
    } left to take back`,
    { hint: "see what was done: pond log" },
  );
}
