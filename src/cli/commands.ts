/**
 * The table of all commands. Parsing, help and docs/cli.md come from it.
 *
 * An entry holds everything that is said of a command, and imports what
 * carries it out only when it is run: a table is light, a command may be heavy.
 *
 * @module
 */
import type { CommandName, TableEntry } from "./command.ts";
import { DEBUG } from "./table/debug.ts";
import { FILES } from "./table/files.ts";
import { HISTORY_COMMANDS, QUERY_COMMANDS } from "./table/history.ts";
import { MAINTAIN } from "./table/maintain.ts";
import { MOVE_DATA } from "./table/move.ts";
import { batchEntry, NODES } from "./table/nodes.ts";
import { CARE, helpEntry, START } from "./table/start.ts";

/** A case of the union without an entry here doesn't compile. */
const TABLE: Readonly<Record<CommandName, TableEntry>> = {
  ...START,
  ...FILES,
  ...NODES,
  batch: batchEntry(() => COMMANDS),
  ...MOVE_DATA,
  ...HISTORY_COMMANDS,
  ...QUERY_COMMANDS,
  help: helpEntry(() => COMMANDS),
  ...CARE,
  maintain: MAINTAIN,
  debug: DEBUG,
};

/** All commands, in the order of the help. */
export const COMMANDS: readonly TableEntry[] = Object.values(TABLE);

/** Other names of commands, for fingers that know other tools. */
const ALIASES: Readonly<Record<string, CommandName>> = {
  copy: "cp",
  delete: "rm",
  list: "ls",
  log: "history",
  move: "mv",
  sql: "query",
};

/** The command of this name, or `undefined` when there is none. */
export function findCommand(name: string): TableEntry | undefined {
  const known = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  return COMMANDS.find((command) => command.name === known);
}
