/**
 * The commands of pipelines, as their arguments say them.
 *
 * @module
 */
import type { ViewOptions } from "./common_options.ts";
import type { Format } from "./format.ts";

/** `pond apply` */
export interface ApplyCommand {
  readonly name: "apply";
  /** Files of the host; `-` is standard input. */
  readonly files: readonly string[];
  /** What `{{ name }}` means in them. */
  readonly variables: ReadonlyMap<string, string>;
  readonly dryRun: boolean;
  readonly message: string | undefined;
  readonly format: Format | undefined;
}

/** `pond explain` */
export interface ExplainCommand extends ViewOptions {
  readonly name: "explain";
  /** Files. */
  readonly paths: readonly string[];
  readonly format: Format | undefined;
}

/** What `pond resource` can do. */
export const RESOURCE_VERBS = ["list", "show", "delete"] as const;

/** A part of `pond resource`. */
export type ResourceVerb = typeof RESOURCE_VERBS[number];

/** `pond resource` */
export interface ResourceCommand {
  readonly name: "resource";
  readonly verb: ResourceVerb;
  /** Names, kinds, or both: `KIND/NAME`. */
  readonly words: readonly string[];
  readonly dryRun: boolean;
  readonly message: string | undefined;
  readonly format: Format | undefined;
}

/** `pond migrate` */
export interface MigrateCommand {
  readonly name: "migrate";
  /** A directory of the host. */
  readonly source: string;
  readonly dryRun: boolean;
  /** Whether damage ends it. */
  readonly strict: boolean;
}

/** `pond run` */
export interface RunCommand {
  readonly name: "run";
  /** Names, kinds, or both: `KIND/NAME`; all when there are none. */
  readonly words: readonly string[];
  /** Whether only those are run that are due by their schedules. */
  readonly due: boolean;
  /** Whether they are run again and again, by their schedules. */
  readonly watch: boolean;
  /** The time between two runs of all, again and again. */
  readonly every: string | undefined;
  readonly dryRun: boolean;
  readonly format: Format | undefined;
}

/** `pond why` */
export interface WhyCommand {
  readonly name: "why";
  /** The series, or `PATH@REV`. */
  readonly path: string;
  /** Only what may have made the row of this time. */
  readonly time: string | undefined;
  readonly format: Format | undefined;
}
