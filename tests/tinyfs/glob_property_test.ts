/**
 * Patterns against other matchers: `picomatch` for the syntax that both have,
 * and one that tries everything for the rest.
 */
import { assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import picomatch from "picomatch";
import { FS, matchGlob, parseGlob } from "../../src/tinyfs/mod.ts";
import {
  allPatterns,
  assignments,
  type Pattern,
  sharedPatterns,
  textOfPattern,
  trees,
} from "./glob_oracle.ts";

const RUNS = 10_000;

/** Paths with what was captured. */
type Matches = Readonly<Record<string, readonly string[]>>;

/** Leaves are files, now and then; whether a node matches is not its kind's. */
async function walked(
  paths: readonly string[],
  pattern: string,
): Promise<Matches> {
  const { root } = new FS();
  for (const path of paths) {
    const isLeaf = !paths.some((other) => other.startsWith(`${path}/`));
    if (isLeaf) await root.createFile(path);
    else await root.createDirectory(path, { recursive: true });
  }
  const found: Record<string, readonly string[]> = {};
  for await (const { path, captures } of root.glob(pattern)) {
    if (path !== "/") found[path.slice(1)] = captures;
  }
  return found;
}

function tried(paths: readonly string[], pattern: Pattern): Matches {
  const found: Record<string, readonly string[]> = {};
  for (const path of paths) {
    const [first] = assignments(pattern, path);
    if (first !== undefined) found[path] = first;
  }
  return found;
}

/** What `picomatch` captures: a text for each `*`, and one for each `**`. */
function picomatched(pattern: string, path: string): string[] | undefined {
  const options = { capture: true, dot: true, fastpaths: false };
  const expression: RegExp = picomatch.makeRe(pattern, options);
  const match = expression.exec(path);
  return match ? match.slice(1).map((text) => text ?? "") : undefined;
}

Deno.test("a walk finds what picomatch matches, with its captures, for 10 000 patterns and trees", async () => {
  const count = { matches: 0, captures: 0 };
  await fc.assert(
    fc.asyncProperty(sharedPatterns, trees, async (pattern, paths) => {
      const text = textOfPattern(pattern);
      const found = await walked(paths, text);
      for (const path of paths) {
        const theirs = picomatched(text, path);
        assertEquals(path in found, theirs !== undefined, `${text} ${path}`);
        if (theirs === undefined || !isUnambiguous(pattern, path)) continue;
        count.matches++;
        count.captures += theirs.length;
        assertEquals(found[path], byDirectory(pattern, theirs), text);
      }
    }),
    { numRuns: RUNS },
  );
  assertGreater(count.matches, 1000);
  assertGreater(count.captures, 1000);
});

/**
 * Whether `picomatch` must capture the same: it has no captures for `?` and
 * `[…]`, and where it has the choice, `**` stands for as much as it can.
 */
function isUnambiguous(pattern: Pattern, path: string): boolean {
  const captured = pattern.every((name) =>
    name.kind === "stars" ||
    name.parts.every(({ kind }) => kind === "text" || kind === "star")
  );
  if (!captured) return false;
  if (!pattern.some(({ kind }) => kind === "stars")) return true;
  const [first, second] = assignments(pattern, path);
  return first !== undefined && second === undefined;
}

/** One capture for each directory under `**`, where `picomatch` has one text. */
function byDirectory(pattern: Pattern, theirs: readonly string[]): string[] {
  const wildcards = pattern.flatMap((name) =>
    name.kind === "stars"
      ? ["stars"]
      : name.parts.flatMap(({ kind }) => kind === "star" ? [kind] : [])
  );
  return wildcards.flatMap((kind, i) => {
    const text = theirs[i] ?? "";
    if (kind === "star") return [text];
    return text === "" ? [] : text.split("/");
  });
}

Deno.test("a walk finds what trying everything finds, with the shortest captures, for 10 000 patterns and trees", async () => {
  let matches = 0;
  await fc.assert(
    fc.asyncProperty(allPatterns, trees, async (pattern, paths) => {
      const text = textOfPattern(pattern);
      const expected = tried(paths, pattern);
      matches += Object.keys(expected).length;
      assertEquals(await walked(paths, text), expected, text);
    }),
    { numRuns: RUNS },
  );
  assertGreater(matches, 1000);
});

Deno.test("matchGlob() matches as a walk does", () => {
  fc.assert(
    fc.property(allPatterns, trees, (pattern, paths) => {
      const text = textOfPattern(pattern);
      const glob = parseGlob(text);
      for (const path of paths) {
        const [expected] = assignments(pattern, path);
        assertEquals(matchGlob(glob, path), expected, `${text} ${path}`);
      }
    }),
    { numRuns: RUNS },
  );
});
