/**
 * `pond mirror`
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";
import {
  type MirrorItem,
  type MirrorReport,
  type MirrorRunOptions,
  MirrorSync,
} from "../../mirror/mod.ts";
import { type Context, note, warn } from "../context.ts";
import { timeoutOf } from "../durations.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath } from "../locate.ts";
import type { MirrorCommand } from "../mirror_command.ts";
import { printable } from "../output.ts";
import { Progress } from "../progress.ts";
import { type Column, writeRows } from "../rows.ts";
import { pondPath, withPond } from "../session.ts";
import { humanSize } from "../units.ts";

const COLUMNS: readonly Column<MirrorItem>[] = [
  { name: "action", type: "VARCHAR", value: ({ action }) => action },
  {
    name: "to",
    type: "VARCHAR",
    value: ({ to }) => to ?? null,
    terminal: ({ to }) => to ?? "",
  },
  { name: "type", type: "VARCHAR", value: ({ fileType }) => fileType },
  { name: "path", type: "VARCHAR", value: ({ path }) => path },
  {
    name: "size",
    type: "BIGINT",
    value: ({ sizeBytes }) => sizeBytes,
    terminal: ({ fileType, sizeBytes }) =>
      fileType === "file" ? humanSize(sizeBytes) : "",
  },
  {
    name: "done",
    type: "BOOLEAN",
    value: ({ done }) => done,
    terminal: "hidden",
  },
  {
    name: "problem",
    type: "VARCHAR",
    value: ({ problem }) => problem ?? null,
    terminal: ({ problem }) => problem ?? "",
  },
];

/** Keeps a directory of the host and one of the pond alike. */
export async function runMirror(
  command: MirrorCommand,
  context: Context,
): Promise<ExitCode> {
  try {
    return await openAndRun(command, context);
  } catch (error) {
    // A check of the pond knows nothing of it.
    if (!hasCode(error, "INTEGRITY") || !isStateFile(error.path)) throw error;
    throw new PondError("INTEGRITY", error.message, {
      path: error.path,
      hint: "nothing was changed; begin anew, which deletes nothing: --resync",
    });
  }
}

function isStateFile(path: string | undefined): path is string {
  return path?.endsWith("/.pond-mirror/state") ?? false;
}

async function openAndRun(
  command: MirrorCommand,
  context: Context,
): Promise<ExitCode> {
  return await withPond(context, { changes: true }, async (fs) => {
    const { exclude, include, path, resync, verb } = command;
    const directory = await hostPath(context, command.directory);
    const mirror = await MirrorSync.open(fs, context.host, directory, {
      include,
      exclude,
      resync,
      create: verb === "push" || verb === "sync",
      ...(path === undefined ? {} : { path: pondPath(path) }),
    });
    return verb === "watch"
      ? await watch(mirror, command, context)
      : await runOnce(mirror, command, context);
  });
}

async function runOnce(
  mirror: MirrorSync,
  command: MirrorCommand,
  context: Context,
): Promise<ExitCode> {
  await using progress = Progress.start(context, {
    verb: "mirror",
    noun: "files",
  });
  const report = await perform(mirror, command, {
    ...runOptions(command, context),
    onItem: ({ done, sizeBytes }) => {
      if (done) progress.advance(1, sizeBytes);
    },
  });
  await progress.clear();
  return await tell(command, context, report);
}

function runOptions(
  { deletes, dryRun, message, prefer }: MirrorCommand,
  { signal }: Context,
): MirrorRunOptions {
  return {
    deletes,
    dryRun,
    signal,
    ...(message === undefined ? {} : { message }),
    ...(prefer === undefined ? {} : { prefer }),
  };
}

function perform(
  mirror: MirrorSync,
  { verb }: MirrorCommand,
  options: MirrorRunOptions,
): Promise<MirrorReport> {
  switch (verb) {
    case "push":
      return mirror.syncToFilesystem(options);
    case "pull":
      return mirror.syncFromFilesystem(options);
    case "status":
      return mirror.status(options);
    case "sync":
    case "watch":
      return mirror.sync(options);
    default:
      return verb satisfies never;
  }
}

