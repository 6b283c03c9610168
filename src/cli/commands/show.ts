/**
 * `pond show`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type {
  HistoryRow,
  NodeChange,
  TinyLogFS,
  TransactionRow,
} from "../../tinylogfs/mod.ts";
import { spaced, writeChanges, writePatch, writeSummary } from "../changes.ts";
import type { ShowCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { namedIn, requireRevisions } from "../range.ts";
import { writeRows } from "../rows.ts";
import { atRevision, counted, withPond } from "../session.ts";
import { localTime } from "../units.ts";
import { changesIn, OPERATION_COLUMNS, writeHeader } from "./log.ts";

/** Shows one transaction, or the operation log. */
export async function runShow(
  command: ShowCommand,
  context: Context,
): Promise<ExitCode> {
  const { format, pending } = command;
  const named = await namedIn(command.words);
  requireRevisions(named, 1);
  const [revision] = named.revisions;
  if (command.words.length > 0 || command.diff) {
    return await withPond(context, {}, async (fs) => {
      return await showOne(fs, revision ?? "@", named.paths, command, context);
    });
  }
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

/** Shows what one transaction did; to programs, its operations. */
async function showOne(
  fs: TinyLogFS,
  revision: string,
  paths: readonly string[],
  { context: lines, diff, format }: ShowCommand,
  context: Context,
): Promise<ExitCode> {
  await using view = await atRevision(fs, revision);
  const { version } = view;
  const transaction = await view.transactionOf(version);
  if (transaction === undefined) {
    throw new PondError(
      "REVISION_NOT_FOUND",
      `Cannot show v${version}: it merged files, and is no transaction`,
      { version, hint: "see the transactions: pond log" },
    );
  }
  const tops = paths.length > 0 ? paths : ["/"];
  const changes = version === 0
    ? none()
    : changesAt(fs, version, tops, context);
  if (format !== undefined || !(diff || context.out.isTerminal)) {
    const rows = operationsAt(view, version, tops, context.signal);
    if (diff) await writeChanges(context, format, changes, true);
    else await writeRows(context, format, OPERATION_COLUMNS, rows);
    return ExitCode.done;
  }
  await writeHeader(context, transaction);
  const below = spaced(context, changes);
  if (diff) await writePatch(context, below, lines);
  else await writeSummary(context, below);
  return ExitCode.done;
}

async function* none(): AsyncGenerator<NodeChange> {
  // The version that makes a pond changes nothing in it.
}

async function* changesAt(
  fs: TinyLogFS,
  version: number,
  paths: readonly string[],
  context: Context,
): AsyncGenerator<NodeChange> {
  for (const path of paths) yield* changesIn(fs, version, context, path);
}

async function* operationsAt(
  view: TinyLogFS,
  version: number,
  paths: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<HistoryRow> {
  for await (const row of view.historyRows({ minVersion: version, signal })) {
    const isMeant = paths.some((top) =>
      top === "/" || row.path === top || row.path.startsWith(`${top}/`)
    );
    if (isMeant) yield row;
  }
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
  // Nothing older than the first of them has to be read.
  const [minVersion = fs.version + 1] = transactions.keys();
  const options = { pending, minVersion, signal };
  for await (const row of fs.historyRows(options)) {
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
