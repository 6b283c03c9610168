/**
 * From the options of `pond query` to those of a query.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type {
  QueryOptions,
  QueryParam,
  QueryParams,
} from "../tinylogfs/mod.ts";
import { parseSize } from "./cache_size.ts";
import type { LimitOptions } from "./command.ts";
import type { Settings } from "./context.ts";
import { timeoutOf } from "./durations.ts";

/** Below this, a query can't even begin. */
const MIN_MEMORY_BYTES = 16 * 1024 * 1024;

/** What a query may take. */
export type QueryLimits = Pick<
  QueryOptions,
  "memoryBytes" | "threads" | "timeoutMs" | "hostFiles"
>;

/**
 * Reads the limits of a query.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for a size or time that is none.
 */
export function queryLimits(
  settings: Settings,
  { hostFiles }: LimitOptions,
): QueryLimits {
  const memory = settings.find("query.memory");
  const threads = settings.find("query.threads");
  const timeout = settings.find("query.timeout");
  return {
    hostFiles,
    ...(threads && { threads: threadsOf(threads.value, threads.origin) }),
    ...(memory && { memoryBytes: memoryOf(memory.value, memory.origin) }),
    ...(timeout && { timeoutMs: timeoutOf(timeout.value, timeout.origin) }),
  };
}

/** Reads how many processors to use. */
export function threadsOf(text: string, where: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot work with ${text} threads (${where})`,
    { hint: "a whole number, at least 1" },
  );
}

/** Reads how much memory a query may take, in bytes. */
export function memoryOf(text: string, where: string): number {
  const bytes = parseSize(text, where);
  if (bytes >= MIN_MEMORY_BYTES) return bytes;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot query with ${text} of memory (${where}): it is too little`,
    { hint: "at least 16MiB" },
  );
}

/**
 * Reads the values of parameters: `name=value`.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for anything else, and a name twice.
 */
export function queryParams(texts: readonly string[]): QueryParams {
  const params = new Map<string, QueryParam>();
  for (const text of texts) {
    const [, name, value] = /^([A-Za-z0-9_]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new PondError(
        "INVALID_ARGUMENT",
        `Cannot read the parameter ${JSON.stringify(text)}`,
        { hint: "--param NAME=VALUE, for $NAME in the statement" },
      );
    }
    if (params.has(name)) {
      throw new PondError(
        "INVALID_ARGUMENT",
        `Cannot give the parameter ${name} two values`,
      );
    }
    params.set(name, paramOf(name, value));
  }
  return Object.fromEntries(params);
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const INTEGER = /^-?(0|[1-9]\d*)$/;

/** A value as JSON has it; what JSON hasn't is text. */
function paramOf(name: string, text: string): QueryParam {
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  if (INTEGER.test(text) && !Number.isSafeInteger(Number(text))) {
    return BigInt(text);
  }
  if (NUMBER.test(text)) {
    const number = Number(text);
    if (Number.isFinite(number)) return number;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot give the parameter ${name} the value ${text}: no number of 64 bits is that large`,
      { hint: `as text: --param '${name}="${text}"'` },
    );
  }
  return text.length > 1 && /^".*"$/s.test(text) ? textOf(text) : text;
}

/** A text in double quotes, if that is what it is. */
function textOf(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
