/**
 * How an error is told: what, why, and what to do.
 *
 * ```text
 * pond: Cannot read /a.csv: there is no such file
 *   because: …                                       the chain of causes
 * hint: did you mean /b.csv?
 * ```
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Context } from "./context.ts";
import { ExitCode, exitCodeOf } from "./exit_codes.ts";
import { printable } from "./output.ts";

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
  if (globals.json) await err.line(jsonOf(error));
  else await err.text(textOf(error, err.color));
  if (host.terminal.env("POND_DEBUG") && error instanceof Error) {
    await err.line(error.stack ?? error.message);
  }
  await err.flush();
  return codeOf(error, context.signal);
}

function codeOf(error: unknown, signal: AbortSignal): ExitCode {
  if (!(error instanceof PondError)) return ExitCode.failed;
  const terminated = error.code === "ABORTED" &&
    signal.reason instanceof PondError &&
    signal.reason.message.includes("SIGTERM");
  return terminated ? ExitCode.terminated : exitCodeOf(error.code);
}

function textOf(error: unknown, color: boolean): string {
  const name = color ? "\x1b[31mpond:\x1b[0m" : "pond:";
  const lines = [`${name} ${printable(messageOf(error), "\n")}`];
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
    },
  });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof PondError) return error.message;
  return `${error.name}: ${error.message}`;
}

function hintOf(error: unknown): string | undefined {
  if (error instanceof PondError) return error.hint;
  return "this is a defect of pond: run it again with POND_DEBUG=1 and report it";
}

function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  let current = error;
  while (
    current instanceof Error && current.cause !== undefined &&
    causes.length < MAX_CAUSES
  ) {
    current = current.cause;
    causes.push(current);
  }
  return causes;
}
