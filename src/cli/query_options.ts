/**
 * From the options of `pond query` to those of a query.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import {
  parseDuration,
  type QueryOptions,
  type QueryParam,
  type QueryParams,
} from "../tinylogfs/mod.ts";
import { parseSize } from "./cache_size.ts";
import type { LimitOptions } from "./command.ts";

/** Below this, a query can't even begin. */
const MIN_MEMORY_BYTES = 16 * 1024 * 1024;

/**
 * Reads the limits of a query.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for a size or time that is none.
 */
export function queryLimits(
  { memory, threads, timeout, hostFiles }: LimitOptions,
): Pick<QueryOptions, "memoryBytes" | "threads" | "timeoutMs" | "hostFiles"> {
  if (threads === 0) {
    throw new PondError("INVALID_ARGUMENT", "Cannot work with --threads 0", {
      hint: "at least one: --threads 1",
    });
  }
  return {
    hostFiles,
    ...(threads === undefined ? {} : { threads }),
    ...(memory === undefined ? {} : { memoryBytes: memoryOf(memory) }),
    ...(timeout === undefined ? {} : { timeoutMs: timeoutOf(timeout) }),
  };
}

function memoryOf(text: string): number {
  const bytes = parseSize(text, "--memory");
  if (bytes >= MIN_MEMORY_BYTES) return bytes;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot query with --memory ${text}: it is too little`,
    { hint: "at least 16MiB" },
  );
}

function timeoutOf(text: string): number {
  const us = parseDuration(text);
  if (us !== undefined && us > 0) return us / 1000;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read the time ${JSON.stringify(text)} of --timeout`,
    { hint: "--timeout 30s, 5min, 1h" },
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
    params.set(name, paramOf(value));
  }
  return Object.fromEntries(params);
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const INTEGER = /^-?(0|[1-9]\d*)$/;

/** A value as JSON has it; what JSON hasn't is text. */
function paramOf(text: string): QueryParam {
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  if (INTEGER.test(text) && !Number.isSafeInteger(Number(text))) {
    return BigInt(text);
  }
  if (NUMBER.test(text)) return Number(text);
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
