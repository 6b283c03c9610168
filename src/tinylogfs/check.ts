/**
 * Checks a pond, one that can't be opened as well.
 *
 * ```text
 * pond.json               first: of another format, nothing is known
 * main, each branch       its log, rows and stage (check_line.ts)
 * branch, branch.json     (check_branches.ts)
 * blobs                   that any of them names
 * leftovers               what none of them needs (check_files.ts)
 * ```
 *
 * Nothing is opened the way that readers open it, and nothing ends at the first
 * damage: each step goes on with what the one before could make out, and says
 * less where that is not all.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { checkBranches } from "./check_branches.ts";
import { checkBlobs, checkPondFile, listLeftovers } from "./check_files.ts";
import { examineLine } from "./check_line.ts";
import { type ChooseBlobs, chooserOf } from "./check_part.ts";
import type {
  CheckCounts,
  CheckDepth,
  CheckedBranch,
  CheckedPond,
  CheckFinding,
  CheckOptions,
  CheckReport,
  Examination,
  LineExamination,
  PondFinding,
  RootsOf,
} from "./check_types.ts";
import { MAIN_BRANCH } from "./line.ts";
import type { NamedBlob } from "./node_check.ts";

/**
 * Checks a pond, and repairs it if asked.
 *
 * @param path Its directory, absolute.
 * @param rootsOf Hashes what is sound.
 * @param pending Hashes that operations name which are pending in this process.
 * @throws {PondError} `NO_POND`, `FORMAT_TOO_NEW`; damage is in the report.
 */
export async function checkPond(
  host: Host,
  path: string,
  options: CheckOptions,
  rootsOf: RootsOf,
  pending: Iterable<string> = [],
): Promise<CheckReport> {
  const report = await findDamage(host, path, options, pending);
  if (!report.isSound || report.depth === "quick") return report;
  const branches: CheckedBranch[] = [];
  for (const branch of report.branches) {
    branches.push({ ...branch, ...await rootsOf(branch.name) });
  }
  return { ...report, branches, ...await rootsOf(MAIN_BRANCH) };
}

async function findDamage(
  host: Host,
  path: string,
  options: CheckOptions,
  pending: Iterable<string>,
): Promise<CheckReport> {
  const { depth = "rows", dryRun = false, repair = false, signal } = options;
  const { part } = options;
  const pond = { host, path, pending: new Set(pending) };
  if (part !== undefined && depth !== "data") {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot read a part of all blobs in a check of the depth ${depth}`,
      { hint: "the depth data reads blobs" },
    );
  }
  // Both times the same sample, or what it has found would seem to be repaired.
  const looking = { depth, choose: chooserOf(part, host.random), signal };
  const first = await examine(pond, looking);
  if (!repair || dryRun) return reportOf(depth, first, []);
  const { hasBegun, repairPond } = await import("./repair.ts");
  const isRepairable = first.findings.some(({ repair }) => repair);
  if (!isRepairable && !await hasBegun(pond)) return reportOf(depth, first, []);
  await repairPond(pond, first, signal);
  const second = await examine(pond, looking);
  const left = new Set(second.findings.map(keyOf));
  const done = first.findings.filter((finding) =>
    finding.repair && !left.has(keyOf(finding))
  );
  return reportOf(depth, second, done);
}

function keyOf({ kind, path, version }: PondFinding): string {
  return `${kind} ${version} ${path}`;
}

function reportOf(
  depth: CheckDepth,
  { counts, findings, lines }: Examination,
  repaired: readonly PondFinding[],
): CheckReport {
  const told = (finding: PondFinding, isDone: boolean): CheckFinding => {
    const repair = isDone ? "done" : finding.repair ? "possible" : "none";
    return { ...finding, repair };
  };
  return {
    isSound: findings.every(({ severity }) => severity !== "damage"),
    version: versionOf(lines[0]),
    branches: lines.slice(1).map((each) => ({
      name: each.line.branch ?? "",
      version: versionOf(each),
    })),
    depth,
    findings: [
      ...repaired.map((finding) => told(finding, true)),
      ...findings.map((finding) => told(finding, false)),
    ],
    counts,
  };
}

/** The newest version that is sound. */
function versionOf(line: LineExamination | undefined): number {
  return line?.log.isExact ? line.log.state?.version ?? -1 : -1;
}

/** How deep to look. */
interface Looking {
  readonly depth: CheckDepth;
  readonly choose: ChooseBlobs;
  readonly signal: AbortSignal | undefined;
}

/** Looks at everything, as deep as asked. */
async function examine(
  pond: CheckedPond,
  { choose, depth, signal }: Looking,
): Promise<Examination> {
  const { host, path } = pond;
  const findings: PondFinding[] = [];
  const pondId = await checkPondFile(host, path, findings);
  const lines: LineExamination[] = [];
  for (const line of await checkBranches(pond, findings)) {
    const looked = await examineLine(pond, line, { depth, pondId, signal });
    findings.push(...looked.findings);
    lines.push(looked);
  }
  const blobs = blobsOf(lines);
  const read = depth === "data" ? choose(blobs.values()) : new Set<string>();
  await checkBlobs(host, path, blobs.values(), { findings, read, signal });
  const isDamaged = findings.some(({ severity }) => severity === "damage");
  await listLeftovers(pond, {
    findings,
    lines,
    named: depth === "quick" || isDamaged ? undefined : blobs,
  });
  const counts = countsOf(lines, [...blobs.values()], read);
  return { findings, pondId, lines, counts };
}

/** What a blob is needed for, on all lines together. */
function blobsOf(
  lines: readonly LineExamination[],
): ReadonlyMap<string, NamedBlob & { readonly branch?: string }> {
  const all = new Map<string, NamedBlob & { readonly branch?: string }>();
  for (const { blobs, line: { branch } } of lines) {
    for (const [sha256, blob] of blobs) {
      const before = all.get(sha256);
      const named = before ??
        (branch === undefined ? blob : { ...blob, branch });
      // A fork has the rows of its origin once more.
      const rows = Math.max(before?.rows ?? 0, blob.rows);
      all.set(sha256, { ...named, rows });
    }
  }
  return all;
}

function countsOf(
  lines: readonly LineExamination[],
  blobs: readonly NamedBlob[],
  read: ReadonlySet<string>,
): CheckCounts {
  const sum = (count: (line: LineExamination) => number) =>
    lines.reduce((total, line) => total + count(line), 0);
  return {
    commits: sum(({ log }) => log.commits),
    checkpoints: sum(({ log }) => log.checkpoints),
    dataFiles: sum(({ dataFiles }) => dataFiles),
    records: sum(({ records }) => records),
    blobs: blobs.length,
    blobBytes: bytesOf(blobs),
    blobsRead: read.size,
    blobBytesRead: bytesOf(blobs.filter(({ sha256 }) => read.has(sha256))),
  };
}

function bytesOf(blobs: readonly NamedBlob[]): number {
  return blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
