/**
 * What the arguments of the commands become that carry trees between the host and
 * the pond.
 *
 * @module
 */
import type { ChangeOptions, ViewOptions } from "./common_options.ts";

/** What of a tree is meant, and what becomes of the rest. */
export interface TreeOptions {
  /** Files must match one of these patterns, if there are any. */
  readonly include: readonly string[];
  /** What matches one of these patterns is left out. */
  readonly exclude: readonly string[];
  /** A file of the host that lists what is meant; `-` is standard input. */
  readonly filesFrom: string | undefined;
  /** Whether NUL ends what is listed there. */
  readonly zero: boolean;
  /** Whether what isn't in the source goes from the destination. */
  readonly deletes: boolean;
}

/** `pond put` */
export interface PutCommand extends ChangeOptions, TreeOptions {
  readonly name: "put";
  readonly sources: readonly string[];
  readonly destination: string;
}

/** `pond get` */
export interface GetCommand extends ViewOptions, TreeOptions {
  readonly name: "get";
  readonly sources: readonly string[];
  readonly destination: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}
