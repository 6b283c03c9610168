/**
 * Tables of the history: what was done, and what is stored of it.
 *
 * @module
 */
import { type Attributes, parseAttributes } from "../tinylogfs/attributes.ts";
import type {
  DirectoryEntryRow,
  HistoryRow,
  RecordRow,
  TransactionRow,
} from "../tinylogfs/mod.ts";
import {
  criteriaOf,
  type PondTable,
  table,
  type TableColumn,
  TIME,
} from "./table.ts";

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

/** A row of a file's history, and what its metadata say. */
interface VersionRow {
  readonly row: HistoryRow;
  /** Parsed when it is asked for. */
  attributes(): Attributes;
}

const VERSION_COLUMNS: readonly TableColumn<VersionRow>[] = [
  ...OPERATION_COLUMNS
    .filter(({ name }) => !["position", "file_type", "metadata"].includes(name))
    .map(({ value, ...column }): TableColumn<VersionRow> => ({
      ...column,
      value: ({ row }) => value(row),
    })),
  {
    name: "size",
    type: "BIGINT",
    comment: "bytes of the content",
    value: (row) => row.attributes().sizeBytes,
  },
  {
    name: "sha256",
    type: "VARCHAR",
    comment: "of the content: 64 hexadecimal digits",
    value: (row) => row.attributes().sha256 ?? null,
  },
  {
    name: "modified",
    type: TIME,
    comment: "when it was changed",
    value: (row) => row.attributes().modifiedUs,
  },
  {
    name: "mode",
    type: "BIGINT",
    comment: "POSIX permission bits",
    value: (row) => row.attributes().mode,
  },
  {
    name: "attributes",
    type: "VARCHAR",
    comment: "what users have set: a JSON object",
    value: (row) => {
      const { attributes } = row.attributes();
      return attributes === undefined ? null : JSON.stringify(attributes);
    },
  },
];

const RECORD_COLUMNS: readonly TableColumn<RecordRow>[] = [
  {
    name: "part_id",
    type: "VARCHAR",
    comment: "the partition: 32 hexadecimal digits",
    value: (row) => row.partId,
  },
  {
    name: "timestamp",
    type: TIME,
    comment: "time of the transaction",
    value: (row) => row.timestampUs,
  },
  {
    name: "version",
    type: "BIGINT",
    comment: "version of the transaction",
    value: (row) => row.version,
  },
  {
    name: "content",
    type: "BLOB",
    comment: "rows of operations: an Arrow IPC stream",
    value: (row) => row.content,
  },
  {
    name: "size",
    type: "BIGINT",
    comment: "bytes of the content",
    value: (row) => row.content.length,
  },
  {
    name: "file",
    type: "VARCHAR",
    comment: "the data file that it is in",
    value: (row) => row.source.slice(row.source.lastIndexOf("/") + 1),
  },
];

/** Tables of the history. */
export const HISTORY_TABLES: readonly PondTable[] = [
  table({
    name: "oplog_entries",
    comment: "an operation on a file, directory or symlink",
    columns: [...OPERATION_COLUMNS, CONTENT],
    read: (source, options) => source.historyBatches(criteriaOf(options)),
  }),
  table({
    name: "operations",
    comment: "an operation, without the content",
    columns: OPERATION_COLUMNS,
    read: (source, options) => source.historyBatches(criteriaOf(options)),
  }),
  table({
    name: "versions",
    comment: "a version of a file",
    columns: VERSION_COLUMNS,
    async *read(source, options) {
      for await (const rows of source.historyBatches(criteriaOf(options))) {
        yield rows.filter(({ fileType }) => fileType === "file")
          .map(versionRow);
      }
    },
  }),
  table({
    name: "pending",
    comment: "an operation that is not committed yet",
    columns: OPERATION_COLUMNS
      .filter(({ name }) => !["version", "pending"].includes(name)),
    async *read(source, { pending, signal }) {
      const side = pending ? source : await source.at("@pending");
      yield* side.historyBatches({ committed: false, pending: true, signal });
    },
  }),
  table({
    name: "directory_entries",
    comment: "a name that came into a directory, or went",
    columns: DIRECTORY_ENTRY_COLUMNS,
    read: (source, options) => source.directoryEntryRows(criteriaOf(options)),
  }),
  ...["commits", "transactions"].map((name) =>
    table({
      name,
      comment: name === "commits"
        ? "a transaction"
        : "a transaction: another name of commits",
      columns: TRANSACTION_COLUMNS,
      read: (source, { signal }) =>
        source.transactions(signal ? { signal } : {}),
    })
  ),
  table({
    name: "records",
    comment: "a row of the Delta table: what a commit wrote into a partition",
    columns: RECORD_COLUMNS,
    read: (source, options) => source.recordRows(criteriaOf(options)),
  }),
];

function versionRow(row: HistoryRow): VersionRow {
  let attributes: Attributes | undefined;
  const source = `node ${row.nodeId} at version ${row.version}`;
  return {
    row,
    attributes: () => attributes ??= parseAttributes(row.metadata, source),
  };
}
