/**
 * Rows of commands on their way to the one renderer.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import {
  type QueryBatch,
  type QueryColumn,
  type QueryValue,
  Timestamp,
} from "../tinylogfs/mod.ts";
import type { Format } from "./command.ts";
import { type Context, note } from "./context.ts";
import { printable } from "./output.ts";

/** Microseconds since the epoch as a value of a row. */
export function timeOf(timestampUs: number): Timestamp {
  return new Timestamp(BigInt(timestampUs) * 1000n, true);
}

/** Rows that go to the renderer at once. */
const BATCH_ROWS = 1000;

/** A column of a command's rows. */
export interface Column<R> extends QueryColumn {
  /** The value in a row. */
  value(row: R): QueryValue;
  /**
   * What people see in its place on a terminal, where they asked for no format:
   * a shorter form, or with `hidden` nothing.
   */
  readonly terminal?: "hidden" | ((row: R) => string);
  /** What stands above it there, where its name is too long. */
  readonly title?: string;
}

/** Writes rows of a command to standard output. */
export async function writeRows<R>(
  context: Context,
  format: Format | undefined,
  columns: readonly Column<R>[],
  rows: AsyncIterable<R> | Iterable<R>,
): Promise<void> {
  if (context.out.isTerminal && format === undefined) {
    return await writePlain(context, columns, rows);
  }
  const named = columns.map(({ name, type }) => ({ name, type }));
  await writeBatches(
    context,
    format,
    named,
    batchesOf(columns, named, rows),
    format !== undefined,
  );
}

/** Writes rows for people. */
async function writePlain<R>(
  context: Context,
  columns: readonly Column<R>[],
  rows: AsyncIterable<R> | Iterable<R>,
): Promise<void> {
  const { out, signal } = context;
  const shown = columns.filter(({ terminal }) => terminal !== "hidden");
  const cells: string[][] = [];
  for await (const row of rows) {
    signal.throwIfAborted();
    cells.push(shown.map((column) => cellOf(column, row)));
  }
  if (cells.length === 0) return await note(context, "nothing to list");
  const { plainTable } = await import("./plain_table.ts");
  const plain = shown.map(({ name, title, type }) => ({
    title: title ?? name.toUpperCase().replaceAll("_", " "),
    isRight: NUMBERS.has(type),
    isPath: name === "path" || name === "from",
    isWhole: type.startsWith("TIMESTAMP"),
  }));
  const [head = "", ...lines] = plainTable(plain, cells, out.columns);
  await out.line(out.paint("title", head));
  for (const line of lines) await out.line(line);
}

/** Types whose values are aligned to the right. */
const NUMBERS: ReadonlySet<string> = new Set(["BIGINT", "DOUBLE"]);

function cellOf<R>({ terminal, value }: Column<R>, row: R): string {
  if (typeof terminal === "function") return printable(terminal(row));
  const it = value(row);
  if (it === null) return "";
  return printable(typeof it === "object" ? JSON.stringify(it) : String(it));
}

/** Writes records to standard output; their keys are the columns. */
export async function writeRecords(
  context: Context,
  format: Format | undefined,
  records: readonly Readonly<Record<string, QueryValue>>[],
): Promise<void> {
  const columns = Object.entries(records[0] ?? {}).map(([name, value]) => ({
    name,
    type: typeOf(value),
    value: (record: Readonly<Record<string, QueryValue>>) =>
      record[name] ?? null,
  }));
  await writeRows(context, format, columns, records);
}

/** Writes batches to standard output, in a format that fits where it goes. */
export async function writeBatches(
  context: Context,
  format: Format | undefined,
  columns: readonly QueryColumn[],
  batches: AsyncIterable<QueryBatch>,
  header: boolean,
): Promise<void> {
  const { out } = context;
  const chosen = format ?? (out.isTerminal ? "table" : "tsv");
  if (out.isTerminal && (chosen === "arrow" || chosen === "parquet")) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot write ${chosen} to a terminal: it is not text`,
      { hint: "send it to a file: > rows." + chosen },
    );
  }
  const { renderRows } = await import("../query/mod.ts");
  const chunks = renderRows(columns, batches, {
    format: chosen,
    isTerminal: out.isTerminal,
    width: out.columns,
    color: out.color,
    header,
  });
  for await (const chunk of chunks) {
    context.signal.throwIfAborted();
    await out.bytes(chunk);
  }
}

/** Rows of a command as batches of these columns. */
export async function* batchesOf<R>(
  columns: readonly Column<R>[],
  named: readonly QueryColumn[],
  rows: AsyncIterable<R> | Iterable<R>,
): AsyncGenerator<QueryBatch> {
  let collected: R[] = [];
  const batch = (): QueryBatch => ({
    columns: named,
    numRows: collected.length,
    values: columns.map((column) => collected.map((row) => column.value(row))),
  });
  for await (const row of rows) {
    if (collected.push(row) < BATCH_ROWS) continue;
    yield batch();
    collected = [];
  }
  if (collected.length > 0) yield batch();
}

function typeOf(value: QueryValue): string {
  if (typeof value === "number") {
    return Number.isInteger(value) ? "BIGINT" : "DOUBLE";
  }
  if (typeof value === "boolean") return "BOOLEAN";
  return value instanceof Date ? "TIMESTAMP WITH TIME ZONE" : "VARCHAR";
}
