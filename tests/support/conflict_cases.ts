/**
 * The pairs of operations in docs/conflicts.md, which are its promise, and a
 * test's cases.
 *
 * ```text
 * | `rm /f`; `write /f 1` | `write /f 2` | conflict at `/f`: why | `/f=1` |
 * ```
 *
 * @module
 */
import { decodeUtf8 } from "../../src/bytes.ts";
import type { TinyLogFS } from "../../src/tinylogfs/mod.ts";

/** What there is before each pair, as lines of a batch. */
export const BASE: readonly string[] = [
  "write /f f",
  "write /g g",
  "mkdir /d",
  "write /d/x x",
  "mkdir /e",
  "ln f /l",
];

/** Two operations that don't know of each other. */
export interface ConflictCase {
  /** What is committed first. */
  readonly first: readonly string[];
  /** What is committed then, or isn't. */
  readonly second: readonly string[];
  /** Why the second is refused; none when both are kept. */
  readonly conflict?: { readonly path: string; readonly problem: string };
  /** What is different afterwards, as {@linkcode changesOf} says it. */
  readonly afterwards: readonly string[];
}

/** Reads the rows of all tables. */
export function conflictCases(markdown: string): ConflictCase[] {
  return markdown.split("\n").flatMap((line) => {
    if (!line.startsWith("| `")) return [];
    const [first = "", second = "", happens = "", afterwards = ""] = line
      .split("|").slice(1).map((cell) => cell.trim());
    const match = /^conflict at `([^`]+)`: (.+)$/.exec(happens);
    if (match === null && happens !== "both") {
      throw new SyntaxError(`docs/conflicts.md: ${line}`);
    }
    const [, path = "", problem = ""] = match ?? [];
    return {
      first: codesIn(first),
      second: codesIn(second),
      ...(match ? { conflict: { path, problem } } : {}),
      afterwards: codesIn(afterwards),
    };
  });
}

function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** The same lines below a directory; `/` in a line is where a path begins. */
export function rooted(lines: readonly string[], root: string): string[] {
  const below = lines.map((line) => line.replaceAll(" /", ` ${root}/`));
  return lines === BASE ? [`mkdir ${root}`, ...below] : below;
}

/** What is below a directory: paths with content, and attributes if any. */
export async function stateOf(
  fs: TinyLogFS,
  root: string,
): Promise<ReadonlyMap<string, string>> {
  const state = new Map<string, string>();
  for await (const { fileType, path } of fs.findNodes({ path: root })) {
    const { customAttributes } = await fs.getMetadata(path);
    const attributes = Object.entries(customAttributes)
      .map(([name, value]) => ` ${name}=${value}`).join("");
    const content = fileType === "file"
      ? decodeUtf8(await fs.readFile(path))
      : fileType === "symlink"
      ? `-> ${await fs.readLink(path)}`
      : "directory";
    state.set(path.slice(root.length), `${content}${attributes}`);
  }
  return state;
}

/** What is different: `/f=1`, `/d gone`; in order. */
export function changesOf(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const now = after.get(path);
    if (now === before.get(path)) return [];
    return now === undefined ? `${path} gone` : `${path}=${now}`;
  });
}
