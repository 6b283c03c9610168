/**
 * `pond get`
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";
import type { DirEntry, TinyLogFS } from "../../tinylogfs/mod.ts";
import type { GetCommand } from "../tree_command.ts";
import type { Context } from "../context.ts";
import { Tally } from "../each.ts";
import type { ExitCode } from "../exit_codes.ts";
import { expanded } from "../expand.ts";
import { hostPath } from "../locate.ts";
import { Progress } from "../progress.ts";
import { seriesContent } from "../series_content.ts";
import {
  atPath,
  baseName,
  pathOf,
  viewPond,
  withSuggestion,
} from "../session.ts";
import {
  followedStat,
  isContentPath,
  joined,
  requireApart,
} from "../../trees/transfer.ts";
import { filterOf, tellMissing } from "../trees/file_list.ts";
import type { TreeFilter } from "../../trees/filter.ts";
import { realPath } from "../../host/real_path.ts";
import { TreeGet } from "../trees/get_tree.ts";
import { TreeReport } from "../trees/tree_report.ts";

/** Copies from the pond to the host. */
export async function runGet(
  command: GetCommand,
  context: Context,
): Promise<ExitCode> {
  const filter = await filterOf(command, command.sources, context);
  return await viewPond(context, command, async (fs) => {
    if (command.destination === "-") {
      return await writeOutAll(fs, command, context);
    }
    const sources = await sourcesOf(fs, command, context);
    const targets = await targetsOf(sources, command, context);
    if (command.deletes) requireApart(targets.map(([, target]) => target));
    for (const [source, target] of targets) {
      await refuseOwnPond(fs, source, target, command, context);
    }
    await using progress = Progress.start(context, {
      verb: "get",
      noun: "files",
      total: () => amountOf(fs, sources, filter),
    });
    const { dryRun } = command;
    const report = new TreeReport(context, progress, { keepsChanges: dryRun });
    const named = await hostPath(context, command.destination);
    const trees: TreeGet[] = [];
    for (const [source, target] of targets) {
      try {
        await atPath(fs, source, async (fs, path) => {
          const { host, signal } = context;
          const { deletes, force } = command;
          const parts = { fs, host, filter, force, deletes, dryRun, report };
          const tree = new TreeGet({ ...parts, signal });
          trees.push(tree);
          await tree.get(path, target, {
            follows: target === named,
            isContent: isContentPath(path),
          });
        });
      } catch (error) {
        const isOne = error instanceof PondError && !hasCode(error, "NO_SPACE");
        if (context.signal.aborted || !isOne) throw error;
        const told = await withSuggestion(fs, error);
        await report.failed(told instanceof PondError ? told : error);
      }
    }
    await tellMissing(filter, report);
    const others = trees.reduce((count, tree) => count + tree.others, 0);
    if (await report.mayDelete(others)) {
      for (const tree of trees) await tree.deleteOthers();
    }
    await progress.clear();
    await tell(command, context, report);
    return report.exitCode;
  });
}

/** What a pond's directory has of its own: docs/format.md. */
const OWN_NAMES = [
  "pond.json",
  "oplog",
  "blobs",
  "staging",
  "head",
  "branches",
  "branch",
  "backups",
  "tmp",
  "recovered",
  "cache",
];

/** Nothing goes over the pond itself, and nothing of it is deleted. */
async function refuseOwnPond(
  fs: TinyLogFS,
  source: string,
  target: string,
  { deletes }: GetCommand,
  { host: { files } }: Context,
): Promise<void> {
  // Symlinks lead into it, and around it, as well.
  const pond = await realPath(files, fs.path);
  const real = await realPath(files, target);
  const around = real === "/" ? "/" : `${real}/`;
  const isAround = `${pond}/`.startsWith(around);
  const isInside = around.startsWith(`${pond}/`);
  if (deletes && (isAround || isInside)) throw ownPond(target);
  const inside = around.slice(pond.length + 1).split("/")[0] ?? "";
  if (isInside && OWN_NAMES.includes(inside)) throw ownPond(target);
  if (!isAround) return;
  const { path } = await pathOf(source);
  const below = pond.slice(around.length);
  for (const name of OWN_NAMES) {
    const own = [path, below, name].filter((part) => part !== "").join("/");
    if (await fs.exists(own)) throw ownPond(target);
  }
}

