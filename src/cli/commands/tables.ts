/**
 * `pond tables`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { type PondTable, TABLES } from "../../query/mod.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { type Column, writeRows } from "../rows.ts";
import type { TablesCommand } from "../sql_command.ts";
import { didYouMean, nearest } from "../../suggest.ts";

const TABLE_COLUMNS: readonly Column<PondTable>[] = [
  { name: "table", type: "VARCHAR", value: ({ name }) => name },
  { name: "row", type: "VARCHAR", value: ({ comment }) => comment },
  { name: "call", type: "VARCHAR", value: callOf },
];

const COLUMN_COLUMNS: readonly Column<PondTable["columns"][number]>[] = [
  { name: "column", type: "VARCHAR", value: ({ name }) => name },
  { name: "type", type: "VARCHAR", value: ({ type }) => type },
  { name: "comment", type: "VARCHAR", value: ({ comment }) => comment },
];

/** Lists the pond's own tables, or the columns of one. */
export async function runTables(
  { format, table }: TablesCommand,
  context: Context,
): Promise<ExitCode> {
  if (table === undefined) {
    await writeRows(context, format, TABLE_COLUMNS, TABLES.values());
    return ExitCode.done;
  }
  const found = TABLES.get(table.toLowerCase());
  if (found === undefined) throw noTable(table);
  await writeRows(context, format, COLUMN_COLUMNS, found.columns);
  return ExitCode.done;
}

/** How it is called for its rows at a revision. */
function callOf({ name, parameters }: PondTable): string {
  const given = parameters.map(({ fallback, name }) =>
    `"${name}" := '${fallback}'`
  );
  return `${name}(${given.join(", ")})`;
}

function noTable(name: string): PondError {
  const hint = didYouMean(nearest(name, TABLES.keys())) ?? "pond tables";
  return new PondError("NOT_FOUND", `There is no table "${name}"`, { hint });
}
