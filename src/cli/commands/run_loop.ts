/**
 * `pond run --watch` and `pond run --every`
 *
 * @module
 */
import {
  labelOf,
  type RunItem,
  runLoop,
  type RunReport,
} from "../../pipeline/mod.ts";
import type { RunCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { periodOf } from "../durations.ts";
import { ExitCode, exitCodeOf } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { reportError } from "../report_error.ts";
import { withPond } from "../session.ts";
import { localTime, rfc3339 } from "../units.ts";

/** What the run of a resource came to. */
interface RunLine {
  readonly time: string;
  readonly resource: string;
  readonly version: number | null;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly failed: number;
  readonly rows: number;
  readonly bytes: number;
  readonly set_aside: string | null;
  /** None where nobody said what one is. */
  readonly gaps: number | null;
  readonly errors: readonly {
    readonly code: string;
    readonly message: string;
  }[];
}

/** Runs resources again and again, until the signal ends it. */
export async function runRunLoop(
  { every, format, words }: RunCommand,
  context: Context,
): Promise<ExitCode> {
  const { host, out, signal } = context;
  const everyMs = every === undefined ? undefined : periodOf(every, "--every");
  const failures: ExitCode[] = [];
  let done = 0;
  return await withPond(context, { changes: true }, async (fs) => {
    await note(context, "running; Ctrl-C ends it");
    const reports = runLoop(fs, host, {
      names: words,
      signal,
      ...(everyMs === undefined ? {} : { everyMs }),
    });
    try {
      for await (const report of reports) {
        const nowUs = host.clock.nowUs();
        const line = lineOf(report, nowUs);
        await out.line(
          format === undefined
            ? textOf(line, out.isTerminal ? localTime(nowUs) : line.time)
            : JSON.stringify(line),
        );
        // It may be a while until there is more.
        await out.flush();
        for (const error of errorsOf(report)) {
          await reportError(error, context);
          failures.push(exitCodeOf(error.code));
        }
        if (line.failed === 0) done++;
      }
    } catch (error) {
      // To be ended is how it ends.
      if (!signal.aborted) throw error;
    }
    const [first = ExitCode.done] = failures;
    return failures.length > 0 && done > 0 ? ExitCode.partly : first;
  });
}

function errorsOf({ error, items }: RunReport) {
  return [error, ...items.map(({ error }) => error)]
    .filter((it) => it !== undefined);
}

function lineOf(report: RunReport, nowUs: number): RunLine {
  const { commit, items, resource } = report;
  const count = (status: RunItem["status"]) =>
    items.filter((item) => item.status === status).length;
  const sum = (value: (item: RunItem) => number | undefined) =>
    items.reduce((sum, item) => sum + (value(item) ?? 0), 0);
  return {
    time: rfc3339(nowUs),
    resource: labelOf(resource),
    version: commit?.version ?? null,
    created: count("created"),
    updated: count("updated"),
    unchanged: count("unchanged"),
    skipped: count("skipped"),
    failed: count("failed") + (report.error === undefined ? 0 : 1),
    rows: sum(({ rows }) => rows),
    bytes: sum(({ sizeBytes }) => sizeBytes),
    set_aside: setAsideOf(items),
    gaps: items.every(({ gaps }) => gaps === undefined)
      ? null
      : sum(({ gaps }) => gaps),
    errors: errorsOf(report).map(({ code, message }) => ({ code, message })),
  };
}

/** Such as `clock 1, duplicate 3`, of all files together. */
function setAsideOf(items: readonly RunItem[]): string | null {
  const counts = new Map<string, number>();
  for (const { setAside } of items) {
    for (const [reason, count] of setAside ?? []) {
      counts.set(reason, (counts.get(reason) ?? 0) + count);
    }
  }
  const parts = [...counts].map(([reason, count]) => `${reason} ${count}`);
  return parts.length === 0 ? null : parts.sort().join(", ");
}

/** Such as `2026-01-05 10:00:00  HydroVu/noyo  2 updated, 1 failed, 40 rows, v12`. */
function textOf(line: RunLine, time: string): string {
  const { bytes, gaps, rows, set_aside: aside, version } = line;
  const counts =
    (["created", "updated", "unchanged", "skipped", "failed"] as const)
      .flatMap((name) => line[name] === 0 ? [] : [`${line[name]} ${name}`]);
  const parts = [
    ...counts,
    ...(rows === 0 ? [] : [`${rows} rows`]),
    ...(bytes === 0 ? [] : [`${bytes} bytes`]),
    ...(aside === null ? [] : [`set aside: ${aside}`]),
    ...(gaps === null || gaps === 0 ? [] : [`${gaps} gaps`]),
    ...(version === null ? [] : [`v${version}`]),
  ];
  const said = parts.length === 0 ? "nothing to do" : parts.join(", ");
  return `${time}  ${printable(line.resource)}  ${said}`;
}
