/**
 * `pond export`
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";
import {
  type ExportedSource,
  type ExportReport,
  exportTables,
} from "../../export/mod.ts";
import { realPath } from "../../host/real_path.ts";
import type { ExportCommand } from "../archive_command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode, exitCodeOf } from "../exit_codes.ts";
import { hostPath } from "../locate.ts";
import { printable } from "../output.ts";
import { Progress } from "../progress.ts";
import { queryLimits } from "../query_options.ts";
import { counted, pondPath, type PondWork, viewPond } from "../session.ts";
import { humanSize } from "../units.ts";

/** Writes tables for other programs. */
export async function runExport(
  command: ExportCommand,
  context: Context,
): Promise<ExitCode> {
  const { at, definition, dryRun, force } = command;
  const { host, signal } = context;
  // A symlink that was named is followed: it is where the user wants it.
  const directory = await realPath(
    host.files,
    await hostPath(context, command.to),
  );
  const view = { at, pending: false };
  const work: PondWork<ExitCode> = async (fs, settings) => {
    const { hostFiles: _, ...limits } = queryLimits(await settings(), command);
    await using progress = Progress.start(context, {
      verb: "export",
      noun: "sources",
    });
    const sources: ExportedSource[] = [];
    const report = await exportTables(host, fs, {
      ...definition,
      glob: pondPath(definition.glob),
      ...(definition.pages && { pages: pondPath(definition.pages) }),
      directory,
      force,
      dryRun,
      limits,
      signal,
      onSource: async (source) => {
        if (source.outcome !== "unchanged") sources.push(source);
        progress.advance(1, source.sizeBytes);
        if (source.error === undefined) return;
        await progress.clear();
        const { reportError } = await import("../report_error.ts");
        await reportError(source.error, context);
      },
    });
    await progress.clear();
    await tell(command, context, { directory, report, sources });
    return exitCode(report, sources);
  };
  try {
    return await viewPond(context, view, work);
  } catch (error) {
    throw withOwnHint(error, directory);
  }
}

/** What is damaged in the directory, no check of the pond tells more of. */
function withOwnHint(error: unknown, directory: string): unknown {
  if (!hasCode(error, "INTEGRITY")) return error;
  const { message, path = "" } = error;
  if (!path.startsWith(`${directory}/`)) return error;
  return new PondError("INTEGRITY", message, {
    path,
    cause: error.cause,
    hint: "export into another directory, or write over what is there: --force",
  });
}

interface Told {
  readonly directory: string;
  readonly report: ExportReport;
  /** Those that are not as they were. */
  readonly sources: readonly ExportedSource[];
}

async function tell(
  { dryRun }: ExportCommand,
  context: Context,
  { directory, report, sources }: Told,
): Promise<void> {
  const { files, filesRemoved, rows, sizeBytes, version } = report;
  if (context.globals.json) {
    return await context.out.line(JSON.stringify({
      path: directory,
      version,
      ...report.sources,
      files,
      rows,
      bytes: sizeBytes,
      files_removed: filesRemoved,
      sources: sources.map(rowOf),
      done: !dryRun,
    }));
  }
  if (dryRun) {
    for (const { outcome, path } of sources) {
      await context.out.line(`${outcome}\t${printable(path)}`);
    }
  }
  const counts = Object.entries(report.sources).flatMap(([name, count]) =>
    count > 0 ? [`${count} ${name}`] : []
  );
  const wrote = `${counted(files, "file")}, ${counted(rows, "row")}`;
  await note(
    context,
    dryRun
      ? counts.join(", ")
      : `${counts.join(", ")} · ${wrote} · ${humanSize(sizeBytes)}`,
  );
}

function rowOf(
  { error, files, outcome, path, rows, sizeBytes }: ExportedSource,
): object {
  return {
    path,
    outcome,
    files,
    rows,
    bytes: sizeBytes,
    error: error === undefined ? null : error.message,
  };
}

/** When nothing was done, what the first failure ends with. */
function exitCode(
  { sources: { failed, ...others } }: ExportReport,
  sources: readonly ExportedSource[],
): ExitCode {
  if (failed === 0) return ExitCode.done;
  const errors = sources.flatMap(({ error }) => error ?? []);
  if (errors.some(({ code }) => code === "INTEGRITY")) {
    return ExitCode.integrity;
  }
  const isAll = Object.values(others).every((count) => count === 0);
  const [first] = errors;
  return isAll && first instanceof PondError
    ? exitCodeOf(first.code)
    : ExitCode.partly;
}
