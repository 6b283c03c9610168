/**
 * `pond check`
 *
 * @module
 */
import {
  type CheckFinding,
  type CheckReport,
  TinyLogFS,
} from "../../tinylogfs/mod.ts";
import type { CheckCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { locatePond } from "../locate.ts";
import { amountIn, watched } from "../counting_host.ts";
import { lockingHost } from "../locks.ts";
import { printable } from "../output.ts";
import type { Column } from "../rows.ts";
import { counted, withPond } from "../session.ts";
import { joined } from "../../trees/transfer.ts";

/** Checks the pond, one that can't be opened as well. */
export async function runCheck(
  command: CheckCommand,
  context: Context,
): Promise<ExitCode> {
  const { depth, dryRun, format, part, repair, root } = command;
  if (root !== undefined) return await runRoot(root, command, context);
  const { host: { files }, out, signal } = context;
  const path = await locatePond(context);
  const parts = depth === "data" && part === undefined
    ? ["oplog", "branches", "blobs"]
    : undefined;
  const total = parts &&
    (() => amountIn(files, parts.map((name) => joined(path, name))));
  const report = await watched(
    context,
    { verb: repair ? "repair" : "check", ...(total ? { total } : {}) },
    async (context) =>
      await TinyLogFS.check(lockingHost(context), path, {
        depth,
        repair,
        dryRun,
        signal,
        ...(part === undefined ? {} : { part }),
      }),
  );
  if (format === undefined) {
    for (const finding of report.findings) {
      await out.text(textOf(finding, command));
    }
    await out.line(summaryOf(report));
    await writeRoots(report, context);
  } else if (format === "json") {
    await out.line(JSON.stringify(recordOf(report)));
  } else {
    const { writeRows } = await import("../rows.ts");
    await writeRows(context, format, COLUMNS, report.findings);
  }
  return report.isSound ? ExitCode.done : ExitCode.integrity;
}

/** What tells whether another pond holds the same. */
async function writeRoots(
  { branches, contentRoot, historyRoot }: CheckReport,
  { out }: Context,
): Promise<void> {
  const lines = [{ name: "", contentRoot, historyRoot }, ...branches];
  for (const { contentRoot, historyRoot, name } of lines) {
    if (contentRoot === undefined || historyRoot === undefined) continue;
    const where = name === "" ? "" : ` of branch ${printable(name)}`;
    await out.line(`content root${where}: ${contentRoot}`);
    await out.line(`history root${where}: ${historyRoot}`);
  }
}

/** Only hashes. */
async function runRoot(
  path: string,
  { format }: CheckCommand,
  context: Context,
): Promise<ExitCode> {
  const { out, signal } = context;
  const root = await withPond(
    context,
    {},
    (fs) => fs.contentRoot(path, { signal }),
  );
  if (format === undefined) {
    await out.line(root);
  } else {
    const { writeRecords } = await import("../rows.ts");
    await writeRecords(context, format, [{ path, content_root: root }]);
  }
  return ExitCode.done;
}

const COLUMNS: readonly Column<CheckFinding>[] = [
  { name: "severity", type: "VARCHAR", value: ({ severity }) => severity },
  { name: "kind", type: "VARCHAR", value: ({ kind }) => kind },
  { name: "branch", type: "VARCHAR", value: ({ branch }) => branch ?? null },
  { name: "path", type: "VARCHAR", value: ({ path }) => path },
  {
    name: "pond_path",
    type: "VARCHAR",
    value: ({ pondPath }) => pondPath ?? null,
  },
  { name: "version", type: "BIGINT", value: ({ version }) => version ?? null },
  { name: "problem", type: "VARCHAR", value: ({ problem }) => problem },
  { name: "lost", type: "VARCHAR", value: ({ lost }) => lost || null },
  { name: "remedy", type: "VARCHAR", value: ({ remedy }) => remedy },
  { name: "repair", type: "VARCHAR", value: ({ repair }) => repair },
];

/** The report for programs. */
function recordOf(report: CheckReport): object {
  const { branches, counts, depth, findings, isSound, version } = report;
  return {
    sound: isSound,
    version,
    depth,
    ...rootsOf(report),
    branches: branches.map((branch) => ({
      name: branch.name,
      version: branch.version,
      ...rootsOf(branch),
    })),
    counts: {
      commits: counts.commits,
      checkpoints: counts.checkpoints,
      data_files: counts.dataFiles,
      rows: counts.records,
      blobs: counts.blobs,
      blob_bytes: counts.blobBytes,
      blobs_read: counts.blobsRead,
      blob_bytes_read: counts.blobBytesRead,
    },
    findings: findings.map((finding) =>
      Object.fromEntries(
        COLUMNS.map(({ name, value }) => [name, value(finding)]),
      )
    ),
  };
}

function rootsOf({ contentRoot = null, historyRoot = null }: {
  readonly contentRoot?: string | null;
  readonly historyRoot?: string | null;
}): object {
  return { content_root: contentRoot, history_root: historyRoot };
}

function textOf(finding: CheckFinding, command: CheckCommand): string {
  const { branch, kind, lost, path, pondPath, problem, remedy, repair } =
    finding;
  const { severity, version } = finding;
  const where = [
    kind,
    ...(branch === undefined ? [] : [`branch ${branch}`]),
    ...(pondPath === undefined ? [] : [pondPath]),
    ...(version === undefined ? [] : [`v${version}`]),
  ].join(", ");
  const what = repair === "done"
    ? `repaired ${severity}`
    : repair === "possible" && command.dryRun
    ? `${severity} that would be repaired`
    : severity;
  const lines = [`${what}: ${path} (${where}): ${problem}`];
  if (lost !== "") lines.push(`  lost: ${lost}`);
  if (repair !== "done") lines.push(`  to do: ${remedy}`);
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function summaryOf(report: CheckReport) {
  const { branches, counts, depth, findings, isSound, version } = report;
  const { blobs, checkpoints, commits, dataFiles, records } = counts;
  const { blobBytes, blobBytesRead, blobsRead } = counts;
  const left = findings.filter(({ repair }) => repair !== "done");
  const countOf = (wanted: CheckFinding["severity"]) =>
    left.filter(({ severity }) => severity === wanted).length;
  const verdict = isSound
    ? "no damage"
    : `damaged in ${counted(countOf("damage"), "place")}`;
  const repaired = findings.length - left.length;
  return [
    verdict,
    ...(repaired > 0 ? [`${repaired} repaired`] : []),
    ...(countOf("note") > 0 ? [counted(countOf("note"), "note")] : []),
    ...(countOf("leftover") > 0
      ? [counted(countOf("leftover"), "leftover")]
      : []),
    version < 0 ? "no sound version" : `v${version}`,
    ...(branches.length > 0
      ? [
        `${branches.length} more ${
          branches.length === 1 ? "branch" : "branches"
        }`,
      ]
      : []),
    counted(commits, "commit"),
    counted(checkpoints, "checkpoint"),
    counted(dataFiles, "data file"),
    counted(records, "row"),
    depth === "data"
      ? `${blobsRead} of ${counted(blobs, "blob")} read (${blobBytesRead} of ${
        counted(blobBytes, "byte")
      })`
      : counted(blobs, "blob"),
  ].join(" · ");
}
