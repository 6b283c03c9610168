/**
 * `pond put`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { FileStore } from "../../host/mod.ts";
import type { PendingOperation, TinyLogFS } from "../../tinylogfs/mod.ts";
import type { PutCommand } from "../tree_command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath, locatePond } from "../locate.ts";
import { Progress } from "../progress.ts";
import {
  baseName,
  changePond,
  destinations,
  pondPath,
  withPond,
} from "../session.ts";
import { standardInput } from "../stdin.ts";
import {
  followedStat,
  isContentPath,
  noContent,
  parentOf,
  requireApart,
} from "../../trees/transfer.ts";
import { filterOf, tellMissing } from "../trees/file_list.ts";
import type { TreeFilter } from "../../trees/filter.ts";
import { type HostNode, walkHost } from "../../trees/host_tree.ts";
import { realPath } from "../../host/real_path.ts";
import { PutIndex } from "../trees/put_index.ts";
import { TreePut } from "../trees/put_tree.ts";
import { expandedHost } from "../trees/host_glob.ts";
import { TreeReport } from "../trees/tree_report.ts";

/** Copies from the host into the pond. */
export async function runPut(
  command: PutCommand,
  context: Context,
): Promise<ExitCode> {
  const to = pondPath(command.destination);
  const filter = await filterOf(command, command.sources, context);
  if (command.sources.includes("-")) {
    requireName(command.sources, to);
    return command.dryRun
      ? await tryInput(command, context, to)
      : await putInput(command, context, to);
  }
  // Without a pond, that is what is said.
  await locatePond(context);
  const sources = await sourcesOf(command, context);
  await using progress = Progress.start(context, {
    verb: "put",
    noun: "files",
    total: () => amountOf(sources, filter, context),
  });
  const { dryRun } = command;
  const report = new TreeReport(context, progress, { keepsChanges: dryRun });
  const indexes: PutIndex[] = [];
  const work = async (fs: TinyLogFS) => {
    const { host, signal } = context;
    const { deletes } = command;
    const parts = { fs, host, filter, deletes, dryRun, report, signal };
    const targets = await targetsOf(fs, sources, command);
    if (deletes) requireApart(targets);
    const trees: TreePut[] = [];
    for (const [i, node] of sources.entries()) {
      const { source, stat } = node;
      if (stat.type === "directory") {
        await refuseOwnPond(context.host.files, fs, source);
      }
      const target = targets[i] ?? to;
      if (!filter.takesNamed(node.name, stat.type === "directory")) continue;
      if (stat.type === "directory") {
        const place = { pond: fs.path, branch: fs.branch, source, target };
        const index = await PutIndex.open(host.files, place);
        indexes.push(index);
        const put = new TreePut(parts, index);
        trees.push(put);
        await put.putDirectory(node, target);
      } else await new TreePut(parts).putOne(node, target);
    }
    await tellMissing(filter, report);
    const others = trees.reduce((count, tree) => count + tree.others, 0);
    if (await report.mayDelete(others)) {
      for (const tree of trees) await tree.deleteOthers();
    }
    await progress.clear();
    return report.exitCode;
  };
  if (dryRun) return await tryPut(command, context, report, work);
  const code = await changePond(context, command, work, report);
  // What is only staged may never be committed.
  if (!command.noSync) { for (const index of indexes) await index.save(); }
  return code;
}

/** Where each source goes: into the destination, or under its name. */
async function targetsOf(
  fs: TinyLogFS,
  sources: readonly HostNode[],
  { destination }: PutCommand,
): Promise<readonly string[]> {
  const to = pondPath(destination);
  const [only] = sources;
  // What is in a directory goes to one that is made for it.
  const isContent = sources.length === 1 && only?.name === "";
  const targets = await destinations(
    fs,
    sources.map(({ name }) => name),
    isContent ? withoutSlash(to) : to,
  );
  return targets.map(([, target]) => withoutSlash(target));
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, "") || "/";
}

