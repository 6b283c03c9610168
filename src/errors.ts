/**
 * The errors that callers of every layer meet.
 *
 * Three kinds: `TypeError` and `RangeError` for a caller's mistake,
 * {@linkcode PondError} with a stable code for what callers handle, and
 * {@linkcode InvariantError} for a defect of pond itself.
 *
 * @module
 */

/** The stable codes of {@linkcode PondError}; docs/errors.md explains each. */
export type PondErrorCode =
  | "ABORTED"
  | "ALREADY_EXISTS"
  | "CONFLICT"
  | "DIRECTORY_NOT_EMPTY"
  | "FORMAT_TOO_NEW"
  | "INTEGRITY"
  | "INVALID_ARGUMENT"
  | "INVALID_NAME"
  | "IO"
  | "IS_A_DIRECTORY"
  | "LOCKED"
  | "LOOP"
  | "NETWORK"
  | "NO_POND"
  | "NO_SPACE"
  | "NOT_A_DIRECTORY"
  | "NOT_A_FILE"
  | "NOT_A_SYMLINK"
  | "NOT_FOUND"
  | "OUTCOME_UNKNOWN"
  | "OUTSIDE_ROOT"
  | "PERMISSION_DENIED"
  | "QUERY"
  | "READ_ONLY"
  | "REVISION_NOT_FOUND"
  | "UNSUPPORTED"
  | "VERSION_CONFLICT";

/** What a {@linkcode PondError} can say beside its code and message. */
export interface PondErrorOptions extends ErrorOptions {
  /** The path (in the pond or on the host) that the error is about. */
  readonly path?: string;
  /** The version of the pond that the error is about. */
  readonly version?: number;
  /** What to do about it: a sentence, or a command to paste. */
  readonly hint?: string;
}

/** An error that a caller can expect and handle, told apart by its code. */
export class PondError extends Error {
  /** The name of the class, as stack traces show it. */
  override readonly name: string = "PondError";
  /** Which kind of error it is; never changes between releases. */
  readonly code: PondErrorCode;
  /** The path (in the pond or on the host) that the error is about. */
  readonly path?: string;
  /** The version of the pond that the error is about. */
  readonly version?: number;
  /** What to do about it: a sentence, or a command to paste. */
  readonly hint?: string;

  /**
   * Makes an error.
   *
   * @param code The kind of error.
   * @param message What failed, naming the path and the values.
   * @param options The path, version, hint and cause.
   */
  constructor(
    code: PondErrorCode,
    message: string,
    options: PondErrorOptions = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.path !== undefined) this.path = options.path;
    if (options.version !== undefined) this.version = options.version;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}

/** Stored bytes are not what was written: nothing was read from them. */
export class IntegrityError extends PondError {
  /** The name of the class, as stack traces show it. */
  override readonly name: string = "IntegrityError";

  /**
   * Makes the error about one file.
   *
   * @param path The damaged file.
   * @param problem What is wrong with it, such as "its SHA-256 is …".
   * @param options A hint and the cause.
   */
  constructor(path: string, problem: string, options: PondErrorOptions = {}) {
    super("INTEGRITY", `Cannot trust ${path}: ${problem}`, {
      hint: "restore this file from a backup; nothing was changed",
      ...options,
      path,
    });
  }
}

/** What one of the two sides of a conflict does. */
export interface ConflictSide {
  /** What it does with a node. */
  readonly operation: "create" | "update" | "delete" | "move";
  /** The path of the node. */
  readonly path: string;
  /** The path before a move. */
  readonly from?: string;
}

/** What the side has done that was first. */
export interface ConflictWinner extends ConflictSide {
  /** Its transaction: 32 hexadecimal digits; none while it is pending, too. */
  readonly transactionId?: string;
  /** The version that the transaction made. */
  readonly version?: number;
  /** Who. */
  readonly author?: string;
  /** When, microseconds since the epoch, UTC. */
  readonly timestampUs?: number;
}

/** The two sides of a conflict, as far as they are known. */
export interface ConflictSides {
  /** The operation that no longer fits. */
  readonly ours?: ConflictSide;
  /** What it no longer fits to. */
  readonly theirs?: ConflictWinner;
}

/** Another transaction changed the same thing first. */
export class ConflictError extends PondError implements ConflictSides {
  /** The name of the class, as stack traces show it. */
  override readonly name: string = "ConflictError";
  /** What the other transaction did, such as "it was changed". */
  readonly problem: string;
  /** The operation that no longer fits. */
  readonly ours?: ConflictSide;
  /** What it no longer fits to, if the history still tells. */
  readonly theirs?: ConflictWinner;

  /**
   * Makes the error about one path.
   *
   * @param path The path in the pond that both changed.
   * @param version The version of the transaction that was first; `undefined`
   *   when it is pending, too.
   * @param problem What the other transaction did there.
   * @param sides What both do.
   */
  constructor(
    path: string,
    version: number | undefined,
    problem: string,
    sides: ConflictSides = {},
  ) {
    const where = version === undefined
      ? "by a pending operation"
      : `in version ${version}`;
    super(
      "CONFLICT",
      `Cannot commit the change of ${path}: ${problem} ${where}`,
      {
        path,
        ...(version === undefined ? {} : { version }),
        hint: "look at the new state and try again",
      },
    );
    this.problem = problem;
    if (sides.ours !== undefined) this.ours = sides.ours;
    if (sides.theirs !== undefined) this.theirs = sides.theirs;
  }
}

/** A defect in pond: a state that its own code should have made impossible. */
export class InvariantError extends Error {
  /** The name of the class, as stack traces show it. */
  override readonly name: string = "InvariantError";
}

/**
 * Asserts what must hold if pond has no defect.
 *
 * @param condition What must be true.
 * @param message The sentence that turned out to be false.
 * @throws {InvariantError} When the condition is false.
 */
export function invariant(
  condition: unknown,
  message: string,
): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/**
 * Tells whether an error is a {@linkcode PondError} with one of these codes.
 *
 * @param error What was caught.
 * @param codes The codes to look for.
 * @returns True when `error` has one of `codes`.
 */
export function hasCode(
  error: unknown,
  ...codes: readonly PondErrorCode[]
): error is PondError {
  return error instanceof PondError && codes.includes(error.code);
}

/**
 * Does what may fail without changing what was said: tidying up beside the
 * work, a hint, upkeep that stays due.
 *
 * @param work What to try.
 * @returns The failure, if it was one that callers can expect.
 * @throws Whatever else it throws: a defect is never passed over.
 */
export async function bestEffort(
  work: () => Promise<unknown>,
): Promise<PondError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof PondError) return error;
    throw error;
  }
}
