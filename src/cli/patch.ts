/**
 * Changes as a patch, the way git prints them, and as counts of lines.
 *
 * What git has no word for is left out (times, directories that come and go), or
 * stands in a line of the header (attributes).
 *
 * @module
 */
import type { NodeChange, NodeState } from "../tinylogfs/mod.ts";
import {
  CONTEXT_LINES,
  diffLines,
  type LineChange,
  MAX_TEXT_BYTES,
  textLines,
  unifiedHunks,
} from "../text/mod.ts";

/** What differs between two texts. */
interface TextChange {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly changes: readonly LineChange[];
}

/** Lines that came and went. */
export interface LineCounts {
  /** How many came. */
  readonly insertions: number;
  /** How many went. */
  readonly deletions: number;
}

/**
 * Writes a change.
 *
 * @param context How many lines are shown around each change.
 * @returns Lines without their ends; none for what a patch doesn't show.
 */
export async function* patchOf(
  change: NodeChange,
  context: number = CONTEXT_LINES,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const { after, before, kind } = change;
  if (kind === "type" && before && after) {
    // Two changes for git: one kind of node goes, another one comes.
    const changed = ["node"] as const;
    const gone = {
      kind: "deleted",
      path: before.path,
      changed,
      before,
    } as const;
    const made = { kind: "added", path: after.path, changed, after } as const;
    yield* patchOf(gone, context, signal);
    yield* patchOf(made, context, signal);
    return;
  }
  const header = [...headerOf(change)];
  const text = await textChangeOf(change, signal);
  if (header.length === 0 && text === undefined) return;
  const [old, now] = [before ?? after, after ?? before];
  if (old === undefined || now === undefined) return;
  yield `diff --git ${quoted(`a${old.path}`)} ${quoted(`b${now.path}`)}`;
  yield* header;
  if (text === undefined) return;
  const [a, b] = [sideOf("a", before), sideOf("b", after)];
  if (text === "binary") {
    yield `Binary files ${a} and ${b} differ`;
    return;
  }
  const hunks = unifiedHunks(text.before, text.after, text.changes, context);
  let isFirst = true;
  for (const line of hunks) {
    if (isFirst) yield* [`--- ${marked(a)}`, `+++ ${marked(b)}`];
    isFirst = false;
    yield line;
  }
}

/**
 * Counts the lines of a change.
 *
 * @returns `undefined` for what has none: directories, and what is no text.
 */
export async function lineCountsOf(
  change: NodeChange,
  signal?: AbortSignal,
): Promise<LineCounts | undefined> {
  const text = await textChangeOf(change, signal);
  if (text === "binary") return undefined;
  const counts = { insertions: 0, deletions: 0 };
  for (const { oldStart, oldEnd, newStart, newEnd } of text?.changes ?? []) {
    counts.insertions += newEnd - newStart;
    counts.deletions += oldEnd - oldStart;
  }
  const isDirectory = (state: NodeState | undefined) =>
    state === undefined || state.fileType === "directory";
  return isDirectory(change.before) && isDirectory(change.after)
    ? undefined
    : counts;
}

async function textChangeOf(
  { after, before, changed }: NodeChange,
  signal: AbortSignal | undefined,
): Promise<TextChange | "binary" | undefined> {
  const states = [before, after].filter((state) =>
    state !== undefined && state.fileType !== "directory"
  );
  const isSame = before && after && !changed.includes("content");
  if (isSame || states.length === 0) return undefined;
  const [old, now] = [
    await linesOf(before, signal),
    await linesOf(after, signal),
  ];
  if (old === undefined || now === undefined) return "binary";
  return { before: old, after: now, changes: diffLines(old, now) };
}

async function linesOf(
  state: NodeState | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  if (state === undefined || state.fileType === "directory") return [];
  // What is too large for a text is not read at all.
  if (state.sizeBytes > MAX_TEXT_BYTES) return undefined;
  return textLines(await state.read(signal ? { signal } : {}));
}

function* headerOf(
  { after, before, changed, from }: NodeChange,
): Generator<string> {
  const state = after ?? before;
  const isDirectory = state?.fileType === "directory";
  if (before === undefined || after === undefined) {
    if (isDirectory || state === undefined) return;
    yield `${after ? "new" : "deleted"} file mode ${gitMode(state)}`;
    return;
  }
  if (changed.includes("mode")) {
    yield `old mode ${gitMode(before)}`;
    yield `new mode ${gitMode(after)}`;
  }
  // What is in a directory that moved has moved with it.
  const isMoved = from !== undefined &&
    (changed.includes("place") || changed.includes("content"));
  if (isMoved) {
    if (!changed.includes("content")) yield "similarity index 100%";
    yield `rename from ${quoted(before.path.slice(1))}`;
    yield `rename to ${quoted(after.path.slice(1))}`;
  }
  if (changed.includes("attributes")) {
    yield `old attributes ${JSON.stringify(before.attributes ?? {})}`;
    yield `new attributes ${JSON.stringify(after.attributes ?? {})}`;
  }
}

function gitMode({ fileType, mode }: NodeState): string {
  if (fileType === "symlink") return "120000";
  if (fileType === "directory") return "040000";
  return `100${(mode & 0o777).toString(8).padStart(3, "0")}`;
}

function sideOf(letter: string, state: NodeState | undefined): string {
  return state === undefined ? "/dev/null" : quoted(`${letter}${state.path}`);
}

/** After a name with a space, a tab says where it ends. */
function marked(name: string): string {
  return name.includes(" ") && !name.startsWith('"') ? `${name}\t` : name;
}

/** Names with control characters, quotes or backslashes are quoted as in C. */
function quoted(name: string): string {
  // deno-lint-ignore no-control-regex
  if (!/[\x00-\x1f"\\\x7f]/.test(name)) return name;
  // deno-lint-ignore no-control-regex
  const escaped = name.replace(/[\x00-\x1f"\\\x7f]/g, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
  return `"${escaped}"`;
}
