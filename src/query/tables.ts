/**
 * The pond's own tables: its history, as SQL sees it.
 *
 * | table | a row is |
 * |---|---|
 * | `oplog_entries` | an operation on a file, directory or symlink |
 * | `operations` | the same, without the content |
 * | `directory_entries` | a name that a transaction has put into a directory, or taken out of it |
 * | `transactions` | a transaction |
 *
 * @module
 */
import type {
  DirectoryEntryRow,
  HistoryRow,
  QuerySource,
  QueryValue,
  TransactionRow,
} from "../tinylogfs/mod.ts";

/** The types of the columns. */
export type ColumnSqlType =
  | "VARCHAR"
  | "BIGINT"
  | "BOOLEAN"
  | "BLOB"
  | "TIMESTAMP WITH TIME ZONE";

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

/** What the tables are filled from. */
export interface FillOptions {
  /** Whether pending rows are rows, too. */
  readonly pending: boolean;
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
  /** The rows: the values of the columns, in their order. */
  rows(source: QuerySource, options: FillOptions): AsyncIterable<QueryValue[]>;
}

const TIME = "TIMESTAMP WITH TIME ZONE";

const OPERATION_COLUMNS: readonly TableColumn<HistoryRow>[] = [
  {
    name: "version",
    type: "BIGINT",
    comment: "version of the transaction; NULL while it is pending",
    value: (row) => row.pending ? null : row.version,
  },
  {
    name: "timestamp",
    type: TIME,
    comment: "time of the transaction",
    value: (row) => row.timestampUs,
  },
  {
    name: "position",
    type: "BIGINT",
    comment: "order of the operation in its transaction, from 0",
    value: (row) => row.position,
  },
  {
    name: "operation",
    type: "VARCHAR",
    comment: "create, update, delete or move",
    value: (row) => row.operation,
  },
  {
    name: "file_type",
    type: "VARCHAR",
    comment: "file, directory or symlink",
    value: (row) => row.fileType,
  },
  {
    name: "name",
    type: "VARCHAR",
    comment: "what the node was called",
    value: (row) => row.name,
  },
  {
    name: "path",
    type: "VARCHAR",
    comment: "where the node was",
    value: (row) => row.path,
  },
  {
    name: "node_id",
    type: "VARCHAR",
    comment: "the node: 32 hexadecimal digits",
    value: (row) => row.nodeId,
  },
  {
    name: "node_version",
    type: "BIGINT",
    comment: "1, 2, 3 … for each node",
    value: (row) => row.nodeVersion,
  },
  {
    name: "part_id",
    type: "VARCHAR",
    comment: "a directory's own id, for files and symlinks their directory's",
    value: (row) => row.partId,
  },
  {
    name: "metadata",
    type: "VARCHAR",
    comment: "a JSON object: created, modified, size, mode, sha256, …",
    value: (row) => row.metadata,
  },
  {
    name: "pending",
    type: "BOOLEAN",
    comment: "whether it is not committed yet",
    value: (row) => row.pending,
  },
];

const CONTENT: TableColumn<HistoryRow> = {
  name: "content",
  type: "BLOB",
  comment:
    "bytes of a file below 64 KiB, target of a symlink, entries as Arrow IPC",
  value: (row) => row.content,
};

const DIRECTORY_ENTRY_COLUMNS: readonly TableColumn<DirectoryEntryRow>[] = [
  {
    name: "version",
    type: "BIGINT",
    comment: "version of the transaction; NULL while it is pending",
    value: (row) => row.pending ? null : row.version,
  },
  {
    name: "timestamp",
    type: TIME,
    comment: "time of the transaction",
    value: (row) => row.timestampUs,
  },
  {
    name: "directory_id",
    type: "VARCHAR",
    comment: "the directory: 32 hexadecimal digits",
    value: (row) => row.directoryId,
  },
  {
    name: "name",
    type: "VARCHAR",
    comment: "the name in the directory",
    value: (row) => row.name,
  },
  {
    name: "operation",
    type: "VARCHAR",
    comment: "insert or delete",
    value: (row) => row.operation,
  },
  {
    name: "child_node_id",
    type: "VARCHAR",
    comment: "the node of that name",
    value: (row) => row.childNodeId,
  },
  {
    name: "child_type",
    type: "VARCHAR",
    comment: "file, directory or symlink",
    value: (row) => row.childType,
  },
  {
    name: "node_version",
    type: "BIGINT",
    comment: "version of that node",
    value: (row) => row.nodeVersion,
  },
  {
    name: "snapshot",
    type: "BOOLEAN",
    comment: "whether the row repeats an entry, in a record of all of them",
    value: (row) => row.snapshot,
  },
  {
    name: "pending",
    type: "BOOLEAN",
    comment: "whether it is not committed yet",
    value: (row) => row.pending,
  },
];

const TRANSACTION_COLUMNS: readonly TableColumn<TransactionRow>[] = [
  {
    name: "version",
    type: "BIGINT",
    comment: "the version that it made",
    value: (row) => row.version,
  },
  {
    name: "timestamp",
    type: TIME,
    comment: "when",
    value: (row) => row.timestampUs,
  },
  {
    name: "transaction_id",
    type: "VARCHAR",
    comment: "32 hexadecimal digits",
    value: (row) => row.transactionId,
  },
  { name: "author", type: "VARCHAR", comment: "who", value: (r) => r.author },
  {
    name: "message",
    type: "VARCHAR",
    comment: "why; empty when nothing was said",
    value: (row) => row.message,
  },
  {
    name: "operations",
    type: "BIGINT",
    comment: "how many operations",
    value: (row) => row.operations,
  },
  {
    name: "metadata",
    type: "VARCHAR",
    comment: "what else was said of it: a JSON object of texts",
    value: (row) => JSON.stringify(row.metadata),
  },
];

/** All tables, by name. */
export const TABLES: ReadonlyMap<string, PondTable> = new Map(
  [
    table(
      "oplog_entries",
      "an operation on a file, directory or symlink",
      [...OPERATION_COLUMNS, CONTENT],
      (source, { pending, signal }) =>
        source.historyRows({ pending, ...(signal ? { signal } : {}) }),
    ),
    table(
      "operations",
      "an operation, without the content",
      OPERATION_COLUMNS,
      (source, { pending, signal }) =>
        source.historyRows({ pending, ...(signal ? { signal } : {}) }),
    ),
    table(
      "directory_entries",
      "a name that came into a directory, or went",
      DIRECTORY_ENTRY_COLUMNS,
      (source, { pending, signal }) =>
        source.directoryEntryRows({ pending, ...(signal ? { signal } : {}) }),
    ),
    table(
      "transactions",
      "a transaction",
      TRANSACTION_COLUMNS,
      (source, { signal }) => source.transactions(signal ? { signal } : {}),
    ),
  ].map((each) => [each.name, each]),
);

function table<R>(
  name: string,
  comment: string,
  columns: readonly TableColumn<R>[],
  read: (source: QuerySource, options: FillOptions) => AsyncIterable<R>,
): PondTable {
  return {
    name,
    comment,
    columns,
    async *rows(source, options) {
      for await (const row of read(source, options)) {
        yield columns.map((column) => column.value(row));
      }
    },
  };
}
