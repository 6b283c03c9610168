/**
 * `pond attr`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { FileOperations, QueryValue } from "../../tinylogfs/mod.ts";
import type { AttributeCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { changePond, pondPath, viewPond } from "../session.ts";

/** What becomes of the attributes of a node. */
export interface AttributeChange {
  /** The node. */
  readonly path: string;
  /** New values. */
  readonly set: ReadonlyMap<string, unknown>;
  /** Names to take away. */
  readonly remove: readonly string[];
}

/** Shows or changes attributes. */
export async function runAttr(
  command: AttributeCommand,
  context: Context,
): Promise<ExitCode> {
  const { verb } = command;
  if (verb === "get" || verb === "ls") return await show(command, context);
  const change = attributeChange(command);
  return await changePond(context, command, (fs) => changeAttr(fs, change));
}

/** What a command changes; throws `INVALID_ARGUMENT` for what isn't a pair. */
export function attributeChange(
  { path, verb, words }: AttributeCommand,
): AttributeChange {
  const remove = verb === "rm" ? words : [];
  const set = verb === "set" ? new Map(words.map(pairOf)) : new Map();
  return { path: pondPath(path), set, remove };
}

/** Changes them in a pond, or in a transaction. */
export async function changeAttr(
  fs: FileOperations,
  { path, remove, set }: AttributeChange,
): Promise<void> {
  const before = (await fs.getMetadata(path)).customAttributes;
  const after = new Map([...Object.entries(before), ...set]);
  for (const name of remove) {
    if (!after.delete(name)) throw missing(path, name);
  }
  await fs.setAttributes(path, Object.fromEntries(after));
}

/** `NAME=TEXT`, or `NAME:=JSON`. */
function pairOf(word: string): readonly [name: string, value: unknown] {
  const match = /^([^=]+?)(:?)=(.*)$/s.exec(word);
  const [, name = "", isJson, text = ""] = match ?? [];
  if (match === null) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot set ${word}: it has no value`,
      { hint: `pond attr set PATH ${word}=VALUE` },
    );
  }
  return [name, isJson ? jsonOf(name, text) : text];
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot set ${name}: ${text} is no JSON`,
      { cause, hint: `as a text: ${name}=${text}` },
    );
  }
}

function missing(path: string, name: string): PondError {
  return new PondError(
    "NOT_FOUND",
    `Cannot find the attribute ${name} of ${path}: it has none of that name`,
    { hint: `see what it has: pond attr ls ${path}` },
  );
}

async function show(
  command: AttributeCommand,
  context: Context,
): Promise<ExitCode> {
  const path = pondPath(command.path);
  const { format, verb, words } = command;
  return await viewPond(context, command, async (fs) => {
    const known = new Map(
      Object.entries((await fs.getMetadata(path)).customAttributes),
    );
    const names = words.length > 0 ? words : [...known.keys()].sort();
    const rows = names.map((name) => {
      if (!known.has(name)) throw missing(path, name);
      return { name, value: queryValue(known.get(name)) };
    });
    if (verb === "get" && format === undefined) {
      for (const { value } of rows) await writeValue(context, value);
    } else {
      const { writeRows } = await import("../rows.ts");
      await writeRows(context, format, [
        { name: "name", type: "VARCHAR", value: (row) => row.name },
        { name: "value", type: "VARCHAR", value: (row) => row.value },
      ], rows);
    }
    return ExitCode.done;
  });
}

async function writeValue({ out }: Context, value: QueryValue): Promise<void> {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  await out.line(out.isTerminal ? printable(text) : text);
}

/** A JSON value as renderers take it. */
function queryValue(value: unknown): QueryValue {
  if (Array.isArray(value)) return value.map(queryValue);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, it]) => [name, queryValue(it)]),
    );
  }
  const isPlain = typeof value === "string" || typeof value === "number" ||
    typeof value === "boolean";
  return isPlain ? value : null;
}
