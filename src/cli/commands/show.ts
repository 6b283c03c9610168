/**
 * `pond show`
 *
 * @module
 */
import type {
  HistoryRow,
  TinyLogFS,
  TransactionRow,
} from "../../tinylogfs/mod.ts";
import type { ShowCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { writeRows } from "../rows.ts";
import { counted, withPond } from "../session.ts";
import { localTime } from "../units.ts";
import { OPERATION_COLUMNS } from "./history.ts";

/** Shows the operation log. */
export async function runShow(
  command: ShowCommand,
  context: Context,
): Promise<ExitCode> {
  const { format, pending } = command;
  return await withPond(context, { staged: pending }, async (fs) => {
    const transactions = await transactionsOf(fs, command, context.signal);
    const rows = rowsOf(fs, command, transactions, context.signal);
    if (format === undefined && context.out.isTerminal) {
      await writeText(context, transactions, rows);
    } else {
      await writeRows(context, format, OPERATION_COLUMNS, rows);
    }
    return ExitCode.done;
  });
}

/** The transactions to show, by version, the oldest first. */
async function transactionsOf(
  fs: TinyLogFS,
  { limit }: ShowCommand,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, TransactionRow>> {
  const newestFirst: TransactionRow[] = [];
  if (limit !== 0) {
    const options = limit === undefined ? { signal } : { limit, signal };
    for await (const row of fs.transactions(options)) newestFirst.push(row);
  }
  return new Map(newestFirst.reverse().map((row) => [row.version, row]));
}

async function* rowsOf(
  fs: TinyLogFS,
  { pending }: ShowCommand,
  transactions: ReadonlyMap<number, TransactionRow>,
  signal: AbortSignal,
): AsyncGenerator<HistoryRow> {
  for await (const row of fs.historyRows({ pending, signal })) {
    if (row.pending || transactions.has(row.version)) yield row;
  }
}

async function writeText(
  { out }: Context,
  transactions: ReadonlyMap<number, TransactionRow>,
  rows: AsyncIterable<HistoryRow>,
): Promise<void> {
  const untold = new Set(transactions.keys());
  const tell = async (version: number) => {
    // A transaction may have no operations, such as the first one.
    for (const earlier of untold) {
      if (earlier > version) break;
      untold.delete(earlier);
      const transaction = transactions.get(earlier);
      if (transaction) await out.line(titleOf(transaction));
    }
  };
  let hasPending = false;
  for await (const row of rows) {
    await tell(row.pending ? Infinity : row.version);
    if (row.pending && !hasPending) await out.line("pending");
    hasPending ||= row.pending;
    await out.line(
      `  ${row.operation.padEnd(6)}  ${row.fileType.padEnd(9)}  ${
        printable(row.path)
      }`,
    );
  }
  await tell(Infinity);
}

function titleOf(row: TransactionRow): string {
  const title = [
    `v${row.version}`,
    localTime(row.timestampUs),
    printable(row.author),
    counted(row.operations, "operation"),
  ];
  if (row.message !== "") title.push(printable(row.message));
  return title.join("  ");
}
