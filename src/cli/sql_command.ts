/**
 * The commands of SQL, as their arguments say them.
 *
 * @module
 */
import type { Format } from "./format.ts";

/** `pond tables` */
export interface TablesCommand {
  readonly name: "tables";
  /** The table whose columns are listed; all tables are when left out. */
  readonly table: string | undefined;
  readonly format: Format | undefined;
}
