/**
 * What a table of the pond is: named columns with types and comments, and where
 * its rows come from.
 *
 * @module
 */
import type {
  HistoryCriteria,
  QuerySource,
  QueryValue,
  TreeCriteria,
} from "../tinylogfs/mod.ts";

/** The types of the columns. */
export type ColumnSqlType =
  | "VARCHAR"
  | "BIGINT"
  | "BOOLEAN"
  | "BLOB"
  | "TIMESTAMP WITH TIME ZONE";

/** The type of times. */
export const TIME = "TIMESTAMP WITH TIME ZONE";

/** A column of a table. */
export interface TableColumn<R> {
  /** The name. */
  readonly name: string;
  /** The type. */
  readonly type: ColumnSqlType;
  /** What it says. */
  readonly comment: string;
  /** Its value in a row; times are microseconds since the epoch. */
  value(row: R): QueryValue;
}

/** A parameter of a table that is called. */
export interface TableParameter {
  /** The name. */
  readonly name: string;
  /** What it is when it isn't given: a revision. */
  readonly fallback: string;
  /** The same in a query that sees what is pending; no other when left out. */
  readonly pendingFallback?: string;
}

/** Which rows a statement looks at: others need not be read. */
export interface RowFilter
  extends Omit<HistoryCriteria, "pending" | "signal" | "onFiles"> {
  /** Only what is at this path, or below it. */
  readonly path?: TreeCriteria["path"];
}

/** What a table is filled from. */
export interface FillOptions {
  /** Whether pending rows are rows, too. */
  readonly pending: boolean;
  /** The columns whose values are asked for. */
  readonly columns: ReadonlySet<string>;
  /** Rows that don't meet it may be left out. */
  readonly filter: RowFilter;
  /** The values of its parameters, if it was called. */
  readonly parameters: readonly string[];
  /** Is told which data files are read, and which aren't. */
  readonly onFiles: HistoryCriteria["onFiles"];
  /** Ends the filling. */
  readonly signal: AbortSignal | undefined;
}

/** A table with its rows' type bound to its columns. */
export interface PondTable {
  /** The name. */
  readonly name: string;
  /** What a row is. */
  readonly comment: string;
  /** The columns, in order. */
  readonly columns: readonly Omit<TableColumn<never>, "value">[];
  /** What it can be called with. */
  readonly parameters: readonly TableParameter[];
  /** Whether it has rows only when it is called. */
  readonly isFunction: boolean;
  /** The rows, some at a time: the values of each column that is asked for. */
  batches(
    source: QuerySource,
    options: FillOptions,
  ): AsyncIterable<readonly (readonly QueryValue[])[]>;
}

/** What a table is made of. */
export interface TableDraft<R> {
  /** The name. */
  readonly name: string;
  /** What a row is. */
  readonly comment: string;
  /** The columns, in order. */
  readonly columns: readonly TableColumn<R>[];
  /** Reads its rows. */
  read(
    source: QuerySource,
    options: FillOptions,
  ): AsyncIterable<R> | AsyncIterable<readonly R[]>;
  /** Set for a table that has rows only when it is called. */
  readonly parameters?: readonly TableParameter[];
}

/** So many rows are handed on together, if there are as many. */
const BATCH_ROWS = 2048;

/** Each table can be called for its rows at a revision. */
const AT: readonly TableParameter[] = [{ name: "at", fallback: "@" }];

/** Binds a table's columns to its rows. */
export function table<R extends object>(draft: TableDraft<R>): PondTable {
  const { columns, comment, name, parameters } = draft;
  return {
    name,
    comment,
    columns,
    parameters: parameters ?? AT,
    isFunction: parameters !== undefined,
    async *batches(source, options) {
      const wanted = columns.filter(({ name }) => options.columns.has(name));
      for await (const rows of inBatches(draft.read(source, options))) {
        yield wanted.map((column) => rows.map((row) => column.value(row)));
      }
    },
  };
}

/** Which rows of the history a table asks for. */
export function criteriaOf(
  { filter, onFiles, pending, signal }: FillOptions,
): HistoryCriteria {
  const { path: _, ...criteria } = filter;
  return { ...criteria, pending, ...(onFiles ? { onFiles } : {}), signal };
}

async function* inBatches<R extends object>(
  rows: AsyncIterable<R> | AsyncIterable<readonly R[]>,
): AsyncGenerator<readonly R[]> {
  let batch: R[] = [];
  for await (const each of rows) {
    if (Array.isArray(each)) {
      yield each;
      continue;
    }
    if (batch.push(each as R) < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