function ownPond(target: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot get into ${target}: the pond itself would be written over`,
    { path: target, hint: "choose a directory beside the pond" },
  );
}

async function tell(
  { dryRun }: GetCommand,
  context: Context,
  report: TreeReport,
): Promise<void> {
  const { json } = context.globals;
  if (dryRun) {
    const { showOperations } = await import("../operations.ts");
    const format = json ? "json" : undefined;
    return await showOperations(format, context, report.operations);
  }
  if (json) await context.out.line(JSON.stringify(report.row));
  await report.say();
}

/** The sources as they are written, with patterns in their places. */
async function sourcesOf(
  fs: TinyLogFS,
  { sources }: GetCommand,
  { signal }: Context,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const source of sources) {
    const { path, revision } = await pathOf(source);
    if (revision !== undefined) found.push(source);
    else {
      const end = isContentPath(path) ? "/." : "";
      const pattern = end === "" ? path : path.replace(/\/*\.\/*$/, "");
      const paths = await expanded(fs, pattern || "/", signal);
      // An @ of a name is written twice.
      found.push(...paths.map((path) => path.replaceAll("@", "@@") + end));
    }
  }
  return found;
}

/** Where each source goes: into the destination, or under its name. */
async function targetsOf(
  sources: readonly string[],
  { destination }: GetCommand,
  context: Context,
): Promise<readonly (readonly [source: string, target: string])[]> {
  const to = await hostPath(context, destination);
  const into =
    (await followedStat(context.host.files, to))?.type === "directory";
  const [first = ""] = sources;
  // What is in a directory goes to one that is made for it.
  const isMade = sources.length === 1 &&
    isContentPath((await pathOf(first)).path);
  if (!into && !isMade && (sources.length > 1 || destination.endsWith("/"))) {
    throw new PondError(
      "NOT_FOUND",
      `Cannot write into ${to}: there is no such directory`,
      { path: to, hint: `mkdir ${to}` },
    );
  }
  return await Promise.all(sources.map(async (source) => {
    const { path } = await pathOf(source);
    const name = isContentPath(path) ? "" : baseName(path);
    return [source, into && name !== "" ? joined(to, name) : to] as const;
  }));
}

/** How much there is to get. */
async function amountOf(
  fs: TinyLogFS,
  sources: readonly string[],
  filter: TreeFilter,
): Promise<{ items: number; bytes: number }> {
  let [items, bytes] = [0, 0];
  const isMeant = (path: string, { fileType, name }: DirEntry) =>
    filter.takesNamed(
      isContentPath(path) ? "" : name,
      fileType === "directory",
    );
  const add = async (
    fs: TinyLogFS,
    { fileType, path, sizeBytes }: DirEntry,
    below: string,
  ): Promise<void> => {
    if (fileType === "file") {
      items++;
      bytes += sizeBytes ?? 0;
    }
    if (fileType !== "directory") return;
    for await (const child of fs.listDirectory(path, { targets: false })) {
      const isDirectory = child.fileType === "directory";
      const at = joined(below, child.name);
      if (filter.takes({ path: at, isDirectory })) await add(fs, child, at);
    }
  };
  for (const source of sources) {
    await atPath(fs, source, async (fs, path) => {
      const entry = await fs.entry(path);
      if (isMeant(path, entry)) await add(fs, entry, "/");
    });
  }
  return { items, bytes };
}

async function writeOutAll(
  fs: TinyLogFS,
  { sources }: GetCommand,
  context: Context,
): Promise<ExitCode> {
  const tally = new Tally(context, fs);
  for (const source of sources) {
    await tally.attempt(() =>
      atPath(fs, source, (view, path) => writeOut(view, path, context))
    );
  }
  return tally.exitCode;
}

async function writeOut(
  fs: TinyLogFS,
  source: string,
  { out, signal }: Context,
): Promise<void> {
  const content = await seriesContent(fs, source, signal) ??
    await fs.streamFile(source, { signal });
  for await (const chunk of content) await out.bytes(chunk);
}
