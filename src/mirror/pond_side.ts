/**
 * What the pond has: a walk through a directory, which reads no file.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { PondError } from "../errors.ts";
import type { DirEntry, FileOperations } from "../tinylogfs/mod.ts";
import type { IgnoreRules } from "../trees/ignore_file.ts";
import { dropDirectories } from "./host_side.ts";
import { isReserved } from "./names.ts";
import { type BaseNode, PERMISSIONS, type PondNode } from "./node.ts";
import {
  IGNORE_FILE,
  type LeavesOut,
  type MirrorTreeFilter,
  Rules,
} from "./scope.ts";
import type { MirrorItem } from "./types.ts";

/** What was found in the pond. */
export interface PondSide {
  /** By paths from the top of the mirror. */
  readonly nodes: Map<string, PondNode>;
  /** What is left out there. */
  readonly rules: Rules;
  /** What isn't carried over, whatever the host has there. */
  readonly unknown: Set<string>;
  /** What is skipped. */
  readonly items: MirrorItem[];
}

/** What a walk needs. */
export interface PondWalkOptions {
  /** The directory that is mirrored. */
  readonly top: string;
  /** Whether that may be missing: then nothing is in it. */
  readonly isNew: boolean;
  /** What belongs to the mirror. */
  readonly filter: MirrorTreeFilter;
  /** What the host leaves out. */
  readonly hostLeavesOut: LeavesOut;
  /** What there was at the last sync. */
  readonly base: ReadonlyMap<string, BaseNode>;
  /** Ends the walk. */
  readonly signal: AbortSignal;
}

/** Goes through a directory of the pond. */
export async function walkPond(
  fs: FileOperations,
  options: PondWalkOptions,
): Promise<PondSide> {
  const side: PondSide = {
    nodes: new Map(),
    rules: new Rules(),
    unknown: new Set(),
    items: [],
  };
  if (!options.isNew || await fs.exists(options.top)) {
    await walk(fs, options, side, "/", undefined);
  }
  if (options.filter.chooses) dropDirectories(side.nodes);
  return side;
}

/** The path in the pond of a path from the top of the mirror. */
export function inPond(top: string, path: string): string {
  if (path === "/") return top;
  return top === "/" ? path : `${top}${path}`;
}

async function walk(
  fs: FileOperations,
  options: PondWalkOptions,
  side: PondSide,
  path: string,
  above: IgnoreRules | undefined,
): Promise<void> {
  const { base, filter, hostLeavesOut, signal, top } = options;
  signal.throwIfAborted();
  const entries: DirEntry[] = [];
  const directory = inPond(top, path);
  // What views show is computed there as well, from what is mirrored.
  const stored = fs.listDirectory(directory, { computed: false });
  for await (const entry of stored) entries.push(entry);
  const rules = await rulesOf(fs, options, path, entries, above);
  side.rules.setFile(path, rules);
  for (const entry of entries) {
    const at = path === "/" ? `/${entry.name}` : `${path}/${entry.name}`;
    const isDirectory = entry.fileType === "directory";
    const candidate = { path: at, isDirectory };
    if (isReserved(entry.name)) {
      side.items.push(skipped(at, entry, "its name is the mirror's own"));
      continue;
    }
    const isOut = !filter.takes(candidate) || hostLeavesOut(candidate) ||
      rules?.ignores(candidate);
    if (isOut) continue;
    const node = nodeOf(entry, base.get(at));
    requireNoOlder(at, node, base.get(at));
    side.nodes.set(at, node);
    if (await isSeries(fs, inPond(top, at), entry, node)) {
      side.unknown.add(at);
      side.items.push(skipped(at, entry, "it is a series: pond get writes it"));
    }
    if (isDirectory) await walk(fs, options, side, at, rules);
  }
}

async function rulesOf(
  fs: FileOperations,
  { signal, top }: PondWalkOptions,
  path: string,
  entries: readonly DirEntry[],
  above: IgnoreRules | undefined,
): Promise<IgnoreRules | undefined> {
  const own = entries.find(({ fileType, name }) =>
    name === IGNORE_FILE && fileType === "file"
  );
  if (own === undefined) return above;
  const { IgnoreRules } = await import("../trees/ignore_file.ts");
  const file = `${inPond(top, path).replace(/\/$/, "")}/${IGNORE_FILE}`;
  const text = decodeUtf8(await fs.readFile(file, { signal }));
  return new IgnoreRules(text, path, above);
}

/**
 * Whether a file is more than its newest version: that alone on the host would
 * replace all of it, once somebody edits it there. Each part is a version, so most
 * files needn't be read; nor one that was the same at the last sync.
 */
async function isSeries(
  fs: FileOperations,
  path: string,
  { fileType, version }: DirEntry,
  { content }: PondNode,
): Promise<boolean> {
  if (fileType !== "file" || version === 1 || content !== undefined) {
    return false;
  }
  return ((await fs.seriesMark(path))?.parts ?? 0) > 1;
}

function skipped(
  path: string,
  { fileType, sizeBytes }: DirEntry,
  problem: string,
): MirrorItem {
  return {
    action: "skip",
    fileType,
    path,
    sizeBytes: fileType === "file" ? sizeBytes ?? 0 : 0,
    done: false,
    problem,
  };
}

function nodeOf(entry: DirEntry, known: BaseNode | undefined): PondNode {
  const { fileType, modifiedUs, nodeId, target = "", version } = entry;
  const pond = { nodeId, version, modifiedUs };
  if (fileType === "directory") {
    const mode = entry.mode & PERMISSIONS;
    return { fileType, mode, sizeBytes: 0, content: "", ...pond };
  }
  if (fileType === "symlink") {
    const sizeBytes = encodeUtf8(target).length;
    return { fileType, mode: 0, sizeBytes, content: target, ...pond };
  }
  const isKnown = known?.fileType === "file" &&
    known.pond?.nodeId === nodeId && known.pond.version === version;
  return {
    fileType,
    mode: entry.mode & PERMISSIONS,
    sizeBytes: entry.sizeBytes ?? 0,
    content: isKnown ? known.content : undefined,
    ...pond,
  };
}

/** The versions of a node only grow, unless the pond is an older copy. */
function requireNoOlder(
  path: string,
  { nodeId, version }: PondNode,
  known: BaseNode | undefined,
): void {
  const before = known?.pond;
  if (before?.nodeId !== nodeId || version >= before.version) return;
  throw restoredError(`${path} is older there than at the last sync`);
}

/** The error of a mirror whose last sync the pond doesn't know. */
export function restoredError(why: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot compare with the last sync: the pond isn't the one that it was: ${why}`,
    {
      hint:
        "if it was restored from a backup, begin anew, which deletes nothing: --resync",
    },
  );
}
