/**
 * What the arguments of `pond mirror` become.
 *
 * @module
 */
import type { Format } from "./format.ts";
import type { TreeOptions } from "./tree_command.ts";

/** What `pond mirror` can do. */
export const MIRROR_VERBS = [
  "push",
  "pull",
  "sync",
  "status",
  "watch",
] as const;

/** A part of `pond mirror`. */
export type MirrorVerb = typeof MIRROR_VERBS[number];

/** `pond mirror` */
export interface MirrorCommand extends TreeOptions {
  readonly name: "mirror";
  readonly verb: MirrorVerb;
  /** The directory of the host. */
  readonly directory: string;
  /** The directory of the pond; that of the last sync when left out. */
  readonly path: string | undefined;
  /** Which side conflicts are decided for. */
  readonly prefer: "pond" | "host" | undefined;
  /** Whether the last sync is forgotten. */
  readonly resync: boolean;
  readonly message: string | undefined;
  readonly dryRun: boolean;
  /** Whether a watch carries changes of the pond to the host, too. */
  readonly both: boolean;
  /** How long nothing must change before changes are taken. */
  readonly settle: string | undefined;
  /** After how long a watch goes through the directory anyway. */
  readonly rescan: string | undefined;
  readonly format: Format | undefined;
}
