/**
 * Tables of the tree: what is there, and what differs between two states.
 *
 * @module
 */
import type { NodeChange, TreeRow } from "../tinylogfs/mod.ts";
import { type PondTable, table, type TableColumn, TIME } from "./table.ts";

const FILE_COLUMNS: readonly TableColumn<TreeRow>[] = [
  {
    name: "path",
    type: "VARCHAR",
    comment: "where it is",
    value: (row) => row.path,
  },
  {
    name: "name",
    type: "VARCHAR",
    comment: "what its directory calls it",
    value: (row) => row.name,
  },
  {
    name: "type",
    type: "VARCHAR",
    comment: "file, directory or symlink",
    value: (row) => row.fileType,
  },
  {
    name: "size",
    type: "BIGINT",
    comment: "bytes of the content",
    value: (row) => row.sizeBytes,
  },
  {
    name: "modified",
    type: TIME,
    comment: "when it was last changed; of a directory, when it was made",
    value: (row) => row.modifiedUs,
  },
  {
    name: "created",
    type: TIME,
    comment: "when it was made",
    value: (row) => row.details?.createdUs ?? null,
  },
  {
    name: "mode",
    type: "BIGINT",
    comment: "POSIX permission bits",
    value: (row) => row.mode,
  },
  {
    name: "sha256",
    type: "VARCHAR",
    comment: "of a file's content: 64 hexadecimal digits",
    value: (row) => row.details?.sha256 ?? null,
  },
  {
    name: "target",
    type: "VARCHAR",
    comment: "where a symlink leads",
    value: (row) => row.details?.target ?? null,
  },
  {
    name: "attributes",
    type: "VARCHAR",
    comment: "what users have set: a JSON object",
    value: ({ details }) =>
      details?.attributes ? JSON.stringify(details.attributes) : null,
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
    name: "version",
    type: "BIGINT",
    comment: "version that changed it last; NULL while it is pending",
    value: (row) => row.version < 0 ? null : row.version,
  },
  {
    name: "directory_id",
    type: "VARCHAR",
    comment: "the directory that it is in: 32 hexadecimal digits",
    value: (row) => row.directoryId,
  },
];

/** Columns that only the row of a node itself can tell. */
const DETAILS = ["created", "sha256", "target", "attributes"];

const CHANGE_COLUMNS: readonly TableColumn<NodeChange>[] = [
  {
    name: "change",
    type: "VARCHAR",
    comment:
      "added, deleted, type, moved, modified, mode, attributes or touched",
    value: (row) => row.kind,
  },
  {
    name: "path",
    type: "VARCHAR",
    comment: "where it is afterwards; where it was, if it is gone",
    value: (row) => row.path,
  },
  {
    name: "from_path",
    type: "VARCHAR",
    comment: "where it was, if that was elsewhere",
    value: (row) => row.from ?? null,
  },
  {
    name: "type",
    type: "VARCHAR",
    comment: "file, directory or symlink",
    value: ({ after, before }) => (after ?? before)?.fileType ?? null,
  },
  {
    name: "changed",
    type: "VARCHAR",
    comment: "all that is different: a JSON array of content, place, mode, …",
    value: (row) => JSON.stringify(row.changed),
  },
  {
    name: "size_before",
    type: "BIGINT",
    comment: "bytes that it had",
    value: ({ before }) => before?.sizeBytes ?? null,
  },
  {
    name: "size_after",
    type: "BIGINT",
    comment: "bytes that it has",
    value: ({ after }) => after?.sizeBytes ?? null,
  },
  {
    name: "modified_before",
    type: TIME,
    comment: "when it had been changed last",
    value: ({ before }) => before?.modifiedUs ?? null,
  },
  {
    name: "modified_after",
    type: TIME,
    comment: "when it was changed last",
    value: ({ after }) => after?.modifiedUs ?? null,
  },
  {
    name: "node_id",
    type: "VARCHAR",
    comment: "the node: 32 hexadecimal digits",
    value: ({ after, before }) => (after ?? before)?.nodeId ?? null,
  },
];

/** Tables of the tree. */
export const TREE_TABLES: readonly PondTable[] = [
  table({
    name: "files",
    comment: "a file, directory or symlink that is there",
    columns: FILE_COLUMNS,
    read: (source, { columns, filter: { path }, signal }) =>
      source.treeRows({
        ...(path === undefined ? {} : { path }),
        details: DETAILS.some((name) => columns.has(name)),
        signal,
      }),
  }),
  table({
    name: "changes",
    comment: "what differs between two revisions: changes('v1', 'v2')",
    columns: CHANGE_COLUMNS,
    parameters: [
      { name: "from", fallback: "v-1", pendingFallback: "@" },
      { name: "to", fallback: "@", pendingFallback: "@pending" },
    ],
    read: (source, { parameters: [from = "", to = ""], signal }) =>
      source.diff(from, to, signal ? { signal } : {}),
  }),
];
