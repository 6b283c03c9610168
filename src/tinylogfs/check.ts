/**
 * Checks a pond, one that can't be opened as well.
 *
 * ```text
 * pond.json, head         before the log: what they say must be in it
 * the log                 file by file (oplog/delta/log_check.ts)
 * data files, rows        as far as the log tells (oplog/table_check.ts)
 * directories and nodes   as far as rows can be read (node_check.ts)
 * blobs, stage, the rest  (check_files.ts)
 * ```
 *
 * Nothing is opened the way that readers open it, and nothing ends at the first
 * damage: each step goes on with what the one before could make out, and says
 * less where that is not all.
 *
 * @module
 */
import type { Host } from "../host/host.ts";
import {
  attempt,
  checkLog,
  checkRecords,
  checkSizes,
  type Finding,
  LocalStore,
  type LogCheck,
  type LostTransaction,
  lostTransactions,
  newTableCheck,
  requireReadable,
  type Snapshot,
  type TableCheck,
} from "../oplog/check.ts";
import {
  checkBlobs,
  checkPondFile,
  checkStage,
  listLeftovers,
  witnessOf,
} from "./check_files.ts";
import type {
  CheckCounts,
  CheckDepth,
  CheckedPond,
  CheckFinding,
  CheckOptions,
  CheckReport,
  Examination,
} from "./check_types.ts";
import { NodeCheck } from "./node_check.ts";

/** More paths are not told one by one. */
const MAX_PATHS = 20;

/**
 * Checks a pond, and repairs it if asked.
 *
 * @param path Its directory, absolute.
 * @param pending Hashes that operations name which are pending in this process.
 * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`; damage is in the report.
 */
export async function checkPond(
  host: Host,
  path: string,
  options: CheckOptions = {},
  pending: Iterable<string> = [],
): Promise<CheckReport> {
  const { depth = "rows", dryRun = false, repair = false, signal } = options;
  const pond = { host, path, pending: new Set(pending) };
  const first = await examine(pond, depth, signal);
  if (!repair || dryRun) return reportOf(depth, first, []);
  const { hasBegun, repairPond } = await import("./repair.ts");
  const isRepairable = first.findings.some(({ repair }) => repair);
  if (!isRepairable && !await hasBegun(pond)) return reportOf(depth, first, []);
  await repairPond(pond, first, signal);
  const second = await examine(pond, depth, signal);
  const left = new Set(second.findings.map(keyOf));
  const done = first.findings.filter((finding) =>
    finding.repair && !left.has(keyOf(finding))
  );
  return reportOf(depth, second, done);
}

function keyOf({ kind, path, version }: Finding): string {
  return `${kind} ${version} ${path}`;
}

function reportOf(
  depth: CheckDepth,
  { counts, findings, log }: Examination,
  repaired: readonly Finding[],
): CheckReport {
  const told = (finding: Finding, isDone: boolean): CheckFinding => {
    const repair = isDone ? "done" : finding.repair ? "possible" : "none";
    return { ...finding, repair };
  };
  return {
    isSound: findings.every(({ severity }) => severity !== "damage"),
    version: log.isExact ? log.state?.version ?? -1 : -1,
    depth,
    findings: [
      ...repaired.map((finding) => told(finding, true)),
      ...findings.map((finding) => told(finding, false)),
    ],
    counts,
  };
}

/** Looks at everything, as deep as asked. */
async function examine(
  { host, path, pending }: CheckedPond,
  depth: CheckDepth,
  signal: AbortSignal | undefined,
): Promise<Examination> {
  const findings: Finding[] = [];
  const pondId = await checkPondFile(host, path, findings);
  const witness = await witnessOf(host, path);
  const store = new LocalStore(host, `${path}/oplog`);
  const log = await checkLog(store, witness, signal);
  findings.push(...log.findings);
  const snapshot = await readable(log, store, findings);
  const table = newTableCheck();
  const nodes = new NodeCheck(store.location);
  if (snapshot !== undefined && depth === "quick") {
    await checkSizes(store, snapshot, table, signal);
  } else if (snapshot !== undefined) {
    for await (const row of checkRecords(store, snapshot, table, signal)) {
      await nodes.add(row);
    }
  }
  tellOfRows(findings, table, nodes, depth, log);
  const counter = snapshot?.transactions.get(`pond-stage:${pondId}`);
  await checkStage(host, path, {
    findings,
    committed: counter?.version ?? 0,
    name: (blob) => nodes.name(blob),
  });
  await checkBlobs(host, path, nodes.blobs.values(), {
    findings,
    readData: depth === "data",
    signal,
  });
  const lost = await lostOf(store, log, witnessed(witness.head));
  const told = findings.map((finding) => withLost(finding, lost));
  const isDamaged = told.some(({ severity }) => severity === "damage");
  await listLeftovers(host, path, {
    findings: told,
    snapshot: log.isWhole ? snapshot : undefined,
    named: depth === "quick" || isDamaged ? undefined : nodes.blobs,
    pending,
  });
  const counts = countsOf(log, table, nodes);
  return { findings: told, pondId, log, lost, counts };
}

