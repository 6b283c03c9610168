/**
 * Which parts of a series become one when another is added, and how.
 *
 * ```text
 * tier of a part   how often 8 goes into the parts that it holds: 1 to 7 are tier
 *                  0, 8 to 63 tier 1, 64 to 511 tier 2 …
 * is merged        when, with the new one, 8 of a tier follow one another at the
 *                  end; what comes of it counts in the next tier
 * ```
 *
 * So a row is written once again for each tier, as often as the logarithm of the
 * parts, and at most 7 parts of each tier are left. Large parts stay as they are,
 * and what is before them: opening a file costs little beside reading it.
 *
 * The merged part is the new version of the file, and names the part before the
 * oldest one that it holds. The others stay in the history, where the states
 * before it have them.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { FileBytes } from "../oplog/parquet_concat.ts";
import {
  parseAttributes,
  type SeriesKind,
  type SeriesMark,
} from "./attributes.ts";
import type { Content } from "./blobs.ts";
import { noteUnchecked } from "./node_row.ts";
import { partsOf } from "./series.ts";
import { type PartContent, type PartSide, sourceOf } from "./series_text.ts";

/** So many parts of a tier become one. */
export const FAN_IN = 8;

/** Larger parts are not merged. */
const MAX_PART_BYTES = 4 * 1024 * 1024;

/** So much is merged at most at once: small parts are in memory meanwhile. */
const MAX_MERGE_BYTES = FAN_IN * MAX_PART_BYTES;

/** What Parquet files begin with. */
const PARQUET_MAGIC = "PAR1";

/** A part that is there. */
interface Part extends PartContent {
  readonly mark: SeriesMark;
}

/** What a merge has made. */
export interface MergedParts {
  /** The rows, or the text, of all of them. */
  readonly content: Content;
  /** The marks of those that it holds beside the new one, the oldest last. */
  readonly held: readonly SeriesMark[];
  /** The bytes that those had. */
  readonly heldBytes: number;
}

/** How many appends a part holds. */
export function heldBy({ holds = 1 }: { readonly holds?: number }): number {
  return holds;
}

/**
 * How many of the parts before a new one are merged with it.
 *
 * @param before How many appends each of them holds, the newest first.
 */
export function planMerge(before: readonly number[]): number {
  let taken = 0;
  let holds = 1;
  for (;;) {
    const tier = tierOf(holds);
    let end = taken;
    while (end < before.length && tierOf(before[end] ?? 1) <= tier) end++;
    // What is taken already counts as one.
    if (end - taken + 1 < FAN_IN) return taken;
    for (const held of before.slice(taken, end)) holds += held;
    taken = end;
  }
}

function tierOf(holds: number): number {
  let tier = 0;
  for (let rest = holds; rest >= FAN_IN; rest /= FAN_IN) tier++;
  return tier;
}

/**
 * Merges a new part with those before it, if it is time to.
 *
 * @param added The new part's bytes.
 * @param mark What the newest part says.
 * @returns `undefined` when the new part stays by itself.
 */
export async function mergeParts(
  added: Content,
  mark: SeriesMark,
  side: PartSide,
): Promise<MergedParts | undefined> {
  // Most appends read nothing of the parts before them.
  if ((mark.parts + 1) % FAN_IN !== 0) return undefined;
  if (added.sizeBytes > MAX_PART_BYTES) return undefined;
  const parts = await mergeableParts(side);
  const count = planMerge(parts.map(({ mark }) => heldBy(mark)));
  if (count === 0) return undefined;
  const held = parts.slice(0, count);
  const newest = {
    bytes: added.kind === "inline" ? added.bytes : null,
    attributes: added,
  };
  const sources = [newest, ...held].map((part) => sourceOf(part, side));
  const { signal } = side;
  const chunks = await joined(mark.of, sources.toReversed(), signal);
  if (chunks === undefined) return undefined;
  return {
    content: await side.blobs.store(chunks, signal ? { signal } : {}),
    held: held.map(({ mark }) => mark),
    heldBytes: sizeOf(held),
  };
}

/** The parts that may be merged, the newest first. */
async function mergeableParts(side: PartSide): Promise<readonly Part[]> {
  const parts: Part[] = [];
  let sizeBytes = 0;
  for await (const { mark, row } of partsOf(side.history, side.path)) {
    // What has seconds isn't what others have, by its columns.
    if (mark.verbatim || mark.seconds !== undefined) break;
    const attributes = parseAttributes(row.metadata, side.path);
    sizeBytes += attributes.sizeBytes;
    const isLarge = attributes.sizeBytes > MAX_PART_BYTES;
    if (isLarge || sizeBytes > MAX_MERGE_BYTES) break;
    if (row.content !== null) noteUnchecked(row.content, side.path);
    parts.push({ mark, attributes, bytes: row.content });
  }
  return parts;
}

function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { attributes }) => sum + attributes.sizeBytes, 0);
}

/** The parts as one; `undefined` when they can't be. */
async function joined(
  of: SeriesKind,
  sources: readonly FileBytes[],
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Bytes> | undefined> {
  if (of === "text") return bytesOf(sources);
  for (const source of sources) {
    const head = await source.read(0, PARQUET_MAGIC.length);
    if (new TextDecoder().decode(head) !== PARQUET_MAGIC) return undefined;
  }
  const { concatParquet } = await import("../oplog/parquet_concat.ts");
  return await concatParquet(sources, signal);
}

async function* bytesOf(sources: readonly FileBytes[]): AsyncGenerator<Bytes> {
  for (const source of sources) yield await source.read(0, source.sizeBytes);
}
