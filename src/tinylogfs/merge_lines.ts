/**
 * How far two lines of history have taken each other in.
 *
 * Lines that come of one another share their first transactions, under the same
 * versions. After these, each says in the rows of its merges what it has taken
 * in. A merge compares with the last state that both have had:
 *
 * ```text
 * ours    … 5 ─ 6 ─ 7 ─ M8 ─ 9       M8 took in theirs, 6:
 *           │         /              compared with theirs, 6
 * theirs    └ 6 ─────┘ 7 ─ 8
 * ```
 *
 * Where the two have merged each other at the same time, neither of the states
 * that were taken in is part of the other one: then there are two to compare with.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { OplogTable } from "../oplog/table.ts";
import { TRANSACTION_PART_ID } from "../oplog/record.ts";
import {
  type MergeMark,
  mergeMarkOf,
  type OpenNodes,
  type TakenIn,
  type Versions,
} from "./merge_mark.ts";
import type { RestoreSide } from "./restore_changes.ts";

/** A line, and up to which version another one has its history. */
export interface LineageStep {
  /** The identity of the line. */
  readonly id: string;
  /** The last version that is the same; all of them, of itself. */
  readonly upTo: number;
}

/** A line of history that is merged, or into which another one is. */
export interface MergeLine {
  /** Its identity. */
  readonly id: string;
  /** The name of its branch. */
  readonly name: string;
  /** Its oplog. */
  readonly table: OplogTable;
  /** The newest version that is looked at. */
  readonly newest: number;
  /** Itself, what it was made of, and so on. */
  readonly lineage: readonly LineageStep[];
  /** The state of a version. */
  at(version: number): RestoreSide;
}

/** What two lines have of each other. */
export interface Meeting {
  /** The last version that is the same transaction in both. */
  readonly shared: number;
  /** The newest version of theirs that ours has taken in. */
  readonly taken: number;
  /** The states to compare with: versions by lines, one or two. */
  readonly bases: Versions;
  /**
   * The version of ours up to which theirs has taken it in through other lines:
   * so its own rows don't tell what has become of that.
   */
  readonly passedOn: number;
  /** What was kept out, and is not settled. */
  readonly open: OpenNodes;
  /** What the last merge into ours has left so; theirs may have settled it. */
  readonly left: OpenNodes;
  /** What theirs has kept of its own, for good, where it has merged ours. */
  readonly settled: readonly string[];
  /** Whether theirs has more to tell since than that it has merged ours. */
  readonly hasNews: boolean;
  /** What theirs has taken in itself. */
  readonly inherited: Readonly<Record<string, TakenIn>>;
}

/** Finds out what two lines have of each other: O(their own transactions). */
export async function meetingOf(
  ours: MergeLine,
  theirs: MergeLine,
): Promise<Meeting> {
  const rows = await ownRows(ours, theirs);
  if (rows === undefined) throw nothingInCommon(ours, theirs);
  const { oursRows, shared, theirsRows } = rows;
  const taken = takenBy(oursRows, theirs, shared);
  const given = takenBy(theirsRows, ours, shared);
  // A state that has the merge of the other one is the later of the two.
  const isTakenLater = taken.version >= given.row;
  const isGivenLater = !isTakenLater && given.version >= taken.row;
  const bases = {
    ...(isGivenLater ? {} : { [theirs.id]: taken.version }),
    ...(isTakenLater ? {} : { [ours.id]: given.version }),
  };
  const open = {
    ...(isTakenLater ? {} : given.open),
    ...(isGivenLater ? {} : taken.open),
  };
  // Of what was pruned nobody can say that it was no news.
  const hasNews = theirs.table.wholeSince > taken.version ||
    theirsRows.some(({ mark, version }) =>
      version > taken.version &&
      (mark?.line !== ours.id || mark.taken[ours.id]?.settled !== undefined)
    );
  const settled = theirsRows.filter(({ version }) => version > taken.version)
    .flatMap(({ mark }) => mark?.taken[ours.id]?.settled ?? []);
  const indirect = theirsRows.filter(({ mark }) => mark?.line !== ours.id);
  const inherited = inheritedBy(theirs, theirsRows);
  return {
    shared,
    taken: taken.version,
    passedOn: isTakenLater ? shared : takenBy(indirect, ours, shared).version,
    bases,
    open,
    left: taken.open,
    settled,
    hasNews,
    inherited,
  };
}

/** A transaction of one line alone. */
export interface OwnRow {
  readonly version: number;
  readonly id: string;
  readonly mark: MergeMark | undefined;
}