/** What is named; a symlink is followed, here only. */
async function sourcesOf(
  { sources }: PutCommand,
  context: Context,
): Promise<readonly HostNode[]> {
  const { files } = context.host;
  const found: HostNode[] = [];
  for (const word of sources) {
    const path = await hostPath(context, word);
    for (const source of await expandedHost(context, path)) {
      const stat = await followedStat(files, source);
      if (stat === undefined) throw missing(source);
      const isContent = isContentPath(word);
      if (isContent && stat.type !== "directory") {
        throw noContent(source, stat.type);
      }
      // What is in it has names, and the directory has none to give.
      const name = isContent ? "" : baseName(source);
      found.push({ name, source, path: "/", stat });
    }
  }
  return found;
}

function missing(source: string): PondError {
  return new PondError(
    "NOT_FOUND",
    `Cannot put ${source}: there is no such file`,
    { path: source, hint: `look for it: ls ${parentOf(source)}` },
  );
}

/** Shows what a put would do. */
async function tryPut(
  command: PutCommand,
  context: Context,
  report: TreeReport,
  work: (fs: TinyLogFS) => Promise<ExitCode>,
): Promise<ExitCode> {
  return await withPond(context, { staged: command.noSync }, async (fs) => {
    const code = await work(fs);
    await showTried(context, report.operations);
    return code;
  });
}

async function showTried(
  context: Context,
  operations: readonly PendingOperation[],
): Promise<void> {
  const { showOperations } = await import("../operations.ts");
  const format = context.globals.json ? "json" : undefined;
  await showOperations(format, context, operations);
}

async function putInput(
  command: PutCommand,
  context: Context,
  to: string,
): Promise<ExitCode> {
  const { signal } = context;
  return await changePond(context, command, async (fs) => {
    await fs.writeFile(to, standardInput(context), { signal });
  });
}

/** Shows what a put of standard input would do. */
async function tryInput(
  command: PutCommand,
  context: Context,
  to: string,
): Promise<ExitCode> {
  return await withPond(context, { staged: command.noSync }, async (fs) => {
    const operation = await fs.exists(to) ? "update" : "create";
    let sizeBytes = 0;
    for await (const chunk of standardInput(context)) sizeBytes += chunk.length;
    await showTried(context, [
      { operation, fileType: "file", path: to, sizeBytes },
    ]);
    return ExitCode.done;
  });
}

/** What comes from standard input has no name of its own. */
function requireName(sources: readonly string[], to: string): void {
  if (sources.length === 1 && baseName(to) !== "" && !to.endsWith("/")) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    "Cannot put standard input without a name, or beside other sources",
    { path: to, hint: "pond put - /NAME" },
  );
}

/** A pond that swallows itself would never be done. */
async function refuseOwnPond(
  files: FileStore,
  fs: TinyLogFS,
  source: string,
): Promise<void> {
  const [pond, real] = [
    await realPath(files, fs.path),
    await realPath(files, source),
  ];
  if (!`${pond}/`.startsWith(real === "/" ? "/" : `${real}/`)) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot put ${source}: the pond itself lies in it`,
    { path: source, hint: "put what lies beside the pond, one by one" },
  );
}

/** How much there is to put. */
async function amountOf(
  sources: readonly HostNode[],
  filter: TreeFilter,
  { host, signal }: Context,
): Promise<{ items: number; bytes: number }> {
  let [items, bytes] = [0, 0];
  const add = ({ stat: { sizeBytes, type } }: HostNode) => {
    if (type !== "file") return;
    items++;
    bytes += sizeBytes;
  };
  const options = { filter, signal, failed: () => Promise.resolve() };
  for (const source of sources) {
    const isDirectory = source.stat.type === "directory";
    if (!filter.takesNamed(source.name, isDirectory)) continue;
    add(source);
    if (!isDirectory) continue;
    for await (const { children } of walkHost(host.files, source, options)) {
      children.forEach(add);
    }
  }
  return { items, bytes };
}
