/**
 * `pond config`
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../../bytes.ts";
import { hasCode, PondError } from "../../errors.ts";
import type { FileOperations } from "../../tinylogfs/mod.ts";
import { usage } from "../arguments.ts";
import type { ConfigCommand } from "../command.ts";
import { changeConfig, readConfig } from "../config_file.ts";
import { checkValue, hintAtKey, KEYS } from "../config_keys.ts";
import {
  CONFIG_KEYS,
  type ConfigKey,
  type Context,
  note,
  type Setting,
  type Settings,
  userConfigPath,
  warn,
} from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { realPath } from "../../host/real_path.ts";
import { makeDirectories } from "../host_files.ts";
import { printable } from "../output.ts";
import { type Column, writeRows } from "../rows.ts";
import { changePond, POND_CONFIG, withPond } from "../session.ts";

/** Shows and changes what is configured. */
export async function runConfig(
  command: ConfigCommand,
  context: Context,
): Promise<ExitCode> {
  switch (command.verb) {
    case "list":
      return await list(command, context);
    case "get":
      return await get(command, command.key, context);
    case "set":
      return await set(command, command.key, command.value, context);
    case "unset":
      return await change(command, command.key, undefined, context);
    default:
      return command satisfies never;
  }
}

/** A key with the value that holds. */
interface Row extends Pick<Setting, "origin"> {
  readonly key: ConfigKey;
  readonly value: string | null;
  /** What holds where there is no value. */
  readonly otherwise: string;
}

const KEY: Column<Row> = {
  name: "key",
  type: "VARCHAR",
  value: ({ key }) => key,
};
const VALUE: Column<Row> = {
  name: "value",
  type: "VARCHAR",
  value: ({ value }) => value,
  terminal: ({ otherwise, value }) => value ?? `(${otherwise})`,
};
const ORIGIN: Column<Row> = {
  name: "origin",
  type: "VARCHAR",
  value: ({ origin }) => origin,
};

async function list(
  { format, origin }: ConfigCommand,
  context: Context,
): Promise<ExitCode> {
  const settings = await allSettings(context);
  const rows = CONFIG_KEYS.map((key) => rowOf(key, settings));
  const columns = origin ? [KEY, VALUE, ORIGIN] : [KEY, VALUE];
  await writeRows(context, format, columns, rows);
  return ExitCode.done;
}

function rowOf(key: ConfigKey, settings: Settings): Row {
  const { fallback } = KEYS[key];
  const setting = settings.find(key);
  const isValue = typeof fallback === "string";
  return {
    key,
    value: setting?.value ?? (isValue ? fallback : null),
    otherwise: isValue ? fallback : fallback.says,
    origin: setting?.origin ?? "default",
  };
}

async function get(
  { format, origin }: ConfigCommand,
  key: ConfigKey,
  context: Context,
): Promise<ExitCode> {
  const row = rowOf(key, await allSettings(context));
  const { otherwise, value } = row;
  if (value !== null && context.globals.json) {
    await writeRows(context, format, [KEY, VALUE, ORIGIN], [row]);
    return ExitCode.done;
  }
  if (value !== null) {
    const text = origin ? `${value}\t${row.origin}` : value;
    const shown = context.out.isTerminal ? printable(text, "\t") : text;
    await context.out.line(shown);
    return ExitCode.done;
  }
  throw new PondError("NOT_FOUND", `${key} isn't set: ${otherwise}`, {
    hint: `pond config set ${key} VALUE`,
  });
}

/** All that holds; what is wrong with it is told, and the rest is taken. */
async function allSettings(context: Context): Promise<Settings> {
  for (const { error } of context.settings.problems) {
    await warn(context, error.message);
  }
  try {
    return await withPond(context, {}, (_fs, settings) => settings());
  } catch (error) {
    // Outside a pond there is the rest.
    if (!hasCode(error, "NO_POND") || context.globals.pond) throw error;
    return context.settings;
  }
}

