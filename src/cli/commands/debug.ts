/**
 * `pond debug`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { DeltaTable } from "../../oplog/mod.ts";
import type { DebugCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { queryBatches, queryColumns } from "../delta_rows.ts";
import { ExitCode } from "../exit_codes.ts";
import { exportOf } from "../export.ts";
import { hostPath } from "../locate.ts";
import { writeBatches } from "../rows.ts";

/** Shows what is in a Delta table of any engine, or in a file of one. */
export async function runDebug(
  command: DebugCommand,
  context: Context,
): Promise<ExitCode> {
  const { what } = command;
  if (what === "rows") return await showRows(command, context);
  const { showDump } = await import("../debug_dump.ts");
  return await showDump(command, what, context);
}

async function showRows(
  command: DebugCommand,
  context: Context,
): Promise<ExitCode> {
  const exported = await exportOf(command, context);
  const table = await openTable(command, context);
  const columns = queryColumns(await table.columns());
  const { signal } = context;
  const batches = queryBatches(columns, table.rows({ signal }));
  if (exported !== undefined) await exported.write(columns, batches);
  else await writeBatches(context, command.format, columns, batches, true);
  return ExitCode.done;
}

async function openTable(
  { target, version, timestamp }: DebugCommand,
  context: Context,
): Promise<DeltaTable> {
  const { host, signal } = context;
  const path = await hostPath(context, target);
  const { DeltaTable } = await import("../../oplog/mod.ts");
  if (timestamp === undefined) {
    const options = version === undefined ? { signal } : { signal, version };
    return await DeltaTable.open(host, path, options);
  }
  const timestampMs = await timeOf(timestamp, host.clock.nowUs());
  return await DeltaTable.openAt(host, path, timestampMs, { signal });
}

async function timeOf(text: string, nowUs: number): Promise<number> {
  const { parseRevision } = await import("../../tinylogfs/mod.ts");
  // As SQL writes it, too: a space in the place of the T.
  const revision = parseRevision(text.replace(/^([\d-]+) /, "$1T"), nowUs);
  if (revision.kind === "time") return Math.floor(revision.timestampUs / 1000);
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read the time ${JSON.stringify(text)}`,
    { hint: "--timestamp 2026-01-05T10:00Z, or --version N" },
  );
}
