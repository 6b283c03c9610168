/**
 * What the arguments of the commands become that are about files in the pond.
 *
 * @module
 */
import type { ChangeOptions, ViewOptions } from "./common_options.ts";
import type { Format } from "./format.ts";

/** The order of entries: by name, the newest first, the largest first. */
export type ListOrder = "name" | "time" | "size";

/** `pond ls` */
export interface ListCommand extends ViewOptions {
  readonly name: "ls";
  readonly paths: readonly string[];
  readonly long: boolean;
  readonly all: boolean;
  /** Whether directories in directories are listed, too. */
  readonly recursive: boolean;
  /** Whether a directory is listed as an entry. */
  readonly directory: boolean;
  /** Whether sizes are for people, also in a pipe. */
  readonly human: boolean;
  /** Whether there is one name a line, also on a terminal. */
  readonly single: boolean;
  /** Whether NUL takes the place of line breaks. */
  readonly zero: boolean;
  readonly order: ListOrder;
  readonly reverse: boolean;
  readonly format: Format | undefined;
}

/** `pond cat` */
export interface CatCommand extends ViewOptions {
  readonly name: "cat";
  readonly paths: readonly string[];
  /** Bytes, as `START-END`, `START-` or `-LAST`. */
  readonly range: string | undefined;
}

/** `pond mkdir` */
export interface MakeDirectoryCommand extends ChangeOptions {
  readonly name: "mkdir";
  readonly paths: readonly string[];
  readonly parents: boolean;
}

/** `pond touch` */
export interface TouchCommand extends ChangeOptions {
  readonly name: "touch";
  readonly paths: readonly string[];
  /** The time of the last change; the present when left out. */
  readonly date: string | undefined;
}

/** `pond rm` */
export interface RemoveCommand extends ChangeOptions {
  readonly name: "rm";
  readonly paths: readonly string[];
  readonly recursive: boolean;
  readonly force: boolean;
  /** Whether to ask before each. */
  readonly interactive: boolean;
}

/** `pond ln` */
export interface LinkCommand extends ChangeOptions {
  readonly name: "ln";
  readonly target: string;
  readonly link: string;
}

/** `pond cp` */
export interface CopyCommand extends ChangeOptions {
  readonly name: "cp";
  readonly sources: readonly string[];
  readonly destination: string;
  readonly recursive: boolean;
}

/** `pond mv` */
export interface MoveCommand extends ChangeOptions {
  readonly name: "mv";
  readonly sources: readonly string[];
  readonly destination: string;
}

/** `pond tree` */
export interface TreeCommand extends ViewOptions {
  readonly name: "tree";
  readonly path: string;
  readonly all: boolean;
  /** Whether only directories are shown. */
  readonly directories: boolean;
  /** How many levels; all when left out. */
  readonly depth: number | undefined;
  readonly format: Format | undefined;
}

/** `pond stat` */
export interface StatCommand extends ViewOptions {
  readonly name: "stat";
  readonly paths: readonly string[];
  readonly format: Format | undefined;
}

/** How much of a file `pond head` and `pond tail` write. */
export interface PartOptions extends ViewOptions {
  readonly paths: readonly string[];
  readonly unit: "lines" | "bytes";
  readonly count: number;
}

/** `pond head` */
export interface HeadCommand extends PartOptions {
  readonly name: "head";
}

/** `pond tail` */
export interface TailCommand extends PartOptions {
  readonly name: "tail";
  /** Whether the count is where to begin, from 1. */
  readonly fromStart: boolean;
  readonly follow: boolean;
}

/** `pond edit` */
export interface EditCommand extends ChangeOptions {
  readonly name: "edit";
  readonly path: string;
}

/** What `pond grep` writes of what it finds. */
export type GrepOutput = "lines" | "names" | "counts";

/** `pond grep` */
export interface GrepCommand extends ViewOptions {
  readonly name: "grep";
  readonly pattern: string;
  /** The whole tree when there are none. */
  readonly paths: readonly string[];
  readonly fixed: boolean;
  readonly ignoreCase: boolean;
  readonly invert: boolean;
  readonly numbers: boolean;
  readonly output: GrepOutput;
  /** Whether every version is looked through, not the current one. */
  readonly history: boolean;
  readonly format: Format | undefined;
}

/** A command of this module. */
export type FileCommand =
  | ListCommand
  | CatCommand
  | MakeDirectoryCommand
  | TouchCommand
  | RemoveCommand
  | LinkCommand
  | CopyCommand
  | MoveCommand
  | TreeCommand
  | StatCommand
  | HeadCommand
  | TailCommand
  | EditCommand
  | GrepCommand;
