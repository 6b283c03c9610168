/**
 * A table at a version: what the sound files of its log add up to.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { type AddFile, isObject } from "../delta/actions.ts";
import { readDeletionVector } from "../delta/deletion_vector.ts";
import { attempt } from "../delta/finding.ts";
import { storePathOf } from "../delta/file_path.ts";
import { checkLog, type LogCheck } from "../delta/log_check.ts";
import { LOG_DIRECTORY } from "../delta/log_path.ts";
import { planLogSegment } from "../delta/log_segment.ts";
import { parseStats } from "../delta/stats.ts";
import type { TableState } from "../delta/table_state.ts";
import type { DumpHost, DumpRow, TableDumpOptions } from "./types.ts";
import { LocalStore } from "../store/local_store.ts";
import { pathIn, type TableStore } from "../store/store.ts";
import { domainsOf } from "./domains.ts";
import {
  EarlierStore,
  type LogFile,
  logFiles,
  readWitness,
  versionIn,
} from "./place.ts";
import { damaged, factsOf, findingRow, shown } from "./row.ts";

/** A table as far as its log can be read. */
export interface DumpedTable {
  readonly store: TableStore;
  readonly check: LogCheck;
  /** What is wrong, and not with files of later versions. */
  readonly findings: readonly DumpRow[];
}

/**
 * Adds up a log, as far as it can be read.
 *
 * @throws {PondError} `NOT_FOUND` without a log; `REVISION_NOT_FOUND`.
 */
export async function loadTable(
  host: DumpHost,
  directory: string,
  { version, headPath, signal }: TableDumpOptions,
): Promise<DumpedTable> {
  const whole = new LocalStore(host, directory);
  const isNewest = version === undefined;
  const witness = await readWitness(host, isNewest ? headPath : undefined);
  const names = await logFiles(whole);
  const store = isNewest ? whole : new EarlierStore(whole, version);
  if (!isNewest) requireVersion(whole, names, version);
  const check = await checkLog(store, witness, signal);
  const findings = check.findings
    // Of an earlier version the hint is none.
    .filter(({ kind }) => isNewest || kind !== "hint")
    .map(findingRow);
  if (!isNewest && check.newest < version) {
    const path = pathIn(store, LOG_DIRECTORY);
    const problem = `nothing of version ${version} is there`;
    findings.push(damaged({ kind: "finding", path, version }, problem));
  }
  return { store, check, findings };
}

function requireVersion(
  { location }: TableStore,
  files: readonly LogFile[],
  version: number,
): void {
  const versions = files.flatMap(({ name }) => versionIn(name) ?? []);
  const newest = versions.reduce((most, each) => Math.max(most, each), -1);
  const oldest = versions.reduce((least, each) => Math.min(least, each));
  if (version >= oldest && version <= newest) return;
  throw new PondError(
    "REVISION_NOT_FOUND",
    version > newest
      ? `Cannot show version ${version}: the newest is ${newest}`
      : `Cannot show version ${version}: the log begins with version ${oldest}`,
    { path: location, version },
  );
}

/**
 * Shows a table at a version: from which files it was built, protocol,
 * metadata, counters, domains and data files; then what is wrong with the log.
 *
 * @param directory The table's, absolute.
 * @throws {PondError} `NOT_FOUND` without a log; `REVISION_NOT_FOUND`.
 */
export async function* dumpSnapshot(
  host: DumpHost,
  directory: string,
  options: TableDumpOptions = {},
): AsyncGenerator<DumpRow> {
  const table = await loadTable(host, directory, options);
  const { store, check, findings } = table;
  const { state } = check;
  if (state !== undefined) {
    const path = pathIn(store, LOG_DIRECTORY);
    yield await summaryRow(table, state, path);
    yield* metaRows(state, path);
    const { version } = state;
    for (const txn of state.transactions.values()) {
      yield { kind: "txn", path, version, facts: factsOf(txn) };
    }
    yield* domainsOf(store, check, options.signal);
    for (const add of state.adds) {
      options.signal?.throwIfAborted();
      yield await fileRow(store, add);
    }
  }
  yield* findings;
}

