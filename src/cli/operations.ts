/**
 * What a change would do, told instead of done.
 *
 * @module
 */
import type { PendingOperation } from "../tinylogfs/mod.ts";
import { type Context, note } from "./context.ts";
import type { Format } from "./format.ts";
import { printable } from "./output.ts";

/** Writes operations, a line or a row each. */
export async function showOperations(
  format: Format | undefined,
  context: Context,
  operations: readonly PendingOperation[],
): Promise<void> {
  if (format !== undefined) {
    const { writeRows } = await import("./rows.ts");
    return await writeRows<PendingOperation>(context, format, [
      { name: "operation", type: "VARCHAR", value: (row) => row.operation },
      { name: "type", type: "VARCHAR", value: (row) => row.fileType },
      { name: "path", type: "VARCHAR", value: (row) => row.path },
      { name: "from", type: "VARCHAR", value: (row) => row.from ?? null },
      { name: "size", type: "BIGINT", value: (row) => row.sizeBytes },
    ], operations);
  }
  for (const { fileType, from, operation, path } of operations) {
    const where = from === undefined ? path : `${from} -> ${path}`;
    await context.out.line(
      `${operation.padEnd(6)}  ${fileType.padEnd(9)}  ${printable(where)}`,
    );
  }
  await noteDryRun(context);
}

/** Says what a command would have done, and that it has not. */
export async function noteDryRun(
  context: Context,
  what?: string,
): Promise<void> {
  await context.out.flush();
  const said = what === undefined ? "" : `: ${what}`;
  await note(context, `nothing was done: --dry-run${said}`);
}
