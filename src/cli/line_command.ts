/**
 * The commands of branches and tags, as their arguments say them.
 *
 * @module
 */
import type { Format } from "./format.ts";

/** `pond branch` */
export interface BranchCommand {
  readonly name: "branch";
  readonly branch: string | undefined;
  readonly at: string | undefined;
  readonly delete: boolean;
  readonly force: boolean;
  readonly scratch: boolean;
  readonly ttl: string | undefined;
  readonly dryRun: boolean;
  readonly format: Format | undefined;
}

/** `pond switch` */
export interface SwitchCommand {
  readonly name: "switch";
  readonly branch: string;
  readonly create: boolean;
  readonly dryRun: boolean;
}

/** `pond merge` */
export interface MergeCommand {
  readonly name: "merge";
  readonly branch: string;
  /** Whether what doesn't fit is settled by what is here. */
  readonly ours: boolean;
  readonly dryRun: boolean;
  readonly message: string | undefined;
  readonly format: Format | undefined;
}

/** `pond tag` */
export interface TagCommand {
  readonly name: "tag";
  /** The tag; all are listed when left out. */
  readonly tag: string | undefined;
  readonly revision: string | undefined;
  readonly delete: boolean;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly message: string | undefined;
  readonly format: Format | undefined;
}
