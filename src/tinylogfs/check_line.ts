/**
 * Checks one line of history: `main`, or a branch.
 *
 * ```text
 * head                    before the log: what it says must be in it
 * the log                 file by file (oplog/delta/log_check.ts)
 * data files, rows        as far as the log tells (oplog/table_check.ts)
 * directories and nodes   as far as rows can be read (node_check.ts)
 * the stage               (check_files.ts)
 * ```
 *
 * @module
 */
import {
  attempt,
  checkLog,
  checkRecords,
  checkSizes,
  LocalStore,
  type LogCheck,
  type LostTransaction,
  lostTransactions,
  newTableCheck,
  requireReadable,
  type Snapshot,
  type TableCheck,
} from "../oplog/check.ts";
import { checkStage, witnessOf } from "./check_files.ts";
import type {
  CheckDepth,
  CheckedLine,
  CheckedPond,
  LineExamination,
  PondFinding,
} from "./check_types.ts";
import { NodeCheck } from "./node_check.ts";

/** More paths are not told one by one. */
const MAX_PATHS = 20;

/** What all lines of a pond are looked at with. */
export interface LineCheck {
  /** How deep. */
  readonly depth: CheckDepth;
  /** The pond's identity, if it can be read. */
  readonly pondId: string | undefined;
  /** Ends it. */
  readonly signal: AbortSignal | undefined;
}

/** Looks at a line, as deep as asked, but for its blobs. */
export async function examineLine(
  { host }: CheckedPond,
  line: CheckedLine,
  { depth, pondId, signal }: LineCheck,
): Promise<LineExamination> {
  const findings: PondFinding[] = [];
  const witness = await witnessOf(host, line.directory);
  const store = new LocalStore(host, `${line.directory}/oplog`);
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
  await tellOfRows(findings, table, nodes, depth, log);
  const counter = snapshot?.transactions.get(`pond-stage:${pondId}`);
  await checkStage(host, line.directory, {
    findings,
    committed: counter?.version ?? 0,
    name: (blob) => nodes.name(blob),
  });
  const lost = await lostOf(store, log, witnessed(witness.head));
  return {
    line,
    findings: findings.map((finding) => ofLine(withLost(finding, lost), line)),
    log,
    snapshot,
    lost,
    blobs: nodes.blobs,
    dataFiles: table.files,
    records: table.records,
  };
}

/** Of the branch that a pond is made with, nobody has to be told. */
function ofLine(finding: PondFinding, { branch }: CheckedLine): PondFinding {
  return branch === undefined ? finding : { ...finding, branch };
}

/** The state, if it is a table that pond reads. */
async function readable(
  { state }: LogCheck,
  { location }: LocalStore,
  findings: PondFinding[],
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
async function tellOfRows(
  findings: PondFinding[],
  table: TableCheck,
  nodes: NodeCheck,
  depth: CheckDepth,
  log: LogCheck,
): Promise<void> {
  const { unreadable, unreadableRecords } = table;
  const isRead = depth !== "quick";
  const paths = await nodes.finish({
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
  finding: PondFinding,
  lost: readonly LostTransaction[],
): PondFinding {
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
