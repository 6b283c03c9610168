/**
 * Rows of dumps, and how values become what a dump shows.
 *
 * @module
 */
import { encodeHex, tryDecodeUtf8 } from "../../bytes.ts";
import type { Action } from "../delta/actions.ts";
import { type Attempt, attempt, type Finding } from "../delta/finding.ts";
import { parseStats } from "../delta/stats.ts";
import type { DumpFacts, DumpRow, DumpValue } from "./types.ts";

/** What is deeper is not shown. */
const MAX_DEPTH = 64;

/** Integers of so many bits, one of them the sign, are exact as numbers. */
const SAFE_BITS = 54;

/** Bytes that are shown of a value. */
const MAX_VALUE_BYTES = 64;

/** Characters that are shown of a text that is no member of its own. */
const MAX_TEXT = 2000;

/** Where a row belongs to. */
export type RowPlace = Pick<DumpRow, "kind" | "path" | "version" | "place">;

/** A row about damage. */
export function damaged(
  place: RowPlace,
  problem: string,
  facts: DumpFacts = {},
): DumpRow {
  return { ...place, severity: "damage", problem, facts };
}

/** What a check found, as a row. */
export function findingRow(finding: Finding): DumpRow {
  const { kind, lost, path, problem, remedy, severity, version } = finding;
  return {
    kind: "finding",
    path,
    ...(version === undefined ? {} : { version }),
    severity,
    problem,
    facts: { about: kind, lost: lost || null, remedy },
  };
}

/** Goes through what may fail; the failure is the last thing that comes. */
export async function* tried<T>(
  values: AsyncIterable<T>,
): AsyncGenerator<Attempt<T>> {
  const iterator = values[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await attempt(() => iterator.next());
      if (!next.isSound) {
        yield next;
        return;
      }
      if (next.value.done) return;
      yield { isSound: true, value: next.value.value };
    }
  } finally {
    await iterator.return?.();
  }
}

/** Anything that was decoded, as a value of a dump. */
export function shown(value: unknown, depth = 0): DumpValue {
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "bigint":
      return BigInt.asIntN(SAFE_BITS, value) === value ? Number(value) : value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "object":
      return value === null ? null : shownObject(value, depth);
    default:
      return null;
  }
}

function shownObject(value: object, depth: number): DumpValue {
  if (depth > MAX_DEPTH) return "…";
  if (value instanceof Uint8Array) return hexOf(value, MAX_VALUE_BYTES);
  if (value instanceof Date) {
    return Number.isNaN(value.getTime())
      ? "no valid time"
      : value.toISOString();
  }
  if (Array.isArray(value)) return value.map((item) => shown(item, depth + 1));
  return factsOf(value, depth);
}

/** The members of an object that are there. */
export function factsOf(value: object, depth = 0): DumpFacts {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === undefined ? [] : [[name, shown(member, depth + 1)]]
    ),
  );
}

/** Bytes in hexadecimal digits, as many as are shown. */
export function hexOf(bytes: Uint8Array, limit: number): string {
  const hex = encodeHex(bytes.subarray(0, limit));
  return bytes.length > limit ? `${hex}…` : hex;
}

/** Text that is not too long to be shown. */
export function shortText(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

/** Content: how long it is, and as text if it is one. */
export function contentFacts(bytes: Uint8Array): DumpFacts {
  // A character may be cut at the end, and then it is shown as bytes.
  const text = bytes.length <= MAX_TEXT && !bytes.includes(0)
    ? tryDecodeUtf8(bytes)
    : undefined;
  return {
    bytes: bytes.length,
    ...(text === undefined ? { hex: hexOf(bytes, MAX_VALUE_BYTES) } : { text }),
  };
}

/** The main facts of an action. */
export function actionFacts(action: Action): DumpFacts {
  switch (action.kind) {
    case "add": {
      const { stats, ...add } = action.add;
      const { numRecords } = parseStats(stats) ?? {};
      return factsOf({ ...add, rows: numRecords });
    }
    case "remove":
      return factsOf(action.remove);
    case "txn":
      return factsOf(action.txn);
    case "metaData":
      return factsOf(action.metaData);
    case "protocol":
      return factsOf(action.protocol);
    case "commitInfo":
      return factsOf(action.commitInfo);
    default:
      return action satisfies never;
  }
}

/** Whether a row is about damage. */
export function isDamage({ severity }: DumpRow): boolean {
  return severity === "damage";
}
