/**
 * The lines of a commit, or of a checkpoint in JSON, each on its own: a torn one
 * hides none of the others.
 *
 * @module
 */
import { type Bytes, tryDecodeUtf8 } from "../../bytes.ts";
import { type Action, isObject, parseAction } from "../delta/actions.ts";
import { attempt } from "../delta/finding.ts";
import type { DumpRow } from "./types.ts";
import {
  actionFacts,
  damaged,
  factsOf,
  hexOf,
  type RowPlace,
  shortText,
} from "./row.ts";

const LINE_FEED = 10;

/** Bytes that are shown of a line that is no text. */
const MAX_LINE_BYTES = 256;

/** A line that isn't empty. */
export interface Line {
  /** What it is as a row. */
  readonly row: DumpRow;
  /** What it says, if that is an action that matters to readers. */
  readonly action?: Action;
  /** The object in it, if it is one of another kind. */
  readonly other?: { readonly [name: string]: unknown };
}

/** Decodes lines. */
export async function* linesOf(
  bytes: Bytes,
  file: Omit<RowPlace, "kind" | "place">,
): AsyncGenerator<Line> {
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed;
    const line = bytes.subarray(start, end);
    start = end + 1;
    const place = { kind: "line", ...file, place: `line ${number}` };
    const decoded = await lineOf(line, place, feed < 0);
    if (decoded !== undefined) yield decoded;
  }
}

async function lineOf(
  bytes: Bytes,
  place: RowPlace,
  isLast: boolean,
): Promise<Line | undefined> {
  const text = tryDecodeUtf8(bytes);
  if (text === undefined) {
    const hex = hexOf(bytes, MAX_LINE_BYTES);
    const facts = { bytes: bytes.length, hex };
    return { row: damaged(place, "it is not valid UTF-8", facts) };
  }
  if (text.trim() === "") return undefined;
  const read = await attempt(() => parseAction(text, place.path));
  if (!read.isSound) {
    const why = whyInvalid(text) ?? read.problem;
    const problem = isLast ? `it is torn, or no action: ${why}` : why;
    const facts = { bytes: bytes.length, text: shortText(text) };
    return { row: damaged(place, problem, facts) };
  }
  const action = read.value;
  if (action === undefined) return otherLine(text, place);
  const facts = actionFacts(action);
  return { row: { ...place, kind: action.kind, facts }, action };
}

/** An action that changes nothing for readers, or that isn't known. */
function otherLine(text: string, place: RowPlace): Line {
  const value: unknown = JSON.parse(text);
  const other = isObject(value) ? value : {};
  const [[kind, content] = ["empty", {}]] = Object.entries(other);
  const facts = isObject(content) ? factsOf(content) : factsOf(other);
  return { row: { ...place, kind, facts }, other };
}

/** What JSON has to say against it. */
function whyInvalid(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return `it is no valid JSON: ${error.message}`;
    }
    throw error;
  }
}
