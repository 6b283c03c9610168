/**
 * The command of the pond's own tables.
 *
 * @module
 */
import { define, type TableEntry } from "../command.ts";
import { FORMAT, formatOf } from "../options.ts";
import type { TablesCommand } from "../sql_command.ts";

/** `pond tables` */
export const TABLES: TableEntry = define<TablesCommand>({
  name: "tables",
  group: "Query",
  paged: true,
  summary: "List the tables that SQL sees",
  description:
    `Without NAME, lists the pond's own tables: the tree, its versions, the history and
what is stored of it. With NAME, lists the columns of one. Each is a function of a
revision, too: FROM files(at := 'v1'). Files are tables by their paths.`,
  arguments: [{ name: "NAME", summary: "The table whose columns to list" }],
  options: [FORMAT],
  examples: [
    { cmd: "pond tables", says: "List the tables" },
    { cmd: "pond tables files", says: "List the columns of a table" },
  ],
  errors: ["ABORTED", "NOT_FOUND"],
  read: (values) => ({
    name: "tables",
    table: values.words[0],
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/tables.ts")).runTables,
});
