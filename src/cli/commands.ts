/**
 * The table of all commands. Parsing, help and docs/cli.md come from it.
 *
 * An entry holds everything that is said of a command, and imports what
 * carries it out only when it is run. Entries are loaded when they are asked
 * for: a command line needs one of them, the help all.
 *
 * @module
 */
import { invariant } from "../errors.ts";
import type { CommandName, TableEntry } from "./command.ts";

type Load = () => Promise<TableEntry>;

/** A case of the union without an entry here doesn't compile. */
const TABLE: Readonly<Record<CommandName, Load>> = {
  ...of(["init", "status"], async () => (await start()).START),
  ...of(
    ["ls", "cat", "mkdir", "touch", "rm", "ln", "cp", "mv"],
    async () => (await import("./table/files.ts")).FILES,
  ),
  ...of(
    ["tree", "stat", "head", "tail", "grep", "edit"],
    async () => (await import("./table/look.ts")).LOOK,
  ),
  ...of(["find", "attr"], async () => (await nodes()).NODES),
  batch: async () => (await nodes()).batchEntry(loadCommands),
  ...of(
    ["put", "get"],
    async () => (await import("./table/move.ts")).MOVE_DATA,
  ),
  mirror: async () => (await import("./table/mirror.ts")).MIRROR,
  ...of(
    ["bundle", "unbundle"],
    async () => (await import("./table/archive.ts")).ARCHIVE_COMMANDS,
  ),
  export: async () => (await import("./table/export.ts")).EXPORT,
  ...of(
    ["commit", "sync", "revert"],
    async () => (await history()).HISTORY_COMMANDS,
  ),
  ...of(
    ["branch", "switch", "merge"],
    async () => (await import("./table/branches.ts")).BRANCH_COMMANDS,
  ),
  tag: async () => (await import("./table/tag.ts")).TAG,
  ...of(
    ["log", "show", "diff", "blame"],
    async () => (await import("./table/look_back.ts")).LOOK_BACK,
  ),
  ...of(
    ["undo", "redo", "restore"],
    async () => (await import("./table/go_back.ts")).GO_BACK,
  ),
  tables: async () => (await import("./table/tables.ts")).TABLES,
  ...of(
    ["query", "sql", "describe"],
    async () => (await import("./table/query.ts")).QUERY_COMMANDS,
  ),
  ...of(
    ["apply", "explain", "resource", "run", "why"],
    async () => (await import("./table/pipelines.ts")).PIPELINES,
  ),
  migrate: async () => (await import("./table/migrate.ts")).MIGRATE,
  ...of(["completions"], async () => (await shells()).SHELL_COMMANDS),
  complete: async () =>
    (await shells()).completeEntry(loadCommands, findCommand),
  help: async () => (await start()).helpEntry(loadCommands),
  config: async () => (await import("./table/config.ts")).CONFIG,
  man: async () => (await start()).manEntry(loadCommands),
  schema: async () => (await import("./table/schema.ts")).SCHEMA,
  tour: async () => (await import("./table/tour.ts")).tourEntry(findCommand),
  ...of(["version"], async () => (await start()).CARE),
  maintain: async () => (await import("./table/maintain.ts")).MAINTAIN,
  backup: async () => (await import("./table/backup.ts")).BACKUP,
  ...of(
    ["prune", "du"],
    async () => (await import("./table/retention.ts")).RETENTION,
  ),
  ...of(
    ["check", "doctor"],
    async () => (await import("./table/check.ts")).CHECK_COMMANDS,
  ),
  debug: async () => (await import("./table/debug.ts")).DEBUG,
};

/** Other names of commands, for fingers that know other tools. */
const ALIASES: Readonly<Record<string, CommandName>> = {
  copy: "cp",
  delete: "rm",
  history: "log",
  list: "ls",
  move: "mv",
};

/** Every name that leads to a command. */
export const COMMAND_NAMES: readonly string[] = [
  ...Object.keys(TABLE),
  ...Object.keys(ALIASES),
];

/** All commands that people are told of, in the order of the help. */
export async function loadCommands(): Promise<readonly TableEntry[]> {
  const all = await Promise.all(Object.values(TABLE).map((load) => load()));
  return all.filter(({ hidden }) => hidden !== true);
}

/** The command of this name, or `undefined` when there is none. */
export async function findCommand(
  name: string,
): Promise<TableEntry | undefined> {
  const known: string = (Object.hasOwn(ALIASES, name) && ALIASES[name]) || name;
  return isCommand(known) ? await TABLE[known]() : undefined;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(TABLE, name);
}

/** Entries that come from one module. */
function of<N extends CommandName>(
  names: readonly N[],
  load: () => Promise<Readonly<Record<N, TableEntry>>>,
): Record<N, Load>;
function of(
  names: readonly string[],
  load: () => Promise<Readonly<Record<string, TableEntry>>>,
): Record<string, Load> {
  return Object.fromEntries(names.map((name) => [name, async () => {
    const entry = (await load())[name];
    invariant(entry !== undefined, `the entry of ${name}`);
    return entry;
  }]));
}

function start(): Promise<typeof import("./table/start.ts")> {
  return import("./table/start.ts");
}

function shells(): Promise<typeof import("./table/shells.ts")> {
  return import("./table/shells.ts");
}

function nodes(): Promise<typeof import("./table/nodes.ts")> {
  return import("./table/nodes.ts");
}

function history(): Promise<typeof import("./table/history.ts")> {
  return import("./table/history.ts");
}
