/**
 * The versions of one node, newest first, through renames.
 *
 * A file's or symlink's row lies in the partition of the directory that it was
 * in. A move says which one it came from, so the way back is followed from
 * partition to partition. Only a node that was deleted in one directory and
 * brought back in another leaves no such trace: then the whole history is
 * looked through.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
import { parseAttributes } from "./attributes.ts";
import { historyRow, type HistorySide, pendingRows } from "./history.ts";
import { historyBatches } from "./history_rows.ts";
import { absolutePath } from "./places.ts";
import type { HistoryRow } from "./types.ts";

/** A node, and the partition that its newest row lies in. */
interface NodePlace {
  readonly partId: string;
  readonly nodeId: string;
}

/** A place in history: everything before it is still to come. */
interface Point {
  readonly version: number;
  readonly position: number;
}

/** Which version is looked for next; all when there is none. */
type Wanted = () => number | undefined;

/** Where a node's rows are looked for next. */
interface Step {
  readonly partId: string;
  readonly before: Point;
  /** The node's version in the row after; `undefined` when there is none. */
  readonly nodeVersion: number | undefined;
}

/**
 * All versions of the node at a path. A path that is gone shows the node that
 * last had it.
 *
 * @param wanted Which version is looked for next, by who wants only some: that
 *   others are missing where it may be says nothing.
 * @throws {PondError} `NOT_FOUND` when nothing ever had the path.
 */
export async function* nodeHistory(
  side: HistorySide,
  path: string,
  wanted: Wanted = () => undefined,
): AsyncGenerator<HistoryRow> {
  yield* versions(side, await findNode(side, path), wanted);
}

/**
 * All versions of a node.
 *
 * @param pathOf Where the node is; it rejects with `NOT_FOUND` when it is gone.
 * @throws {PondError} `NOT_FOUND` when there never was such a node.
 */
export async function* nodeHistoryById(
  side: HistorySide,
  nodeId: string,
  pathOf: () => Promise<string>,
): AsyncGenerator<HistoryRow> {
  let start: NodePlace | undefined;
  try {
    start = await findNode(side, await pathOf());
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
    start = await findLast(side, (row) => row.nodeId === nodeId);
    if (start === undefined) throw error;
  }
  yield* versions(side, start);
}

/**
 * All versions of a node that no name leads to.
 *
 * @param partId The partition where it was last seen.
 */
export async function* goneNodeHistory(
  side: HistorySide,
  partId: string,
  nodeId: string,
): AsyncGenerator<HistoryRow> {
  const place = await deletedIn(side, partId, nodeId)
    ? { nodeId, partId }
    : await findLast(side, (row) => row.nodeId === nodeId);
  if (place) yield* versions(side, place);
}

async function* versions(
  side: HistorySide,
  { nodeId, partId }: NodePlace,
  wanted: Wanted = () => undefined,
): AsyncGenerator<HistoryRow> {
  const pending = [...pendingRows(side)].filter((row) => row.nodeId === nodeId);
  yield* pending.toReversed();
  const [first] = pending;
  let step: Step | undefined = {
    partId: first ? partitionBefore(first) : partId,
    before: { version: side.maxVersion, position: Infinity },
    nodeVersion: first?.nodeVersion,
  };
  // Each step begins below the last row: there is an end to it.
  while (step !== undefined) {
    step = yield* versionsIn(side, nodeId, step, wanted);
  }
}

/** Where the row before an operation lies. */
function partitionBefore(row: HistoryRow): string {
  if (row.operation !== "move" || row.fileType === "directory") {
    return row.partId;
  }
  const { from } = parseAttributes(row.metadata, row.path);
  return from?.directory ?? row.partId;
}

/** Yields a node's rows in one partition; where its row before them is. */
async function* versionsIn(
  side: HistorySide,
  nodeId: string,
  { before, nodeVersion, partId }: Step,
  wanted: Wanted,
): AsyncGenerator<HistoryRow, Step | undefined> {
  let last: Step = { partId, before, nodeVersion };
  const range = { maxVersion: before.version };
  for await (const record of side.table.readPartition(partId, range)) {
    const { version } = record;
    for (const entry of record.entriesOf(nodeId).toReversed()) {
      const { position } = entry;
      if (position < 0 || !isBefore({ version, position }, before)) continue;
      if (lacksRows(last, nodeId, entry.nodeVersion, wanted())) {
        return await stepElsewhere(side, nodeId, last);
      }
      const row = historyRow(entry, record);
      yield row;
      last = {
        partId: partitionBefore(row),
        before: { version, position },
        nodeVersion: entry.nodeVersion,
      };
      if (last.partId !== partId) return last;
    }
  }
  return lacksRows(last, nodeId, 0, wanted())
    ? await stepElsewhere(side, nodeId, last)
    : undefined;
}

/**
 * Whether there are rows between two in a partition. All changes of a directory
 * in a transaction are one row, and lie in its own partition.
 */
function lacksRows(
  { nodeVersion, partId }: Step,
  nodeId: string,
  next: number,
  wanted: number | undefined,
): boolean {
  if (nodeVersion === undefined || partId === nodeId) return false;
  return next < (wanted ?? nodeVersion - 1);
}

/** Looks for a node's row before another one, in all partitions. */
async function stepElsewhere(
  side: HistorySide,
  nodeId: string,
  { before }: Step,
): Promise<Step | undefined> {
  const found = await findLast(
    { ...side, pendingRows: [], maxVersion: before.version },
    (row) => row.nodeId === nodeId && isBefore(row, before),
  );
  return found && { partId: found.partId, before, nodeVersion: undefined };
}

function isBefore(a: Point, b: Point): boolean {
  return a.version < b.version ||
    (a.version === b.version && a.position < b.position);
}

async function findNode(side: HistorySide, path: string): Promise<NodePlace> {
  try {
    const { node, parent } = await side.root.resolve(path, {
      followLast: false,
    });
    const isDirectory = node.type === "directory" || parent === undefined;
    return { nodeId: node.id, partId: isDirectory ? node.id : parent.id };
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) throw error;
    const absolute = absolutePath(path);
    const gone = await findLast(side, (row) => row.path === absolute);
    if (gone === undefined) throw error;
    return gone;
  }
}

async function findLast(
  side: HistorySide,
  matches: (row: HistoryRow) => boolean,
): Promise<NodePlace | undefined> {
  let found: NodePlace | undefined;
  for await (const rows of historyBatches(side, { pending: true })) {
    const last = rows.findLast(matches);
    if (last) found = { partId: last.partId, nodeId: last.nodeId };
  }
  return found;
}

/** Whether the node's last row in a partition is its end. */
async function deletedIn(
  side: HistorySide,
  partId: string,
  nodeId: string,
): Promise<boolean> {
  const range = { maxVersion: side.maxVersion };
  for await (const record of side.table.readPartition(partId, range)) {
    const last = record.entriesOf(nodeId).findLast(({ position }) =>
      position >= 0
    );
    if (last !== undefined) return last.operation === "delete";
  }
  return false;
}
