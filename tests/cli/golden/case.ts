/**
 * What a file of cases is: the command lines of one command whose output is
 * kept in `tests/golden/cli/`.
 *
 * @module
 */
import type { PondErrorCode } from "../../../src/errors.ts";
import type { FileStore } from "../../../src/host/mod.ts";
import type { SimDisk } from "../../../src/host/memory.ts";

/** A command line, and what it finds. */
export interface Case {
  /** What it shows. */
  readonly says: string;
  /** The command line, quoted as in a shell: `pond ls`. */
  readonly line: string;
  /** Host files that are there from the first on: names below home, and texts. */
  readonly files?: Readonly<Record<string, string>>;
  /** The command lines before it, which must succeed. */
  readonly setup?: readonly string[];
  /** Changes the disk after them: a host file, damage. */
  readonly prepare?: (disk: SimDisk) => Promise<void> | void;
  /** The code of the error that it ends with. */
  readonly error?: PondErrorCode;
  /** The exit code where it ends with no error of that kind; 0 if left out. */
  readonly exit?: number;
  /** Standard input, from a pipe. */
  readonly stdin?: string;
  /** What a person types. */
  readonly typed?: string;
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** The current directory; the home directory when left out. */
  readonly cwd?: string;
  /** How many writes standard output takes before its reader goes. */
  readonly writes?: number;
  /** Ends the command before it begins. */
  readonly aborted?: true;
  /** A file that another process has locked. */
  readonly locked?: string;
  /** Which calls of the host's files fail, and how. */
  readonly refuse?: Refusal;
  /** Whether one way is enough. */
  readonly isSlow?: true;
  /** Stands between the command and the disk. */
  readonly between?: (files: FileStore) => FileStore;
  /** In the place of programs that it runs. */
  readonly program?: Program;
}

/** A program that a command runs; gives its exit code. */
export type Program = (
  command: readonly string[],
  disk: SimDisk,
) => Promise<number>;

/** Calls that fail. */
export interface Refusal {
  /** What is called. */
  readonly method: keyof FileStore;
  /** The files that it fails for; all of them when left out. */
  readonly path?: RegExp;
  /** How it fails; or it answers that there is nothing to be had. */
  readonly code: PondErrorCode | "nothing";
}

/** The cases of one command. */
export interface CommandCases {
  /**
   * Whether they need files that other programs can open: DuckDB, which reads
   * what a pond has loaded for it.
   */
  readonly onHost?: true;
  /** In the order of the golden file. */
  readonly cases: readonly Case[];
}
