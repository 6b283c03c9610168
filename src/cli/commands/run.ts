/**
 * `pond run`
 *
 * @module
 */
import {
  labelOf,
  runDue,
  type RunItem,
  type RunReport,
  runResources,
} from "../../pipeline/mod.ts";
import type { RunCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode, exitCodeOf } from "../exit_codes.ts";
import { noteDryRun } from "../operations.ts";
import { printable } from "../output.ts";
import { reportError } from "../report_error.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { withPond } from "../session.ts";
import { localTime } from "../units.ts";

/** A file that a resource was run for. */
interface RunRow {
  readonly report: RunReport;
  readonly item: RunItem;
}

const COLUMNS: readonly Column<RunRow>[] = [
  { name: "status", type: "VARCHAR", value: ({ item }) => item.status },
  {
    name: "resource",
    type: "VARCHAR",
    value: ({ report }) => labelOf(report.resource),
    terminal: "hidden",
  },
  {
    name: "path",
    type: "VARCHAR",
    value: ({ item }) => item.path,
    terminal: ({ item }) => printable(item.path),
  },
  { name: "rows", type: "BIGINT", value: ({ item }) => item.rows ?? null },
  {
    name: "bytes",
    type: "BIGINT",
    value: ({ item }) => item.sizeBytes ?? null,
    terminal: "hidden",
  },
  {
    name: "latest",
    type: "TIMESTAMP WITH TIME ZONE",
    value: ({ item: { toUs } }) => toUs === undefined ? null : timeOf(toUs),
    terminal: ({ item: { toUs } }) => toUs === undefined ? "" : localTime(toUs),
  },
  {
    name: "set_aside",
    type: "VARCHAR",
    title: "SET ASIDE",
    value: ({ item }) => setAsideText(item),
    terminal: ({ item }) => setAsideText(item) ?? "",
  },
  {
    name: "gaps",
    type: "BIGINT",
    value: ({ item }) => item.gaps ?? null,
    terminal: ({ item: { gaps = 0 } }) => gaps === 0 ? "" : `${gaps}`,
  },
  {
    name: "error",
    type: "VARCHAR",
    value: ({ item }) => item.error?.message ?? null,
    terminal: "hidden",
  },
];

/** Such as `duplicate 3, clock 1`. */
function setAsideText({ setAside }: RunItem): string | null {
  const parts = [...setAside ?? []].map(([reason, count]) =>
    `${reason} ${count}`
  );
  return parts.length === 0 ? null : parts.sort().join(", ");
}

/** Runs resources. */
export async function runRun(
  command: RunCommand,
  context: Context,
): Promise<ExitCode> {
  if (command.watch || command.every !== undefined) {
    return await (await import("./run_loop.ts")).runRunLoop(command, context);
  }
  const { dryRun, due, format, words } = command;
  const { host, signal } = context;
  const failures: ExitCode[] = [];
  let [done, version] = [0, -1];
  return await withPond(context, { changes: true }, async (fs) => {
    const rows = async function* (): AsyncGenerator<RunRow> {
      const options = { names: words, dryRun, signal };
      const reports = due
        ? runDue(fs, host, options)
        : runResources(fs, host, options);
      for await (const report of reports) {
        const failed = report.items.filter(({ error }) => error !== undefined);
        const errors = [report.error, ...failed.map(({ error }) => error)];
        for (const error of errors) {
          if (error === undefined) continue;
          await reportError(error, context);
          failures.push(exitCodeOf(error.code));
        }
        if (report.error === undefined) {
          done += report.items.length - failed.length;
        }
        version = report.commit?.version ?? version;
        for (const item of report.items) yield { report, item };
      }
    };
    await writeRows<RunRow>(context, format, COLUMNS, rows());
    if (dryRun) await noteDryRun(context);
    else if (version < 0) await note(context, "nothing is new");
    else await note(context, `v${version} · undo: pond undo`);
    const [first = ExitCode.done] = failures;
    return failures.length > 0 && done > 0 ? ExitCode.partly : first;
  });
}
