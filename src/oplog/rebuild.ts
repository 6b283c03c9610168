/**
 * Makes a table of rows that another table had, in either layout.
 *
 * ```text
 * <new>/part-….parquet                     the rows, with their versions and times
 * <new>/_delta_log/<n>.checkpoint.parquet  the state, for a version above 0
 *                  <n>.json                a first commit, with all of it as well
 *                  _last_checkpoint
 * ```
 *
 * Its version is that of the newest row, so that the next transaction gets the
 * number that it would have got in the other table. Nobody may look at it before
 * it is whole.
 *
 * @module
 */
import type { Host } from "../host/host.ts";
import { DataFileWriter, type OplogLayout } from "./data_file_writer.ts";
import type { Action, AddFile } from "./delta/actions.ts";
import { writeCheckpoint } from "./delta/checkpoint_writer.ts";
import { encodeCommit } from "./delta/commit_file.ts";
import { metaDataOf, protocolOf } from "./delta/definition.ts";
import { commitFileName, LOG_DIRECTORY } from "./delta/log_path.ts";
import { TableState } from "./delta/table_state.ts";
import type { Record } from "./record.ts";
import { LocalStore } from "./store/local_store.ts";
import { oplogDefinition } from "./table.ts";

/** What a table shall be. */
export interface RebuiltTable {
  /** Its directory, which exists and is empty. */
  readonly directory: string;
  /** How its data files are laid out. */
  readonly layout: OplogLayout;
  /** Its version: at least that of each row. */
  readonly version: number;
  /** The time of its newest transaction, microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** Its `txn` counters. */
  readonly counters: Readonly<{ [appId: string]: number }>;
  /** Its settings. */
  readonly configuration: Readonly<{ [name: string]: string }>;
  /**
   * Its rows: in the order of their versions, within one in that of their
   * partitions, within that as they were written.
   */
  readonly rows: AsyncIterable<Record>;
  /** What is said of its commit. */
  readonly note: { readonly operation: string; readonly userName: string };
}

/** Rows are written when they have so many bytes; so many are in memory. */
const FILE_BYTES = 16 * 1024 * 1024;

/** Makes a table, flushed. */
export async function rebuildTable(
  host: Host,
  table: RebuiltTable,
): Promise<void> {
  const { configuration, counters, directory, layout, note, version } = table;
  const store = new LocalStore(host, directory);
  const adds = await writeRows(host, store, table);
  const nowMs = Math.floor(host.clock.nowUs() / 1000);
  const definition = oplogDefinition(layout);
  const actions: Action[] = [
    { kind: "protocol", protocol: protocolOf(definition.schema) },
    {
      kind: "metaData",
      metaData: metaDataOf(
        host.random,
        {
          ...definition,
          configuration: { ...definition.configuration, ...configuration },
        },
        nowMs,
      ),
    },
  ];
  for (const [appId, version] of Object.entries(counters)) {
    actions.push({ kind: "txn", txn: { appId, version } });
  }
  for (const add of adds) actions.push({ kind: "add", add });
  const modifiedMs = Math.floor(table.timestampUs / 1000);
  const { bytes, digest } = await encodeCommit(
    { timestamp: modifiedMs, ...note },
    actions,
    undefined,
  );
  const path = `${LOG_DIRECTORY}/${commitFileName(version)}`;
  await store.put([{ path, bytes, modifiedMs }]);
  if (version === 0) return;
  const state = new TableState(`${directory}/${LOG_DIRECTORY}`);
  state.apply(version, actions);
  await writeCheckpoint({ store, nowMs, state, digest });
}

/** Writes the rows, some files' worth after the other. */
async function writeRows(
  host: Host,
  store: LocalStore,
  { layout, rows }: RebuiltTable,
): Promise<AddFile[]> {
  const writer = new DataFileWriter({ store, host, layout });
  let group: Record[] = [];
  let bytes = 0;
  for await (const record of rows) {
    // What a transaction has written into a partition stays in one file.
    if (bytes >= FILE_BYTES && !isSamePlace(group.at(-1), record)) {
      await writer.writeGroups(groupsOf(group, layout), nowMsOf(host));
      group = [];
      bytes = 0;
    }
    group.push(record);
    bytes += record.content.length;
  }
  if (group.length > 0) {
    await writer.writeGroups(groupsOf(group, layout), nowMsOf(host));
  }
  return writer.written.map(({ add }) => add);
}

function nowMsOf({ clock }: Host): number {
  return Math.floor(clock.nowUs() / 1000);
}

function isSamePlace(before: Record | undefined, record: Record): boolean {
  return before?.version === record.version && before.partId === record.partId;
}

/** The rows of each file, in the order that files have. */
function groupsOf(
  records: readonly Record[],
  layout: OplogLayout,
): readonly (readonly Record[])[] {
  // The sort is stable: rows of one transaction and partition stay in order.
  const sorted = records.toSorted((a, b) =>
    a.partId === b.partId ? a.version - b.version : a.partId < b.partId ? -1 : 1
  );
  if (layout === "clustered") return [sorted];
  const groups = new Map<string, Record[]>();
  for (const record of sorted) {
    const group = groups.get(record.partId);
    if (group === undefined) groups.set(record.partId, [record]);
    else group.push(record);
  }
  return [...groups.values()];
}
