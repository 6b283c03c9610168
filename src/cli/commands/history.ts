/**
 * `pond history`
 *
 * @module
 */
import type { HistoryRow, TransactionRow } from "../../tinylogfs/mod.ts";
import type { HistoryCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { pondPath, withPond } from "../session.ts";
import { localTime } from "../units.ts";

const TRANSACTION_COLUMNS: readonly Column<TransactionRow>[] = [
  { name: "version", type: "BIGINT", value: (row) => row.version },
  {
    name: "time",
    type: "TIMESTAMP WITH TIME ZONE",
    value: (row) => timeOf(row.timestampUs),
    terminal: (row) => localTime(row.timestampUs),
  },
  { name: "author", type: "VARCHAR", value: (row) => row.author },
  { name: "operations", type: "BIGINT", value: (row) => row.operations },
  { name: "message", type: "VARCHAR", value: (row) => row.message },
  {
    name: "transaction_id",
    type: "VARCHAR",
    value: (row) => row.transactionId,
    terminal: (row) => row.transactionId.slice(0, 8),
  },
  {
    name: "metadata",
    type: "VARCHAR",
    value: (row) => row.metadata,
    terminal: "hidden",
  },
];

/** Columns of operations; `show` has the same. */
export const OPERATION_COLUMNS: readonly Column<HistoryRow>[] = [
  {
    name: "version",
    type: "BIGINT",
    value: (row) => row.pending ? null : row.version,
  },
  {
    name: "time",
    type: "TIMESTAMP WITH TIME ZONE",
    value: (row) => timeOf(row.timestampUs),
    terminal: (row) => localTime(row.timestampUs),
  },
  { name: "operation", type: "VARCHAR", value: (row) => row.operation },
  { name: "type", type: "VARCHAR", value: (row) => row.fileType },
  { name: "path", type: "VARCHAR", value: (row) => row.path },
  { name: "size", type: "BIGINT", value: sizeOf },
  { name: "node_version", type: "BIGINT", value: (row) => row.nodeVersion },
  {
    name: "node_id",
    type: "VARCHAR",
    value: (row) => row.nodeId,
    terminal: "hidden",
  },
];

/** Lists transactions, or the versions of a path. */
export async function runHistory(
  command: HistoryCommand,
  context: Context,
): Promise<ExitCode> {
  const { format, limit, path, pending } = command;
  const { signal } = context;
  return await withPond(context, { staged: pending }, async (fs) => {
    if (path === undefined) {
      const rows = limit === 0
        ? []
        : fs.transactions(limit === undefined ? { signal } : { limit, signal });
      await writeRows(context, format, TRANSACTION_COLUMNS, rows);
    } else {
      const rows = firstOf(fs.getNodeHistory(pondPath(path)), limit);
      await writeRows(context, format, OPERATION_COLUMNS, rows);
    }
    return ExitCode.done;
  });
}

async function* firstOf<R>(
  rows: AsyncIterable<R>,
  limit: number = Infinity,
): AsyncGenerator<R> {
  if (limit === 0) return;
  let count = 0;
  for await (const row of rows) {
    yield row;
    if (++count >= limit) return;
  }
}

/** The size in the metadata of a row, which are a JSON object. */
function sizeOf(row: HistoryRow): number | null {
  const metadata: unknown = JSON.parse(row.metadata || "{}");
  if (typeof metadata !== "object" || metadata === null) return null;
  const size = "size" in metadata ? metadata.size : null;
  return typeof size === "number" ? size : null;
}