/** Tells what was done, or would be. */
async function tell(
  { dryRun, format, verb }: MirrorCommand,
  context: Context,
  report: MirrorReport,
): Promise<ExitCode> {
  const { items } = report;
  const isPlan = dryRun || verb === "status";
  if (format !== undefined || isPlan) {
    await writeRows(context, format, COLUMNS, items);
  } else {
    const conflicts = items.filter(({ action }) => action === "conflict");
    if (conflicts.length > 0) {
      await writeRows(context, undefined, COLUMNS, conflicts);
    }
  }
  await context.out.flush();
  await tellProblems(context, items);
  if (dryRun) {
    const { noteDryRun } = await import("../operations.ts");
    await noteDryRun(context);
  } else await saySummary(context, report);
  return exitCodeOf(items);
}

async function tellProblems(
  context: Context,
  items: readonly MirrorItem[],
): Promise<void> {
  for (const { action, error, path, problem = "" } of items) {
    if (action === "skip") {
      await warn(context, `skipped ${printable(path)}: ${problem}`);
    }
    if (error !== undefined) {
      const { reportError } = await import("../report_error.ts");
      await reportError(error, context);
    }
  }
}

async function saySummary(
  context: Context,
  { commits, items, movedFrom, version }: MirrorReport,
): Promise<void> {
  if (movedFrom !== undefined) {
    const from = printable(movedFrom);
    await note(context, `the directory was moved or copied from ${from}`);
  }
  const count = (filter: (item: MirrorItem) => boolean) =>
    items.filter(filter).length;
  const waiting = (side: MirrorItem["to"]) =>
    count(({ action, done, to }) => !done && to === side && action !== "fail");
  const parts = ([
    [count(({ done, to }) => done && to === "host"), "to the host"],
    [count(({ done, to }) => done && to === "pond"), "to the pond"],
    [waiting("host"), "waiting for the host"],
    [waiting("pond"), "waiting for the pond"],
    [count(({ action }) => action === "conflict"), "in conflict"],
    [count(({ action }) => action === "fail"), "failed"],
    [count(({ action }) => action === "skip"), "skipped"],
  ] as const).flatMap(([number, what]) =>
    number > 0 ? [`${number} ${what}`] : []
  );
  const bytes = items.reduce(
    (sum, { action, done, sizeBytes }) =>
      done && action !== "delete" ? sum + sizeBytes : sum,
    0,
  );
  const size = bytes > 0 ? ` · ${humanSize(bytes)}` : "";
  const said = parts.join(", ") || "both sides are alike";
  await note(context, `${said}${size}`);
  if (commits > 0) await note(context, `v${version} · undo: pond undo`);
}

function exitCodeOf(items: readonly MirrorItem[]): ExitCode {
  const has = (...actions: readonly MirrorItem["action"][]) =>
    items.some(({ action }) => actions.includes(action));
  if (items.some(({ error }) => error?.code === "INTEGRITY")) {
    return ExitCode.integrity;
  }
  if (has("conflict")) return ExitCode.conflict;
  return has("fail", "skip") ? ExitCode.partly : ExitCode.done;
}

async function watch(
  mirror: MirrorSync,
  command: MirrorCommand,
  context: Context,
): Promise<ExitCode> {
  const { both, rescan, settle } = command;
  const time = (text: string | undefined, option: string) =>
    text === undefined ? undefined : timeoutOf(text, option);
  const settleMs = time(settle, "--settle");
  const rescanMs = time(rescan, "--rescan");
  const reports = mirror.watch({
    ...runOptions(command, context),
    direction: both ? "sync" : "pull",
    ...(settleMs === undefined ? {} : { settleMs }),
    ...(rescanMs === undefined ? {} : { rescanMs }),
    onBlind: (error) => blind.push(error),
  });
  const blind: PondError[] = [];
  await note(context, `watching ${printable(mirror.root)}; Ctrl-C ends it`);
  // An array that never ends is no JSON.
  const format = command.format === "json" ? "ndjson" : command.format;
  for await (const report of reports) {
    for (const error of blind.splice(0)) {
      await warn(
        context,
        `${error.message}; it is looked through at intervals`,
      );
    }
    if (format === undefined) await tell(command, context, report);
    else {
      await writeRows(context, format, COLUMNS, report.items);
      await context.out.flush();
      await tellProblems(context, report.items);
    }
  }
  return ExitCode.done;
}
