/**
 * The table of what can be configured. Help, validation and completion come
 * from it; who uses a value reads it with the same functions that check it.
 *
 * @module
 */
import { usage } from "./arguments.ts";
import type { FileLayer } from "./config_command.ts";
import { type ConfigKey, variableOf } from "./context.ts";
import { didYouMean, nearest } from "../suggest.ts";

/** What the table says of a key. */
export interface KeySpec {
  /** One line. */
  readonly summary: string;
  /** What it takes: how a value is called, or the only ones. */
  readonly value: string | readonly string[];
  /** What holds where nothing is configured; words when it is no value. */
  readonly fallback: string | { readonly says: string };
  /** The option that sets it for one command. */
  readonly option?: string;
  /**
   * The files that it may stand in. What is about a person or a machine, or
   * names a program to run, isn't taken from a pond, which others write to.
   */
  readonly layers: readonly FileLayer[];
  /** Refuses a wrong value. */
  check?(text: string, where: string): Promise<unknown>;
}

const BOTH: readonly FileLayer[] = ["user", "pond"];
const USER: readonly FileLayer[] = ["user"];

/** Every key; one without an entry here doesn't compile. */
export const KEYS: Readonly<Record<ConfigKey, KeySpec>> = {
  "author": {
    summary: "Who commits, for the history",
    value: "NAME",
    fallback: { says: "the user's name" },
    layers: USER,
  },
  "cache-size": {
    summary: "What to keep in memory of directories",
    value: "SIZE",
    fallback: "16MiB",
    option: "--cache-size",
    layers: USER,
    check: async (text, where) =>
      (await import("./cache_size.ts")).parseSize(text, where),
  },
  "color": {
    summary: "When to use colours",
    value: ["auto", "always", "never"],
    fallback: "auto",
    option: "--color",
    layers: USER,
  },
  "durability": {
    summary: "With relaxed, skip flushing to the disk (scratch ponds only)",
    value: ["full", "relaxed"],
    fallback: "full",
    option: "--durability",
    layers: BOTH,
  },
  "editor": {
    summary: "The program that pond edit opens",
    value: "COMMAND",
    fallback: { says: "VISUAL, EDITOR, or vi" },
    layers: USER,
  },
  "format": {
    summary: "How to write rows",
    value: ["table", "tsv", "csv", "json", "ndjson", "markdown"],
    fallback: { says: "by where they go" },
    option: "--format",
    layers: USER,
  },
  "maintain.retention": {
    summary: "How long vacuum keeps what nothing needs",
    value: "TIME",
    fallback: "7d",
    option: "--retention",
    layers: BOTH,
    check: async (text, where) =>
      (await import("./durations.ts")).retentionOf(text, where),
  },
  "pager": {
    summary: "What shows output that is taller than the screen; never: nothing",
    value: "COMMAND",
    fallback: { says: "PAGER, or less -FRX" },
    option: "--no-pager",
    layers: USER,
  },
  "query.memory": {
    summary: "What a query may take of memory",
    value: "SIZE",
    fallback: { says: "80%" },
    option: "--memory",
    layers: BOTH,
    check: async (text, where) =>
      (await import("./query_options.ts")).memoryOf(text, where),
  },
  "query.threads": {
    summary: "How many processors a query may use",
    value: "N",
    fallback: { says: "all" },
    option: "--threads",
    layers: BOTH,
    check: async (text, where) =>
      (await import("./query_options.ts")).threadsOf(text, where),
  },
  "query.timeout": {
    summary: "After how long a query is given up",
    value: "TIME",
    fallback: { says: "never" },
    option: "--timeout",
    layers: BOTH,
    check: async (text, where) =>
      (await import("./durations.ts")).timeoutOf(text, where),
  },
};

/** Whether a name is one of a key. */
export function isConfigKey(name: string): name is ConfigKey {
  return Object.hasOwn(KEYS, name);
}

/** The key of this name; throws `INVALID_ARGUMENT` when there is none. */
export function configKey(name: string): ConfigKey {
  if (isConfigKey(name)) return name;
  throw usage(`there is no key "${name}"`, hintAtKey(name));
}

/** The keys that were perhaps meant, or where they are listed. */
export function hintAtKey(name: string): string {
  return didYouMean(nearest(name, Object.keys(KEYS))) ?? "pond help config";
}

/**
 * Refuses a value that a key doesn't take.
 *
 * @param where Where it was given, for the error.
 * @throws {PondError} `INVALID_ARGUMENT`.
 */
export async function checkValue(
  key: ConfigKey,
  text: string,
  where: string,
): Promise<void> {
  const { check, value } = KEYS[key];
  if (text.trim() === "" || /\p{Cc}/u.test(text)) {
    throw usage(`${key} needs a value of printable characters (${where})`);
  }
  if (typeof value !== "string" && !value.includes(text)) {
    throw usage(
      `${key} takes ${value.join(", ")}, not "${text}" (${where})`,
      didYouMean(nearest(text, value)) ?? "pond help config",
    );
  }
  await check?.(text, where);
}

/** The table as text, for the help. */
export function keysText(): string {
  const lines = Object.keys(KEYS).filter(isConfigKey).map((key) => {
    const { fallback, layers, option, summary, value } = KEYS[key];
    const takes = typeof value === "string" ? value : value.join(", ");
    const otherwise = typeof fallback === "string" ? fallback : fallback.says;
    const also = [
      ...(option === undefined ? [] : [option]),
      variableOf(key),
      ...(layers.includes("pond") ? ["the pond"] : []),
    ];
    return `  ${key.padEnd(20)}${summary}
  ${"".padEnd(20)}${takes}; otherwise ${otherwise}
  ${"".padEnd(20)}also by ${also.join(", ")}`;
  });
  return lines.join("\n");
}
