/**
 * Where the rows of series come from: which answers of a service.
 *
 * ```text
 * /HydroVu/noyo/data/A-1           the series
 * /HydroVu/noyo/origin/A-1.jsonl   a line for each answer that has made rows of it
 * ```
 *
 * It is a series of text beside the data, written in the same transaction: so an undo
 * takes back both, a prune keeps both, merged parts say no less, and SQL reads it.
 *
 * @module
 */
import { encodeUtf8 } from "../bytes.ts";
import { IntegrityError, PondError } from "../errors.ts";
import type { FileOperations, PondTransaction } from "../tinylogfs/mod.ts";
import { linesOf } from "./json_lines.ts";
import { isObject } from "./json_schema.ts";

/** An answer that has made rows. */
export interface Origin {
  /** When it came: UTC. */
  readonly requested: string;
  /** What was asked, without secrets. */
  readonly url: string;
  /** Which page of the answer, from 1. */
  readonly page: number;
  /** The SHA-256 of its body. */
  readonly sha256: string;
  /** The earliest time of its readings that became rows: UTC. */
  readonly from: string;
  /** The latest one. */
  readonly to: string;
  /** How many became part of rows. */
  readonly readings: number;
}

/** The file with the origins of a series; `undefined` where none are kept. */
export function originPath(path: string): string | undefined {
  const [, resource, name] = /^(\/HydroVu\/[^/]+)\/data\/([^/]+)$/.exec(path) ??
    [];
  return resource && name && `${resource}/origin/${name}.jsonl`;
}

/** Keeps origins, after those that are there. */
export async function saveOrigins(
  tx: PondTransaction,
  path: string,
  origins: readonly Origin[],
): Promise<void> {
  if (origins.length === 0) return;
  const lines = origins.map((it) => `${JSON.stringify(it)}\n`);
  await tx.appendToSeries(path, encodeUtf8(lines.join("")), {
    of: "text",
    rows: lines.length,
  });
}

/**
 * Where the rows of a series come from, in the order in which they came.
 *
 * @param timeUs Only those that may have made the row of this time, microseconds
 *   since the epoch, UTC.
 * @throws {PondError} `NOT_FOUND` where there is no such file, or nothing is known.
 */
export async function* originsOf(
  fs: FileOperations,
  path: string,
  timeUs?: number,
): AsyncGenerator<Origin> {
  await fs.entry(path);
  const file = originPath(path);
  if (file === undefined || !await fs.exists(file)) throw notKept(path);
  for await (const line of linesOf(await fs.streamFile(file))) {
    const origin = originIn(line, file);
    if (timeUs === undefined || isWithin(origin, timeUs)) yield origin;
  }
}

function isWithin({ from, to }: Origin, timeUs: number): boolean {
  return Date.parse(from) <= timeUs / 1000 && timeUs / 1000 <= Date.parse(to);
}

function originIn(line: string, file: string): Origin {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new IntegrityError(file, "it holds a line that is no JSON", {
      cause,
    });
  }
  if (isOrigin(value)) return value;
  throw new IntegrityError(file, "it holds a line that is no origin");
}

function isOrigin(value: unknown): value is Origin {
  return isObject(value) &&
    ["requested", "url", "sha256", "from", "to"].every((name) =>
      typeof value[name] === "string"
    ) && ["page", "readings"].every((name) => typeof value[name] === "number");
}

function notKept(path: string): PondError {
  return new PondError(
    "NOT_FOUND",
    `Cannot tell where the rows of ${path} come from: nothing was kept of it`,
    { path, hint: `see which transactions made it: pond log ${path}` },
  );
}
