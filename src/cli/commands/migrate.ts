/**
 * `pond migrate`
 *
 * @module
 */
import {
  type Damage,
  DamagedSourceError,
  migrate,
  type MigrateReport,
} from "../../migrate/mod.ts";
import type { MigrateCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath } from "../locate.ts";
import { noteDryRun } from "../operations.ts";
import { printable } from "../output.ts";
import { Progress } from "../progress.ts";
import { counted, withPond } from "../session.ts";
import { humanSize } from "../units.ts";

/** Takes over a pond of the proof of concept. */
export async function runMigrate(
  { dryRun, source, strict }: MigrateCommand,
  context: Context,
): Promise<ExitCode> {
  const { globals, host, out, signal } = context;
  const from = await hostPath(context, source);
  const report = await withPond(context, { changes: true }, async (fs) => {
    await using progress = Progress.start(context, {
      verb: "migrate",
      noun: "versions",
    });
    try {
      return await migrate(fs, host, from, {
        dryRun,
        strict,
        signal,
        onVersion: (sizeBytes) => progress.advance(1, sizeBytes),
      });
    } catch (error) {
      // It is the source that is damaged, not the pond.
      if (error instanceof DamagedSourceError) return error;
      throw error;
    } finally {
      await progress.clear();
    }
  });
  if (report instanceof DamagedSourceError) throw report;
  if (globals.json) {
    await out.line(JSON.stringify(recordOf(report, dryRun)));
  } else {
    for (const line of linesOf(report)) await out.line(line);
  }
  if (dryRun) await noteDryRun(context);
  else if (report.version === undefined) {
    await note(context, "everything is there: nothing has changed");
  } else {
    const what = counted(report.commits, "transaction");
    await note(context, `v${report.version} · ${what}`);
  }
  const isWhole = report.damage.length === 0 && report.taken.length === 0 &&
    report.resources.every(({ status }) => status !== "refused");
  return isWhole ? ExitCode.done : ExitCode.partly;
}

/** Whether both sides have the same; nobody knows before it is done. */
function agrees({ digests }: MigrateReport): boolean | null {
  return digests.some(({ pond }) => pond === undefined)
    ? null
    : digests.every(({ pond, source }) => pond === source);
}

function recordOf(report: MigrateReport, dryRun: boolean): object {
  const { counts, leftOut, version = null, ...rest } = report;
  const { sizeBytes, ...numbers } = counts;
  return {
    ...numbers,
    bytes: sizeBytes,
    ...rest,
    version,
    left_out: leftOut,
    agrees: agrees(report),
    done: !dryRun,
  };
}

function* linesOf(report: MigrateReport): Generator<string> {
  const { counts, damage, digests, leftOut, notes, resources, secrets } =
    report;
  yield [
    counted(counts.files, "file"),
    counted(counts.versions, "version"),
    humanSize(counts.sizeBytes),
    counts.directories === 1
      ? "1 directory"
      : `${counts.directories} directories`,
    counted(counts.symlinks, "symlink"),
  ].join(" · ");
  for (const it of damage) yield `damaged: ${placeOf(it)}: ${it.problem}`;
  for (const it of report.taken) {
    yield `not taken over: ${placeOf(it)}: ${it.problem}`;
  }
  for (const it of notes) yield `note: ${placeOf(it)}: ${it.problem}`;
  for (const path of report.unlisted) {
    yield `not listed: ${printable(path)}: a leftover, and not taken over`;
  }
  for (const path of leftOut) {
    yield `left out: ${printable(path)}: it holds secrets`;
  }
  for (const { kind, name, path, problem, status } of resources) {
    const at = path === undefined ? "" : ` at ${printable(path)}`;
    const why = problem === undefined ? "" : `: ${problem}`;
    yield `${status}: ${printable(`${kind}/${name}`)}${at}${printable(why)}`;
  }
  for (const { field, variable } of secrets) {
    yield `secret: ${
      printable(field)
    } is \${env:${variable}} now: set it where pond runs`;
  }
  for (const { path, pond, source } of digests) {
    const verdict = pond === undefined
      ? ""
      : pond === source
      ? ", agrees"
      : `, and ${pond} in the pond`;
    yield `digest: ${printable(path)}: ${source}${verdict}`;
  }
}

function placeOf({ path, version }: Damage): string {
  const at = printable(path);
  return version === undefined ? at : `${at}, version ${version}`;
}
