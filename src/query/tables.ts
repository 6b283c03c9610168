/**
 * The pond's own tables, as SQL sees them.
 *
 * | table | a row is |
 * |---|---|
 * | `files` | a file, directory or symlink that is there |
 * | `versions` | a version of a file |
 * | `operations` | an operation on a file, directory or symlink |
 * | `oplog_entries` | the same, with the content |
 * | `commits`, `transactions` | a transaction |
 * | `pending` | an operation that is not committed yet |
 * | `directory_entries` | a name that a transaction has put into a directory, or taken out of it |
 * | `records` | a row of the Delta table |
 * | `changes(from, to)` | what differs between two revisions |
 *
 * @module
 */
import { HISTORY_TABLES } from "./history_tables.ts";
import type { PondTable } from "./table.ts";
import { TREE_TABLES } from "./tree_tables.ts";

/** All tables, by name. */
export const TABLES: ReadonlyMap<string, PondTable> = new Map(
  [...TREE_TABLES, ...HISTORY_TABLES].map((each) => [each.name, each]),
);
