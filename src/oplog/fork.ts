/**
 * Makes a table of its own out of the state of another.
 *
 * ```text
 * <new>/part-….parquet                          the same files, by hard links
 * <new>/_delta_log/<n>.checkpoint.parquet       the state, with an id of its own
 *                  <n>.json                     the commit it goes on from, linked
 *                  _last_checkpoint
 *                  00000000000000000000.json    of version 0 alone instead: a
 *                                               first commit of its own
 * ```
 *
 * No byte of a data file is copied, and neither table needs the other: each
 * merges, vacuums and is deleted by itself, and every engine takes the new one
 * for the plain Delta table that it is. Only files with rows on both sides of an
 * earlier version are written anew, without the later rows.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints}
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { DataFileWriter } from "./data_file_writer.ts";
import type { Action, AddFile } from "./delta/actions.ts";
import { encodeCommit } from "./delta/commit_file.ts";
import { writeCheckpoint } from "./delta/checkpoint_writer.ts";
import type { DeltaTable } from "./delta/delta_table.ts";
import { commitFileName, LOG_DIRECTORY } from "./delta/log_path.ts";
import { TableState } from "./delta/table_state.ts";
import { tableIdOf } from "./delta/definition.ts";
import type { IndexedFile } from "./partition_index.ts";
import { RecordFiles } from "./record_files.ts";
import { LocalStore } from "./store/local_store.ts";
import { pathIn } from "./store/store.ts";
import type { OplogTable } from "./table.ts";
import { EVERY_VERSION } from "./table_reader.ts";

/** What a new table shall be. */
export interface ForkOptions {
  /** Its directory, which exists and is empty, on the same file system. */
  readonly directory: string;
  /** Rows of later versions are left out. */
  readonly maxVersion: number;
  /** Whether it is flushed; true when left out. */
  readonly flush?: boolean;
  /** What its own configuration has, beside that of the other table. */
  readonly configuration?: Readonly<Record<string, string>>;
}

/**
 * Makes the table. Nobody may look at it before this resolves.
 *
 * @param host The platform.
 * @param table The table that it is made of, as far as it is known.
 * @throws {PondError} `UNSUPPORTED` for a table that is no directory.
 */
export async function forkTable(
  host: Host,
  { delta, files }: OplogTable,
  { configuration = {}, directory, maxVersion, flush = true }: ForkOptions,
): Promise<void> {
  if (!(delta.store instanceof LocalStore)) {
    throw new PondError(
      "UNSUPPORTED",
      `Cannot make a branch of ${delta.directory}: it has no hard links`,
      { path: delta.directory, hint: "keep the pond on a local file system" },
    );
  }
  const store = new LocalStore(host, directory, { flush });
  const job = { host, delta, files, maxVersion, store, configuration };
  const adds = await shareFiles(job);
  const { version } = delta.snapshot;
  const actions = actionsOf(job, adds);
  const nowMs = Math.floor(host.clock.nowUs() / 1000);
  const commit = `${LOG_DIRECTORY}/${commitFileName(version)}`;
  if (version === 0) {
    // The first commit has the table's id in it, which a checkpoint can't change.
    const commitInfo = { timestamp: nowMs, operation: "CLONE" };
    const { bytes } = await encodeCommit(commitInfo, actions, undefined);
    await store.putIfAbsent({ path: commit, bytes, modifiedMs: nowMs });
    return;
  }
  const state = new TableState(`${delta.directory}/${LOG_DIRECTORY}`);
  state.apply(version, actions);
  await writeCheckpoint({ store, nowMs, state, digest: delta.digest });
  await host.files.link(pathIn(delta.store, commit), pathIn(store, commit));
  await store.flush(LOG_DIRECTORY);
}

interface ForkJob {
  readonly host: Host;
  readonly delta: DeltaTable;
  readonly files: readonly IndexedFile[];
  readonly maxVersion: number;
  readonly store: LocalStore;
  readonly configuration: Readonly<Record<string, string>>;
}

/** Links files, or writes those parts of them that belong to the new table. */
async function shareFiles(job: ForkJob): Promise<AddFile[]> {
  const { delta, host, maxVersion, store } = job;
  const adds: AddFile[] = [];
  const directories = new Set([""]);
  for (const { add, minVersion, maxVersion: newest } of job.files) {
    if (minVersion > maxVersion) continue;
    if (newest > maxVersion) {
      for (const own of await rewritten(job, add)) adds.push(own);
      continue;
    }
    const from = delta.dataPath(add);
    const path = from.slice(delta.directory.length + 1);
    const slash = path.lastIndexOf("/");
    const directory = slash < 0 ? "" : path.slice(0, slash);
    if (!directories.has(directory)) {
      directories.add(directory);
      await host.files.makeDirectory(pathIn(store, directory));
    }
    await host.files.link(from, pathIn(store, path));
    adds.push(add);
  }
  for (const directory of directories) await store.flush(directory);
  return adds;
}

/** The rows of a file up to the version, in a file of the new table. */
async function rewritten(
  { delta, host, maxVersion, store }: ForkJob,
  add: AddFile,
): Promise<AddFile[]> {
  const all = await new RecordFiles(delta).rows(add, EVERY_VERSION);
  const rows = all.filter(({ version }) => version <= maxVersion);
  if (rows.length === 0) return [];
  const isHive = delta.snapshot.metaData.partitionColumns.length > 0;
  const writer = new DataFileWriter({
    store,
    host,
    layout: isHive ? "hive" : "clustered",
  });
  await writer.writeMerged(rows, Math.floor(host.clock.nowUs() / 1000));
  return writer.written.map(({ add }) => add);
}

/** The state of the new table: another table, with the same rows so far. */
function actionsOf(
  { configuration: own, delta: { snapshot }, host }: ForkJob,
  adds: readonly AddFile[],
): Action[] {
  const { metaData: before } = snapshot;
  const configuration = { ...before.configuration, ...own };
  const metaData = { ...before, id: tableIdOf(host.random), configuration };
  const actions: Action[] = [
    { kind: "protocol", protocol: snapshot.protocol },
    { kind: "metaData", metaData },
  ];
  for (const txn of snapshot.transactions.values()) {
    actions.push({ kind: "txn", txn });
  }
  for (const add of adds) actions.push({ kind: "add", add });
  return actions;
}