function countsOf(
  { checkpoints, commits }: LogCheck,
  { files, records }: TableCheck,
  { blobs }: NodeCheck,
): CheckCounts {
  return { commits, checkpoints, dataFiles: files, records, blobs: blobs.size };
}

/** The state, if it is a table that pond reads. */
async function readable(
  { state }: LogCheck,
  { location }: LocalStore,
  findings: Finding[],
): Promise<Snapshot | undefined> {
  if (state === undefined) return undefined;
  const read = await attempt(() => {
    requireReadable(state.protocol, location, true);
    return state.metaData;
  });
  if (read.isSound) return state;
  findings.push({
    severity: "damage",
    kind: "log",
    path: `${location}/_delta_log`,
    problem: read.problem,
    lost: "the way to everything, as long as this is so",
    remedy: "look which engine has changed the table",
  });
  return undefined;
}

/** Tells of rows, and of what hung on those that are lost. */
function tellOfRows(
  findings: Finding[],
  table: TableCheck,
  nodes: NodeCheck,
  depth: CheckDepth,
  log: LogCheck,
): void {
  const { unreadable, unreadableRecords } = table;
  const isRead = depth !== "quick";
  const paths = nodes.finish({
    files: unreadable.map(({ file }) => file),
    others: !isRead || unreadableRecords > 0 || !log.isExact,
  });
  for (const { file, finding } of unreadable) {
    const lost = paths.get(file) ?? [];
    const among = lost.length === 0 ? "" : `, among them of ${listed(lost)}`;
    findings.push({ ...finding, lost: `${finding.lost}${among}` });
  }
  findings.push(...table.findings);
  findings.push(...nodes.findings);
}

function listed(paths: readonly string[]): string {
  const more = paths.length - MAX_PATHS;
  const shown = paths.slice(0, MAX_PATHS).join(", ");
  return more > 0 ? `${shown} and ${more} others` : shown;
}

function witnessed(head: object | string): number {
  return typeof head === "object" && "version" in head
    ? Number(head.version)
    : -1;
}

/** What commits that are lost had written, as far as it is still there. */
async function lostOf(
  store: LocalStore,
  log: LogCheck,
  witnessed: number,
): Promise<readonly LostTransaction[]> {
  const { newest, state, torn } = log;
  const versions = [...torn];
  // A witness that is far ahead is of a log that was put back as a whole.
  const last = Math.min(witnessed, newest + MAX_PATHS);
  for (let version = newest + 1; version <= last; version++) {
    versions.push(version);
  }
  if (state === undefined || versions.length === 0) return [];
  const found = await attempt(() => lostTransactions(store, state, versions));
  return found.isSound ? found.value : [];
}

/** Says of a lost version what it had done. */
function withLost(
  finding: Finding,
  lost: readonly LostTransaction[],
): Finding {
  const { kind, severity, version } = finding;
  if (severity !== "damage" || (kind !== "commit" && kind !== "witness")) {
    return finding;
  }
  const found = lost.find((transaction) => transaction.version === version);
  if (found === undefined || finding.lost === "") return finding;
  const { files, pondPaths } = found;
  const what = pondPaths.length === 0 ? "nothing" : listed(pondPaths);
  return {
    ...finding,
    lost: `${finding.lost}: it changed ${what}; its rows are still in ${
      listed(files)
    }`,
  };
}
