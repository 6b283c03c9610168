/**
 * What the host has: a walk through the directory, which reads no file.
 *
 * @module
 */
import { encodeUtf8 } from "../bytes.ts";
import { PondError } from "../errors.ts";
import type { FileStore } from "../host/mod.ts";
import { type HostNode, walkHost } from "../trees/host_tree.ts";
import {
  type BaseNode,
  type HostSideNode,
  PERMISSIONS,
  sameFingerprint,
} from "./node.ts";
import { type MirrorTreeFilter, Rules } from "./scope.ts";
import { requireOtherPond } from "./top_directory.ts";
import type { MirrorItem } from "./types.ts";

/** What was found in the directory. */
export interface HostSide {
  /** By paths from the top. */
  readonly nodes: Map<string, HostSideNode>;
  /** What can't be known, with all that is below it. */
  readonly unknown: Set<string>;
  /** What is left out there. */
  readonly rules: Rules;
  /** What is skipped or failed. */
  readonly items: MirrorItem[];
}

/** What a scan needs. */
export interface ScanOptions {
  /** What belongs to the mirror. */
  readonly filter: MirrorTreeFilter;
  /** What there was at the last sync. */
  readonly base: ReadonlyMap<string, BaseNode>;
  /** The pond, which must not be found there: 32 hexadecimal digits. */
  readonly pondId: string;
  /** Ends the scan. */
  readonly signal: AbortSignal;
}

/** The directory itself, which may be a symlink to one. */
const TOP: HostNode["stat"] = {
  type: "directory",
  sizeBytes: 0,
  modifiedMs: 0,
  changedMs: 0,
  inode: 0,
  mode: 0,
};

/** A directory in which nothing is. */
export function emptySide(): HostSide {
  return {
    nodes: new Map(),
    unknown: new Set(),
    rules: new Rules(),
    items: [],
  };
}

/** Goes through a directory of the host. */
export async function scanHost(
  files: FileStore,
  root: string,
  { base, filter, pondId, signal }: ScanOptions,
): Promise<HostSide> {
  const side = emptySide();
  const failed = (source: string, error: PondError) => {
    const path = root === "/" ? source : source.slice(root.length) || "/";
    side.unknown.add(path);
    side.items.push(failure(path, "other", error));
    return Promise.resolve();
  };
  const seen = new Set<string>();
  const top = { name: "", source: root, path: "/", stat: TOP };
  const walk = walkHost(files, top, { filter, signal, failed });
  for await (const { children, leavesOut, node } of walk) {
    seen.add(node.path);
    side.rules.set(node.path, leavesOut);
    for (const child of children) {
      await requireOtherPond(files, child, root, pondId);
      await addNode(files, side, child, base);
    }
  }
  for (const [path, { fileType }] of side.nodes) {
    // It has gone while others were looked at: nothing is known of it now.
    if (fileType === "directory" && !seen.has(path)) side.unknown.add(path);
  }
  if (!seen.has("/")) side.unknown.add("/");
  if (filter.chooses) dropDirectories(side.nodes);
  return side;
}

async function addNode(
  files: FileStore,
  side: HostSide,
  found: HostNode,
  base: ReadonlyMap<string, BaseNode>,
): Promise<void> {
  const { path, source, stat } = found;
  const mode = stat.mode & PERMISSIONS;
  switch (stat.type) {
    case "other":
      side.unknown.add(path);
      side.items.push({
        action: "skip",
        fileType: "other",
        path,
        sizeBytes: 0,
        done: false,
        problem: "it is no file, directory or symlink",
      });
      return;
    case "directory":
      side.nodes.set(path, {
        fileType: "directory",
        mode,
        sizeBytes: 0,
        content: "",
        found,
      });
      return;
    case "symlink": {
      try {
        const target = await files.readLink(source);
        side.nodes.set(path, linkNode(target, found));
      } catch (error) {
        if (!(error instanceof PondError)) throw error;
        side.unknown.add(path);
        side.items.push(failure(path, "symlink", error));
      }
      return;
    }
    case "file": {
      const { sizeBytes } = stat;
      const known = base.get(path);
      const isKnown = known?.host && known.fileType === "file" &&
        sameFingerprint(known.host, stat);
      const content = isKnown ? known.content : undefined;
      side.nodes.set(path, {
        fileType: "file",
        mode,
        sizeBytes,
        content,
        found,
      });
    }
  }
}

function linkNode(target: string, found: HostNode): HostSideNode {
  const sizeBytes = encodeUtf8(target).length;
  return { fileType: "symlink", mode: 0, sizeBytes, content: target, found };
}

/** Where files are chosen, a directory is there for their sake. */
export function dropDirectories(
  nodes: Map<string, { readonly fileType: string }>,
): void {
  for (const [path, { fileType }] of nodes) {
    if (fileType === "directory") nodes.delete(path);
  }
}

/** The item of a path that failed. */
export function failure(
  path: string,
  fileType: MirrorItem["fileType"],
  error: PondError,
): MirrorItem {
  return {
    action: "fail",
    fileType,
    path,
    sizeBytes: 0,
    done: false,
    problem: error.message,
    error,
  };
}
