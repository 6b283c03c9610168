/**
 * What a copy of a table needs: its data files, and a log of its own that says
 * which these are.
 *
 * ```text
 * _delta_log/<n>.checkpoint.parquet       the state of version n, without files that
 *                                         were removed from it
 *            <n>.json                     the commit of that version, as it is
 *            _last_checkpoint
 *            00000000000000000000.json    of version 0 alone instead: that commit
 * ```
 *
 * The copy is the same table, at the same version, and goes on from there. The log
 * is made of the snapshot that was opened, whatever is committed in the meantime,
 * and has the same bytes each time.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints}
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { Host } from "../host/host.ts";
import type { Action } from "./delta/actions.ts";
import { writeCheckpoint } from "./delta/checkpoint_writer.ts";
import type { DeltaTable } from "./delta/delta_table.ts";
import { formatHead } from "./delta/head.ts";
import { commitFileName, LOG_DIRECTORY } from "./delta/log_path.ts";
import { type Snapshot, TableState } from "./delta/table_state.ts";
import { MemoryStore } from "./store/memory_store.ts";
import type { OplogTable } from "./table.ts";

/** A small file of the copy. */
export interface CopiedText {
  /** Its path in the table. */
  readonly path: string;
  /** Its content. */
  readonly bytes: Bytes;
}

/** A data file, which the copy has as it is. */
export interface CopiedData {
  /** Its path in the table. */
  readonly path: string;
  /** Where it lies on the host. */
  readonly hostPath: string;
  /** Its length in bytes. */
  readonly sizeBytes: number;
  /** Its SHA-256, where the table knows it. */
  readonly sha256: string | undefined;
}

/** A table's copy. */
export interface TableCopy {
  /** The version. */
  readonly version: number;
  /** The log, in the order of the paths. */
  readonly log: readonly CopiedText[];
  /** The data files, in the order of their paths. */
  readonly data: readonly CopiedData[];
  /** The witness of the version's commit. */
  readonly head: Bytes;
}

/** Describes the copy of a table, as it was opened. */
export async function planCopy(
  host: Host,
  { delta, timestampUs }: OplogTable,
): Promise<TableCopy> {
  const { digest, snapshot } = delta;
  const { version } = snapshot;
  return {
    version,
    log: await logOf(host, delta, Math.floor(timestampUs / 1000)),
    data: dataOf(delta).sort((a, b) => a.path < b.path ? -1 : 1),
    head: formatHead({ version, digest }),
  };
}

function dataOf(delta: DeltaTable): CopiedData[] {
  return Array.from(delta.snapshot.adds, (add) => {
    const hostPath = delta.dataPath(add);
    return {
      path: hostPath.slice(delta.directory.length + 1),
      hostPath,
      sizeBytes: add.size,
      sha256: add.tags?.["sha256"] ?? undefined,
    };
  });
}

async function logOf(
  host: Host,
  { digest, directory, snapshot, store }: DeltaTable,
  nowMs: number,
): Promise<CopiedText[]> {
  const { version } = snapshot;
  const path = `${LOG_DIRECTORY}/${commitFileName(version)}`;
  const commit = { path, bytes: await store.get(path) };
  if (version === 0) return [commit];
  const state = new TableState(`${directory}/${LOG_DIRECTORY}`);
  state.apply(version, actionsOf(snapshot));
  const copy = new MemoryStore(host.clock);
  await writeCheckpoint({ store: copy, nowMs, state, digest });
  const log = [commit];
  for await (const { path } of copy.list(`${LOG_DIRECTORY}/`)) {
    log.push({ path, bytes: await copy.get(path) });
  }
  return log.sort((a, b) => a.path < b.path ? -1 : 1);
}

function actionsOf(
  { adds, metaData, protocol, transactions }: Snapshot,
): Action[] {
  const actions: Action[] = [
    { kind: "protocol", protocol },
    { kind: "metaData", metaData },
  ];
  for (const txn of transactions.values()) actions.push({ kind: "txn", txn });
  for (const add of adds) actions.push({ kind: "add", add });
  return actions;
}
