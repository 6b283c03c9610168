/**
 * `pond maintain`
 *
 * @module
 */
import type { TinyLogFS, VacuumReport } from "../../tinylogfs/mod.ts";
import {
  type MaintainCommand,
  MAINTENANCE_TASKS,
  type MaintenanceTask,
} from "../command.ts";
import type { Context } from "../context.ts";
import { watched } from "../counting_host.ts";
import { retentionOf } from "../durations.ts";
import { ExitCode } from "../exit_codes.ts";
import type { Progress } from "../progress.ts";
import { counted, withPond } from "../session.ts";
import { humanSize } from "../units.ts";

/** What a task did to one kind of file. */
interface Effect {
  readonly task: MaintenanceTask;
  /** The files that it is about. */
  readonly files: string;
  /** Whether it is done, and not only said. */
  readonly done: boolean;
  readonly files_removed: number;
  readonly bytes_removed: number;
  readonly files_added: number;
  /** Not known before they are written. */
  readonly bytes_added: number | null;
}

/** The outcome of a task, for programs and for people. */
interface Outcome {
  readonly effects: readonly Effect[];
  readonly sentence: string;
}

/** Merges files, writes a checkpoint, deletes what nothing needs. */
export async function runMaintain(
  command: MaintainCommand,
  context: Context,
): Promise<ExitCode> {
  const verb = command.task ?? "maintain";
  return await watched(
    context,
    { verb },
    async (context, progress) => await maintain(command, context, progress),
  );
}

async function maintain(
  command: MaintainCommand,
  context: Context,
  progress: Progress,
): Promise<ExitCode> {
  const tasks = command.task ? [command.task] : MAINTENANCE_TASKS;
  return await withPond(context, {}, async (fs, settings) => {
    const retention = (await settings()).find("maintain.retention");
    const retentionMs = retention &&
      retentionOf(retention.value, retention.origin);
    const effects: Effect[] = [];
    for (const task of tasks) {
      const outcome = await perform(task, {
        fs,
        command,
        context,
        retentionMs,
      });
      for (const effect of outcome.effects) effects.push(effect);
      if (command.format === undefined) {
        await progress.clear();
        await context.out.line(`${task}: ${outcome.sentence}`);
      }
    }
    await progress.clear();
    if (command.format !== undefined) {
      const { writeRecords } = await import("../rows.ts");
      const rows = effects.map((effect) => ({ ...effect }));
      await writeRecords(context, command.format, rows);
    }
    return ExitCode.done;
  });
}

interface Work {
  readonly fs: TinyLogFS;
  readonly command: MaintainCommand;
  readonly context: Context;
  readonly retentionMs: number | undefined;
}

function perform(task: MaintenanceTask, work: Work): Promise<Outcome> {
  switch (task) {
    case "optimize":
      return optimize(work);
    case "checkpoint":
      return checkpoint(work);
    case "vacuum":
      return vacuum(work);
    default:
      return task satisfies never;
  }
}

async function optimize({ fs, command, context }: Work): Promise<Outcome> {
  const { dryRun } = command;
  const { signal } = context;
  const report = await fs.optimize({ dryRun, signal });
  const { filesRemoved, filesAdded, bytesRemoved, bytesAdded } = report;
  const effect: Effect = {
    task: "optimize",
    files: "data",
    done: !dryRun,
    files_removed: filesRemoved,
    bytes_removed: bytesRemoved,
    files_added: filesAdded,
    bytes_added: bytesAdded ?? null,
  };
  const merged = `${counted(filesRemoved, "data file")} (${
    humanSize(bytesRemoved)
  }) ${dryRun ? "would be merged" : "merged"} into ${filesAdded}, leaving ${
    counted(report.filesLeft, "data file")
  }`;
  const others = report.gaveWay > 0
    ? `; ${counted(report.gaveWay, "merge")} left to other processes`
    : "";
  const sentence = filesRemoved === 0
    ? `nothing to merge, ${counted(report.filesLeft, "data file")}`
    : merged;
  return { effects: [effect], sentence: `${sentence}${others}` };
}

async function checkpoint({ fs, command }: Work): Promise<Outcome> {
  if (command.dryRun) {
    const effect = logEffect("checkpoint", 0, 0, 1, null, false);
    return { effects: [effect], sentence: "one would be written" };
  }
  const report = await fs.checkpoint();
  const { logBytesRemoved, logFilesRemoved, sizeBytes } = report;
  const removed = logFilesRemoved === 0
    ? "no commit is old enough to be removed"
    : `${counted(logFilesRemoved, "old file")} of the log removed (${
      humanSize(logBytesRemoved)
    })`;
  return {
    effects: [
      logEffect("checkpoint", 0, 0, 1, sizeBytes, true),
      logEffect("log", logFilesRemoved, logBytesRemoved, 0, 0, true),
    ],
    sentence: `written (${humanSize(sizeBytes)}), ${removed}`,
  };
}

function logEffect(
  files: string,
  files_removed: number,
  bytes_removed: number,
  files_added: number,
  bytes_added: number | null,
  done: boolean,
): Effect {
  const removed = { files_removed, bytes_removed };
  const added = { files_added, bytes_added };
  return { task: "checkpoint", files, done, ...removed, ...added };
}

async function vacuum(work: Work): Promise<Outcome> {
  const { fs, command, context, retentionMs } = work;
  const { force } = command;
  const { signal } = context;
  const report = await fs.vacuum({
    dryRun: !command.yes,
    force,
    signal,
    ...(retentionMs === undefined ? {} : { retentionMs }),
  });
  const kinds = ["data", "blob", "unfinished", "branch"] as const;
  const effects = kinds.map((kind): Effect => {
    const files = report.files.filter((file) => file.kind === kind);
    return {
      task: "vacuum",
      files: kind,
      done: !report.dryRun,
      files_removed: files.length,
      bytes_removed: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      files_added: 0,
      bytes_added: 0,
    };
  });
  return { effects, sentence: vacuumSentence(report, effects) };
}

function vacuumSentence(
  { dryRun, files }: VacuumReport,
  effects: readonly Effect[],
): string {
  if (files.length === 0) return "nothing to delete";
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const [data = 0, blobs = 0, unfinished = 0, branches = 0] = effects.map(
    (effect) => effect.files_removed,
  );
  const parts = [
    data > 0 ? counted(data, "data file") : "",
    blobs > 0 ? counted(blobs, "blob") : "",
    unfinished > 0 ? `${unfinished} unfinished` : "",
    branches > 0 ? `${branches} branch${branches === 1 ? "" : "es"}` : "",
  ].filter((part) => part !== "");
  return `${counted(files.length, branches > 0 ? "item" : "file")} ${
    dryRun ? "would be deleted" : "deleted"
  } (${humanSize(bytes)}): ${parts.join(", ")}${
    dryRun ? " · pond maintain vacuum --yes" : ""
  }`;
}
