/**
 * What the two sides of a mirror, and the last sync, know of a path.
 *
 * @module
 */
import type { FileStat } from "../host/mod.ts";
import type { HostNode } from "../trees/host_tree.ts";
import type { MirrorFileType } from "./types.ts";

/** The bits of a mode that are mirrored. */
export const PERMISSIONS = 0o777;

/** What can be compared. */
export interface MirrorNode {
  /** The kind. */
  readonly fileType: MirrorFileType;
  /** The permission bits; 0 for a symlink, which has none. */
  readonly mode: number;
  /** Bytes of a file's content; 0 for what has none. */
  readonly sizeBytes: number;
  /**
   * A file's SHA-256, a symlink's target, nothing for a directory. `undefined` for a
   * file that was not read: one that is known to be like no other.
   */
  readonly content: string | undefined;
}

/** By what the host tells that a file is the same as before. */
export type Fingerprint = Pick<
  FileStat,
  "sizeBytes" | "modifiedMs" | "changedMs" | "inode"
>;

/** What both sides had at the last sync. */
export interface BaseNode extends MirrorNode {
  readonly content: string;
  /** The node of the pond, and which version of it. */
  readonly pond?: { readonly nodeId: string; readonly version: number };
  /** The host's file, if its times say what it holds. */
  readonly host?: Fingerprint;
}

/** What the pond has. */
export interface PondNode extends MirrorNode {
  readonly nodeId: string;
  /** Which version of the node it is. */
  readonly version: number;
  /** When the content was changed, microseconds since the epoch, UTC. */
  readonly modifiedUs: number;
}

/** What the host has. */
export interface HostSideNode extends MirrorNode {
  /** The file, as it was found. */
  readonly found: HostNode;
}

/** A path, on both sides and at the last sync. */
export interface Three {
  readonly base: BaseNode | undefined;
  readonly pond: PondNode | undefined;
  readonly host: HostSideNode | undefined;
}

/** Whether two nodes hold the same; their modes may differ. */
export function sameContent(
  a: MirrorNode | undefined,
  b: MirrorNode | undefined,
): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.fileType === b.fileType && a.content !== undefined &&
    a.content === b.content;
}

/** Whether two nodes are alike. */
export function sameNode(
  a: MirrorNode | undefined,
  b: MirrorNode | undefined,
): boolean {
  return sameContent(a, b) && a?.mode === b?.mode;
}

/** Whether a file is what it was, as far as its times tell. */
export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs &&
    a.changedMs === b.changedMs && a.inode === b.inode;
}

/** How coarse the clock of a file system may be: FAT's has 2 s. */
const CLOCK_TICK_MS = 2000;

/**
 * What a file's times say of its content when it was read at a moment: nothing, if
 * it was changed so shortly before that a later change may have the same times.
 *
 * @param readMs When it was read, milliseconds since the epoch, UTC.
 */
export function fingerprintOf(
  { changedMs, inode, modifiedMs, sizeBytes }: FileStat,
  readMs: number,
): Fingerprint | undefined {
  const lastMs = Math.max(modifiedMs, changedMs);
  if (lastMs + CLOCK_TICK_MS > readMs) return undefined;
  return { sizeBytes, modifiedMs, changedMs, inode };
}
