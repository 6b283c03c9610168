/**
 * What the functions of {@linkcode NodeFs} need of a filesystem.
 *
 * @module
 */
import type { Buffers } from "../../host/host.ts";
import type { WorkingDir } from "../../tinyfs/mod.ts";

/** The filesystem that is worked on. */
export interface NodeFsSide {
  /** Its root. */
  readonly root: WorkingDir;
  /** Whether it can't be changed. */
  readonly readOnly: boolean;
  /** Makes it possible that calls commit by themselves. */
  readonly commits?: NodeFsCommits;
  /** How the host's programs hold bytes. */
  buffers(): Promise<Buffers>;
  /** How many operations are pending. */
  pendingCount(): number;
}

/** How pending operations come to an end. */
export interface NodeFsCommits {
  /** Commits what is pending. */
  commit(message: string): Promise<unknown>;
  /** Drops what is pending. */
  revert(): Promise<unknown>;
}
