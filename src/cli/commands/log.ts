/**
 * `pond log`
 *
 * @module
 */
import type {
  HistoryRow,
  LogOptions,
  QueryValue,
  TinyLogFS,
  TransactionRow,
  TransactionSummary,
} from "../../tinylogfs/mod.ts";
import { spaced, writeSummary } from "../changes.ts";
import type { LogCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { atPath, viewPond } from "../session.ts";
import { ago, localTime, rfc3339 } from "../units.ts";

/** A transaction, with its nodes counted where that was asked for. */
type LogRow = TransactionRow & {
  readonly summary?: TransactionSummary;
  /** Its tags. */
  readonly tags: readonly string[];
};

const SUMMARY: readonly Column<LogRow>[] =
  (["added", "modified", "moved", "deleted"] as const).map((name) => ({
    name,
    type: "BIGINT",
    value: ({ summary }) => summary?.[name] ?? null,
  }));

const HEAD: readonly Column<LogRow>[] = [
  { name: "version", type: "BIGINT", value: (row) => row.version },
  {
    name: "time",
    type: "TIMESTAMP WITH TIME ZONE",
    value: (row) => timeOf(row.timestampUs),
  },
  { name: "author", type: "VARCHAR", value: (row) => row.author },
  { name: "operations", type: "BIGINT", value: (row) => row.operations },
  { name: "message", type: "VARCHAR", value: (row) => row.message },
  {
    name: "transaction_id",
    type: "VARCHAR",
    value: (row) => row.transactionId,
  },
  { name: "undoes", type: "VARCHAR", value: (row) => row.undoes ?? null },
  { name: "redoes", type: "VARCHAR", value: (row) => row.redoes ?? null },
  {
    name: "merged",
    type: "VARCHAR",
    value: ({ merged }) =>
      merged ? `${merged.branch} v${merged.version}` : null,
  },
  { name: "metadata", type: "VARCHAR", value: (row) => row.metadata },
  { name: "tags", type: "VARCHAR", value: ({ tags }) => tags },
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

/** A version of a node, with the transaction that made it. */
interface VersionRow {
  readonly row: HistoryRow;
  readonly transaction: TransactionRow | undefined;
}

/** What a path is, and how many versions it has had, needn't be repeated. */
const HIDDEN: ReadonlySet<string> = new Set(["type", "node_version"]);

const VERSION_COLUMNS: readonly Column<VersionRow>[] = [
  ...OPERATION_COLUMNS.map((column): Column<VersionRow> => ({
    name: column.name,
    type: column.type,
    value: ({ row }): QueryValue => column.value(row),
    ...shortForm(column),
  })),
  {
    name: "author",
    type: "VARCHAR",
    value: ({ transaction }) => transaction?.author ?? null,
  },
  {
    name: "message",
    type: "VARCHAR",
    value: ({ transaction }) => transaction?.message ?? null,
  },
  {
    name: "transaction_id",
    type: "VARCHAR",
    value: ({ transaction }) => transaction?.transactionId ?? null,
    terminal: "hidden",
  },
];

function shortForm(
  { name, terminal }: Column<HistoryRow>,
): Pick<Column<VersionRow>, "terminal"> {
  if (HIDDEN.has(name)) return { terminal: "hidden" };
  if (terminal === undefined || terminal === "hidden") {
    return terminal === undefined ? {} : { terminal };
  }
  return { terminal: ({ row }) => terminal(row) };
}

/** Lists transactions, or the versions of a path. */
export async function runLog(
  command: LogCommand,
  context: Context,
): Promise<ExitCode> {
  return await viewPond(context, command, async (fs) => {
    const { path } = command;
    const options = optionsOf(command, context);
    if (path === undefined) await writeLog(fs, options, command, context);
    else {
      await atPath(fs, path, async (view, found) => {
        const versions = chosen(
          versionsOf(view, found, options),
          ({ transaction }) => transaction,
          command,
        );
        const rows = toTheGap(fs, versions, ({ row }) => row.version, context);
        await writeRows(context, command.format, VERSION_COLUMNS, rows);
      });
    }
    return ExitCode.done;
  });
}

function optionsOf(
  { author, limit, since, until }: LogCommand,
  { signal }: Context,
): LogOptions {
  return {
    signal,
    // Of an author's, so many are listed; others don't count.
    ...(limit === undefined || author !== undefined ? {} : { limit }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

/** Rows of an author's transactions, as many as are wanted; else all of them. */
async function* chosen<Row>(
  rows: AsyncIterable<Row>,
  transactionOf: (row: Row) => TransactionRow | undefined,
  { author, limit = Infinity }: LogCommand,
): AsyncGenerator<Row> {
  if (author === undefined) return yield* rows;
  const wanted = author.toLowerCase();
  let left = limit;
  if (left === 0) return;
  for await (const row of rows) {
    const name = transactionOf(row)?.author.toLowerCase();
    if (!name?.includes(wanted)) continue;
    yield row;
    if (--left === 0) return;
  }
}

async function* versionsOf(
  fs: TinyLogFS,
  path: string,
  options: LogOptions,
): AsyncGenerator<VersionRow> {
  for await (const row of fs.getNodeHistory(path, options)) {
    const transaction = row.pending
      ? undefined
      : await fs.transactionOf(row.version);
    yield { row, transaction };
  }
}

async function writeLog(
  fs: TinyLogFS,
  options: LogOptions,
  command: LogCommand,
  context: Context,
): Promise<void> {
  const { format, stat } = command;
  const transactions = tagged(
    fs,
    chosen(fs.transactions(options), (row) => row, command),
  );
  const rows = toTheGap(fs, transactions, ({ version }) => version, context);
  if (format === undefined && context.out.isTerminal) {
    let isFirst = true;
    for await (const row of rows) {
      if (!isFirst) await context.out.line("");
      isFirst = false;
      await writeHeader(context, row, row.tags);
      // Of the first one, there is nothing before it to compare it with.
      const { wholeSince } = fs.getStatus();
      if (!stat || row.version <= wholeSince) continue;
      const changes = changesIn(fs, row.version, context);
      await writeSummary(context, spaced(context, changes));
    }
  } else if (stat) {
    const columns = [...HEAD, ...SUMMARY];
    await writeRows(context, format, columns, summarized(fs, rows));
  } else await writeRows(context, format, HEAD, rows);
}

/** Rows, newest first; says where they end because a prune has dropped the rest. */
async function* toTheGap<Row>(
  fs: TinyLogFS,
  rows: AsyncIterable<Row>,
  versionOf: (row: Row) => number,
  context: Context,
): AsyncGenerator<Row> {
  let oldest = Infinity;
  for await (const row of rows) {
    oldest = Math.min(oldest, versionOf(row));
    yield row;
  }
  const status = fs.getStatus();
  if (status.wholeSince === 0 || oldest > status.wholeSince) return;
  const { wholeSinceText } = await import("./status.ts");
  await note(context, `history is ${wholeSinceText(status)}`);
}

async function* summarized(
  fs: TinyLogFS,
  rows: AsyncIterable<LogRow>,
): AsyncGenerator<LogRow> {
  for await (const row of rows) {
    yield { ...row, summary: await fs.transactionSummary(row.version) };
  }
}

async function* tagged(
  fs: TinyLogFS,
  rows: AsyncIterable<TransactionRow>,
): AsyncGenerator<LogRow> {
  const names = Map.groupBy(await fs.tags(), ({ version }) => version);
  for await (const row of rows) {
    const tags = (names.get(row.version) ?? []).map(({ name }) => name);
    yield { ...row, tags };
  }
}

/** What a transaction has changed. */
export function changesIn(
  fs: TinyLogFS,
  version: number,
  { signal }: Context,
  path: string = "/",
): ReturnType<TinyLogFS["diff"]> {
  const before = `v${Math.max(0, version - 1)}`;
  return fs.diff(before, `v${version}`, { path, signal });
}

/** Says of a transaction who made it, when and why. */
export async function writeHeader(
  { host, out }: Context,
  { author, message, timestampUs, transactionId, version }: TransactionRow,
  tags: readonly string[] = [],
): Promise<void> {
  const date = out.isTerminal
    ? `${localTime(timestampUs)} (${ago(timestampUs, host.clock.nowUs())})`
    : rfc3339(timestampUs);
  const names = tags.length === 0 ? "" : ` (${tags.join(", ")})`;
  const title = `v${version} ${transactionId.slice(0, 8)}${names}`;
  await out.line(out.paint("revision", title));
  await out.line(`Author: ${printable(author)}`);
  await out.line(`Date:   ${date}`);
  if (message === "") return;
  await out.line("");
  for (const line of message.split("\n")) {
    await out.line(`    ${printable(line)}`);
  }
}

/** The size in the metadata of a row, which are a JSON object. */
function sizeOf(row: HistoryRow): number | null {
  const metadata: unknown = JSON.parse(row.metadata || "{}");
  if (typeof metadata !== "object" || metadata === null) return null;
  const size = "size" in metadata ? metadata.size : null;
  return typeof size === "number" ? size : null;
}