/** The transactions that only one of two lines has, newest first. */
export interface OwnRows {
  /** The last version that is the same transaction in both. */
  readonly shared: number;
  /** Those of the one. */
  readonly oursRows: readonly OwnRow[];
  /** Those of the other one. */
  readonly theirsRows: readonly OwnRow[];
}

/**
 * Reads the transactions of two lines since they parted.
 *
 * @returns `undefined` when no transaction is left that both have.
 */
export async function ownRows(
  ours: MergeLine,
  theirs: MergeLine,
): Promise<OwnRows | undefined> {
  const oursRows: OwnRow[] = [];
  const theirsRows: OwnRow[] = [];
  const [here, there] = [rowsOf(ours), rowsOf(theirs)];
  try {
    let [a, b] = [await next(here), await next(there)];
    while (a !== undefined && b !== undefined) {
      if (a.id === b.id && a.version === b.version) {
        return { shared: a.version, oursRows, theirsRows };
      }
      if (a.version >= b.version) {
        oursRows.push(a);
        a = await next(here);
      } else {
        theirsRows.push(b);
        b = await next(there);
      }
    }
  } finally {
    await here.return(undefined);
    await there.return(undefined);
  }
  return undefined;
}

function nothingInCommon(ours: MergeLine, theirs: MergeLine): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot merge ${theirs.name}: no transaction is left that it has in common with ${ours.name}`,
    { hint: "history was pruned too far: copy what is needed (get, put)" },
  );
}

async function* rowsOf(
  { newest, table }: MergeLine,
): AsyncGenerator<OwnRow, undefined> {
  const range = { maxVersion: newest };
  for await (
    const record of table.readPartition(TRANSACTION_PART_ID, range)
  ) {
    const { source, version } = record;
    for (const { metadata, nodeId } of record.entries()) {
      yield { version, id: nodeId, mark: mergeMarkOf(metadata, source) };
    }
  }
}

async function next(
  rows: AsyncGenerator<OwnRow, undefined>,
): Promise<OwnRow | undefined> {
  return (await rows.next()).value;
}

/** What one line has of another, and the version since when it has. */
export interface Taken {
  /** The newest version of the other one that was taken in. */
  readonly version: number;
  /** The version that has taken it in. */
  readonly row: number;
  /** What was kept out then. */
  readonly open: OpenNodes;
}

/**
 * How far a line has taken in another one.
 *
 * @param rows The transactions of its own, newest first.
 * @param shared The version up to which it has it without a merge.
 */
export function takenBy(
  rows: readonly OwnRow[],
  { lineage }: MergeLine,
  shared: number,
): Taken {
  let newest: Taken = { version: shared, row: shared, open: {} };
  for (const row of rows) {
    for (const { id, upTo } of lineage) {
      const taken = row.mark?.taken[id];
      if (taken === undefined) continue;
      const version = Math.min(taken.version, upTo);
      // The newest row comes first, and says what is open.
      if (version <= newest.version) continue;
      newest = { version, row: row.version, open: taken.open ?? {} };
    }
  }
  return newest;
}

/** Other lines that are part of a line: it was made of them, or merged them. */
function inheritedBy(
  { lineage }: MergeLine,
  rows: readonly OwnRow[],
): Readonly<Record<string, TakenIn>> {
  const all = new Map<string, TakenIn>();
  const add = (id: string, taken: TakenIn) => {
    const known = all.get(id);
    const newest = known && known.version >= taken.version ? known : taken;
    const settled = [...known?.settled ?? [], ...taken.settled ?? []];
    all.set(id, {
      version: newest.version,
      ...(newest.open ? { open: newest.open } : {}),
      ...(settled.length > 0 ? { settled: [...new Set(settled)] } : {}),
    });
  };
  for (const { mark } of rows) {
    for (const [id, taken] of Object.entries(mark?.taken ?? {})) add(id, taken);
  }
  for (const { id, upTo } of lineage.slice(1)) add(id, { version: upTo });
  return Object.fromEntries(all);
}

/**
 * The states to compare a node with.
 *
 * @param versions Versions by lines; of lines that can't be reached, or without
 *   any, the state that both lines began with is taken.
 */
export function basesOf(
  versions: Versions,
  ours: MergeLine,
  theirs: MergeLine,
  shared: number,
): RestoreSide[] {
  const sides = Object.entries(versions).flatMap(([id, version]) => {
    for (const line of [ours, theirs]) {
      const has = line.lineage.some((step) =>
        step.id === id && version <= step.upTo
      );
      if (has) return [line.at(version)];
    }
    return [];
  });
  return sides.length > 0 ? sides : [theirs.at(shared)];
}