async function summaryRow(
  { store, check }: DumpedTable,
  state: TableState,
  path: string,
): Promise<DumpRow> {
  const { version, fileCount, transactions } = state;
  const names = (await logFiles(store)).map(({ name }) => name);
  const plan = await attempt(() => planLogSegment(names, path, version));
  let bytes = 0;
  for (const { size } of state.adds) bytes += size;
  const removes = await attempt(async () => [...await state.tombstones()]);
  const { checkpoint, firstCommit } = plan.isSound
    ? plan.value
    : { checkpoint: check.checkpoint?.files, firstCommit: undefined };
  return {
    kind: "snapshot",
    path,
    version,
    facts: {
      isWhole: check.isExact,
      checkpoint: checkpoint?.version ?? null,
      checkpointFiles: [...checkpoint?.names ?? []],
      firstCommit: firstCommit ?? null,
      lastCommit: firstCommit === undefined || firstCommit > version
        ? null
        : version,
      files: fileCount,
      bytes,
      removes: removes.isSound ? removes.value.length : null,
      transactions: transactions.size,
    },
  };
}

async function* metaRows(
  state: TableState,
  path: string,
): AsyncGenerator<DumpRow> {
  const { version } = state;
  const base = { path, version };
  const protocol = await attempt(() => state.protocol);
  yield protocol.isSound
    ? { kind: "protocol", ...base, facts: factsOf(protocol.value) }
    : damaged({ kind: "protocol", ...base }, protocol.problem);
  const metaData = await attempt(() => state.metaData);
  if (!metaData.isSound) {
    yield damaged({ kind: "metaData", ...base }, metaData.problem);
    return;
  }
  const { schemaString, ...others } = metaData.value;
  yield { kind: "metaData", ...base, facts: factsOf(others) };
  const partitions = new Set(metaData.value.partitionColumns);
  const fields = fieldsIn(schemaString);
  if (fields === undefined) {
    const facts = { schemaString };
    yield damaged({ kind: "schema", ...base }, "it is no schema", facts);
  }
  for (const field of fields ?? []) {
    const facts = isObject(field) ? factsOf(field) : { field: shown(field) };
    const name = typeof facts.name === "string" ? facts.name : "";
    const isPartition = partitions.has(name);
    yield { kind: "column", ...base, facts: { ...facts, isPartition } };
  }
}

function fieldsIn(schema: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(schema);
    const fields = isObject(value) ? value.fields : undefined;
    return Array.isArray(fields) ? fields : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/** A data file, and whether it is there in its size. */
async function fileRow(store: TableStore, add: AddFile): Promise<DumpRow> {
  const { stats, ...others } = add;
  const parsed = parseStats(stats);
  const facts = {
    ...factsOf(others),
    rows: shown(parsed?.numRecords ?? null),
    stats: parsed === undefined ? null : factsOf(parsed),
  };
  const log = pathIn(store, LOG_DIRECTORY);
  const found = await attempt(async () => {
    const path = storePathOf(add.path, log);
    return { path, stat: await store.head(path) };
  });
  if (!found.isSound) {
    return damaged({ kind: "file", path: log }, found.problem, facts);
  }
  const { path, stat } = found.value;
  const place = { kind: "file", path: pathIn(store, path) };
  if (stat === undefined) return damaged(place, "it is missing", facts);
  if (stat.sizeBytes !== add.size) {
    const problem = `it has ${stat.sizeBytes} bytes, not ${add.size}`;
    return damaged(place, problem, facts);
  }
  const { deletionVector } = add;
  if (deletionVector !== undefined) {
    const read = await attempt(() => readDeletionVector(deletionVector, store));
    if (!read.isSound) {
      return damaged(place, `its deletion vector: ${read.problem}`, facts);
    }
  }
  if (stats && parsed === undefined) {
    const problem = "its statistics can't be read";
    return { ...place, severity: "note", problem, facts: { ...facts, stats } };
  }
  return { ...place, facts };
}
