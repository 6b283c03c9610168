/**
 * Exit codes: the numbers that scripts can rely on.
 *
 * @module
 */
import type { PondErrorCode } from "../errors.ts";

/** How `pond` ends. The numbers never change between releases. */
export const ExitCode = {
  /** Everything was done. */
  done: 0,
  /** It failed, in a way that has no number of its own. */
  failed: 1,
  /** The command line is wrong; nothing was tried. */
  usage: 2,
  /** Some of it failed, the rest was done. */
  partly: 3,
  /** A path or a revision isn't there. */
  notFound: 4,
  /** Another transaction was first; try again. */
  conflict: 5,
  /** Stored bytes are damaged. */
  integrity: 6,
  /** No pond there, or one of a newer format. */
  noPond: 7,
  /** Somebody else holds a lock. */
  locked: 8,
  /** The network or a remote failed. */
  network: 9,
  /** Ended by SIGHUP: the terminal was closed. */
  hungUp: 129,
  /** Ended by SIGINT (Ctrl-C). */
  interrupted: 130,
  /** Ended by SIGTERM. */
  terminated: 143,
} as const;

/** One of the exit codes. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** What each code means, for `pond help exit-codes`. */
export const EXIT_CODE_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [ExitCode.done, "done"],
  [ExitCode.failed, "failed"],
  [ExitCode.usage, "the command line is wrong; nothing was tried"],
  [ExitCode.partly, "some of it failed, the rest was done"],
  [ExitCode.notFound, "a path or a revision isn't there"],
  [ExitCode.conflict, "another transaction was first: try again"],
  [ExitCode.integrity, "stored bytes are damaged; nothing was read from them"],
  [ExitCode.noPond, "no pond there, or one of a newer format"],
  [ExitCode.locked, "somebody else holds a lock"],
  [ExitCode.network, "the network or a remote failed"],
  [ExitCode.hungUp, "ended by SIGHUP: the terminal was closed"],
  [ExitCode.interrupted, "ended by Ctrl-C (SIGINT)"],
  [ExitCode.terminated, "ended by SIGTERM"],
];

const CODES: Readonly<Record<PondErrorCode, ExitCode>> = {
  ABORTED: ExitCode.interrupted,
  ALREADY_EXISTS: ExitCode.failed,
  CONFLICT: ExitCode.conflict,
  DIRECTORY_NOT_EMPTY: ExitCode.failed,
  FORMAT_TOO_NEW: ExitCode.noPond,
  INTEGRITY: ExitCode.integrity,
  INVALID_ARGUMENT: ExitCode.usage,
  INVALID_NAME: ExitCode.usage,
  IO: ExitCode.failed,
  IS_A_DIRECTORY: ExitCode.failed,
  LOCKED: ExitCode.locked,
  LOOP: ExitCode.failed,
  NETWORK: ExitCode.network,
  NO_POND: ExitCode.noPond,
  NO_SPACE: ExitCode.failed,
  NOT_A_DIRECTORY: ExitCode.failed,
  NOT_A_FILE: ExitCode.failed,
  NOT_A_SYMLINK: ExitCode.failed,
  NOT_FOUND: ExitCode.notFound,
  OUTCOME_UNKNOWN: ExitCode.failed,
  OUTSIDE_ROOT: ExitCode.failed,
  PERMISSION_DENIED: ExitCode.failed,
  QUERY: ExitCode.failed,
  READ_ONLY: ExitCode.failed,
  REVISION_NOT_FOUND: ExitCode.notFound,
  UNSUPPORTED: ExitCode.failed,
  VERSION_CONFLICT: ExitCode.conflict,
};

/** The exit code of a command that fails with this error. */
export function exitCodeOf(code: PondErrorCode): ExitCode {
  return CODES[code];
}

/** What the table says of the ends of a command. */
export interface CommandEnds {
  /** The errors that it can end with, beside those of every command. */
  readonly errors?: readonly PondErrorCode[];
  /** Exit codes that are not those of its errors. */
  readonly exits?: readonly ExitCode[];
}

/** The errors that a command can end with: its own, and those of every one. */
export function errorsOf({ errors = [] }: CommandEnds): PondErrorCode[] {
  return [...new Set<PondErrorCode>(["INVALID_ARGUMENT", ...errors])].sort();
}

/** The exit codes that a command can end with. */
export function exitsOf(entry: CommandEnds): ExitCode[] {
  const codes = [
    ExitCode.done,
    ...errorsOf(entry).map(exitCodeOf),
    ...(entry.exits ?? []),
  ];
  return [...new Set(codes)].sort((a, b) => a - b);
}
