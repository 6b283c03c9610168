/**
 * How an error is told: what, why, and what to do.
 *
 * ```text
 * pond: Cannot read /a.csv: there is no such file
 *   because: …                                       the chain of causes
 *   ours: …, theirs: …                               both sides of a conflict
 * hint: did you mean /b.csv?
 * ```
 *
 * @module
 */
import { ConflictError, PondError, type PondErrorCode } from "../errors.ts";
import { conflictJson, conflictLines } from "./conflict_text.ts";
import { type Context, isLog } from "./context.ts";
import { ExitCode, exitCodeOf } from "./exit_codes.ts";
import { printable } from "./output.ts";

/** What helps where an error knows nothing better. */
const HINTS: Readonly<Partial<Record<PondErrorCode, string>>> = {
  ALREADY_EXISTS: "choose another name, or move it away",
  INVALID_ARGUMENT: "pond help",
  INVALID_NAME: "a name has at most 255 bytes of UTF-8, and no / and no NUL",
  IS_A_DIRECTORY: "name a file in it; list them: pond ls",
  LOOP: "look where it leads: pond ls -l",
  NETWORK: "try again; nothing of what failed was kept",
  NOT_A_DIRECTORY: "list what is above it: pond ls -l",
  NOT_A_FILE: "list what there is: pond ls -l",
  NOT_A_SYMLINK: "list what there is: pond ls -l",
  NOT_FOUND: "list what there is: pond ls, or ls on the host",
  PERMISSION_DENIED: "look who may: ls -ld on the host",
  QUERY: "tables and examples: pond help query",
  READ_ONLY: "choose another place, or make it writable",
  REVISION_NOT_FOUND: "see which there are: pond log, or pond debug log TABLE",
};

/** Causes that are told; a longer chain is cut. */
const MAX_CAUSES = 5;

/**
 * Writes an error to standard error.
 *
 * @param error What was thrown.
 * @param context Where to, and whether as JSON.
 * @returns The exit code for it.
 */
export async function reportError(
  error: unknown,
  context: Context,
): Promise<ExitCode> {
  const { err, globals, host } = context;
  if (globals.json || isLog(context)) await err.line(jsonOf(error));
  else await err.text(textOf(error, err.paint("error", "pond:")));
  if (host.terminal.env("POND_DEBUG") && error instanceof Error) {
    await err.line(error.stack ?? error.message);
  }
  await err.flush();
  return codeOf(error, context.signal);
}

function codeOf(error: unknown, signal: AbortSignal): ExitCode {
  if (!(error instanceof PondError)) return ExitCode.failed;
  const { reason } = signal;
  if (error.code === "ABORTED" && reason instanceof PondError) {
    if (reason.message.includes("SIGTERM")) return ExitCode.terminated;
    if (reason.message.includes("SIGHUP")) return ExitCode.hungUp;
  }
  return exitCodeOf(error.code);
}

function textOf(error: unknown, name: string): string {
  const lines = [`${name} ${printable(messageOf(error), "\n")}`];
  if (error instanceof ConflictError) {
    for (const line of conflictLines(error)) lines.push(`  ${printable(line)}`);
  }
  for (const cause of causesOf(error)) {
    lines.push(`  because: ${printable(messageOf(cause), "\n")}`);
  }
  const hint = hintOf(error);
  if (hint !== undefined) lines.push(`hint: ${printable(hint, "\n")}`);
  return `${lines.join("\n")}\n`;
}

function jsonOf(error: unknown): string {
  const known = error instanceof PondError ? error : undefined;
  return JSON.stringify({
    error: {
      code: known?.code ?? "INTERNAL",
      message: messageOf(error),
      hint: hintOf(error) ?? null,
      path: known?.path ?? null,
      ...(error instanceof ConflictError ? conflictJson(error) : {}),
    },
  });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof PondError) return error.message;
  return `${error.name}: ${error.message}`;
}

function hintOf(error: unknown): string | undefined {
  if (error instanceof PondError) return error.hint ?? HINTS[error.code];
  return "this is a defect of pond: run it again with POND_DEBUG=1 and report it";
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && !(error instanceof PondError) &&
    "code" in error && typeof error.code === "string";
}

function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES; depth++) {
    if (!(current instanceof Error) || current.cause === undefined) break;
    current = current.cause;
    // The system's own errors are in the sentence of ours that they cause.
    if (!isSystemError(current)) causes.push(current);
  }
  return causes;
}
