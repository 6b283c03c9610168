/**
 * `pond prune` and `pond du`
 *
 * @module
 */
import type {
  FileUsage,
  PruneReport,
  UsageReport,
} from "../../tinylogfs/mod.ts";
import type { PruneCommand, UsageCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { type Column, writeRecords, writeRows } from "../rows.ts";
import { watched } from "../counting_host.ts";
import { counted, withPond } from "../session.ts";
import { humanSize } from "../units.ts";

/** Drops history, or says what would go. */
export async function runPrune(
  command: PruneCommand,
  context: Context,
): Promise<ExitCode> {
  const { before, format, yes } = command;
  const { signal } = context;
  const report = await watched(
    context,
    { verb: "prune" },
    async (context) =>
      await withPond(
        context,
        {},
        (fs) => fs.prune({ before, dryRun: !yes, signal }),
      ),
  );
  if (format === undefined) {
    await context.out.line(sentenceOf(report, before));
  } else {
    await writeRecords(context, format, [recordOf(report)]);
  }
  return ExitCode.done;
}

function recordOf(report: PruneReport) {
  const { blobs, kept } = report;
  return {
    done: !report.dryRun,
    whole_since: report.wholeSince,
    kept: kept.map((version) => `v${version}`).join(" "),
    transactions: report.transactions,
    rows: report.rows,
    files_removed: report.filesRemoved,
    bytes_removed: report.bytesRemoved,
    files_added: report.filesAdded,
    bytes_added: report.bytesAdded,
    blobs: blobs.count,
    blob_bytes: blobs.sizeBytes,
  };
}

function sentenceOf(report: PruneReport, before: string): string {
  const { blobs, dryRun, filesRemoved, kept, rows, wholeSince } = report;
  if (filesRemoved === 0) return `nothing is older than v${wholeSince}`;
  const freed = report.bytesRemoved - report.bytesAdded;
  const size = freed < 0
    ? `${humanSize(-freed)} more`
    : `${humanSize(freed)} less`;
  const parts = [
    `${counted(report.transactions, "transaction")} and ${
      counted(rows, "row")
    } before v${wholeSince} ${dryRun ? "would be dropped" : "dropped"}`,
    `${counted(filesRemoved, "data file")} ${
      dryRun ? "would become" : "became"
    } ${report.filesAdded} (${size})`,
    ...(blobs.count > 0
      ? [
        `${filesOf(blobs, "blob")} ${
          blobs.count === 1 ? "has" : "have"
        } no name any more`,
      ]
      : []),
    ...(kept.length > 0
      ? [`kept: ${kept.map((version) => `v${version}`).join(", ")}`]
      : []),
    dryRun
      ? `pond prune --before ${before} --yes`
      : "pond maintain vacuum deletes what is left after 7 days",
  ];
  return parts.join(" · ");
}

/** One thing that takes up room. */
interface Usage {
  readonly what: string;
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
}

const COLUMNS: readonly Column<Usage>[] = [
  { name: "what", type: "VARCHAR", value: ({ what }) => what },
  { name: "name", type: "VARCHAR", value: ({ name }) => name },
  { name: "count", type: "BIGINT", value: ({ count }) => count },
  {
    name: "bytes",
    type: "BIGINT",
    value: ({ bytes }) => bytes,
    terminal: ({ bytes }) => humanSize(bytes),
  },
];

/** Says what a pond takes up. */
export async function runUsage(
  { format, history, path }: UsageCommand,
  context: Context,
): Promise<ExitCode> {
  const { signal } = context;
  return await withPond(context, {}, async (fs) => {
    const report = await fs.usage({ path, history, signal });
    await writeRows(context, format, COLUMNS, usagesOf(report));
    return ExitCode.done;
  });
}

function usagesOf(report: UsageReport): Usage[] {
  const { directories, files, history, path, sizeBytes, symlinks } = report;
  const none = { bytes: 0, name: path };
  const rows: Usage[] = [
    { what: "files", name: path, count: files, bytes: sizeBytes },
    { what: "directories", count: directories, ...none },
    { what: "symlinks", count: symlinks, ...none },
  ];
  if (history === undefined) return rows;
  const add = (what: string, name: string, usage: FileUsage) => {
    const { count, sizeBytes: bytes } = usage;
    rows.push({ what, name, count, bytes });
  };
  add("data files", "all", history.data);
  for (const { name, own } of history.branches) {
    if (history.branches.length > 1) add("data files of a branch", name, own);
  }
  add("unused data files", "all", history.unused);
  add("log", "all", history.log);
  add("blobs", "all", history.blobs);
  for (const point of history.prune) {
    const { before, blobs, dataBytes, transactions, version } = point;
    const name = before === `v${version}` ? before : `${before} (v${version})`;
    rows.push({
      what: "prune --before: data",
      name,
      count: transactions,
      bytes: dataBytes,
    });
    add("prune --before: blobs", name, blobs);
  }
  return rows;
}

function filesOf({ count, sizeBytes }: FileUsage, noun: string): string {
  return `${counted(count, noun)} (${humanSize(sizeBytes)})`;
}