async function set(
  command: ConfigCommand,
  key: ConfigKey,
  value: string,
  context: Context,
): Promise<ExitCode> {
  if (!KEYS[key].layers.includes(command.layer)) {
    throw usage(
      `${key} can't be set by a pond, only by its users`,
      `pond config set ${key} ${value}`,
    );
  }
  await checkValue(key, value, key);
  const code = await change(command, key, value, context);
  const wins = context.settings.find(key);
  if (wins?.layer === "environment") {
    await note(context, `${wins.origin}=${wins.value} wins over it`);
  }
  return code;
}

/** Sets a key of a file, or takes it out. */
async function change(
  command: ConfigCommand,
  key: string,
  value: string | undefined,
  context: Context,
): Promise<ExitCode> {
  if (command.layer === "user") {
    return await changeUsers(command, key, value, context);
  }
  return await changePond(context, command, async (fs) => {
    const before = await contentOf(fs);
    const after = changed(before, POND_CONFIG, key, value);
    if (after === before) return;
    if (before === undefined) {
      const directory = POND_CONFIG.slice(0, POND_CONFIG.lastIndexOf("/"));
      await fs.createDirectory(directory, { recursive: true });
    }
    await fs.writeFile(POND_CONFIG, after);
  });
}

async function contentOf(fs: FileOperations): Promise<string | undefined> {
  try {
    return decodeUtf8(await fs.readFile(POND_CONFIG));
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

async function changeUsers(
  { dryRun }: ConfigCommand,
  key: string,
  value: string | undefined,
  context: Context,
): Promise<ExitCode> {
  const { files } = context.host;
  const named = userConfigPath(context.host);
  if (named === undefined) {
    throw new PondError("NOT_FOUND", "There is no home for a configuration", {
      hint: "set XDG_CONFIG_HOME or HOME",
    });
  }
  // Who keeps it elsewhere has a symbolic link here.
  const path = await realPath(files, named);
  const isThere = await files.stat(path) !== undefined;
  const before = isThere ? decodeUtf8(await files.read(path)) : undefined;
  const after = await hinted(
    context,
    key,
    () => changed(before, named, key, value),
  );
  const what = value === undefined ? `${key} is unset` : `${key} = ${value}`;
  const { json } = context.globals;
  if (json) {
    const row = { key, value: value ?? null, path: named, done: !dryRun };
    await context.out.line(JSON.stringify(row));
  }
  if (dryRun) {
    const line = `${value === undefined ? "unset" : "set"}  ${what}  ${named}`;
    if (!json) await context.out.line(printable(line));
    const { noteDryRun } = await import("../operations.ts");
    await noteDryRun(context);
    return ExitCode.done;
  }
  if (!isThere) {
    await makeDirectories(files, path.slice(0, path.lastIndexOf("/")));
  }
  if (after !== before) await files.replace(path, encodeUtf8(after));
  await note(context, printable(`${what} in ${named}`));
  return ExitCode.done;
}

/** A key that the user's file doesn't set may be set by the pond. */
async function hinted<T>(
  context: Context,
  key: string,
  work: () => T,
): Promise<T> {
  try {
    return work();
  } catch (error) {
    const known = CONFIG_KEYS.find((known) => known === key);
    if (!hasCode(error, "NOT_FOUND") || known === undefined) throw error;
    const set = (await allSettings(context)).find(known);
    const hint = set?.layer === "pond"
      ? `the pond sets it: pond config unset ${key} --layer pond`
      : set?.layer === "environment"
      ? `the variable sets it: unset ${set.origin}`
      : error.hint;
    throw new PondError("NOT_FOUND", error.message, {
      ...(error.path === undefined ? {} : { path: error.path }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** The content of a file with a key changed. */
function changed(
  before: string = "",
  name: string,
  key: string,
  value: string | undefined,
): string {
  const isThere = readConfig(before, name).some((entry) => entry.key === key);
  if (value === undefined && !isThere) {
    throw new PondError("NOT_FOUND", `${name} doesn't set ${key}`, {
      hint: Object.hasOwn(KEYS, key)
        ? "what holds, and why: pond config list --origin"
        : hintAtKey(key),
    });
  }
  return changeConfig(before, name, key, value);
}
