/**
 * Branches that are changed and merged at random: against a model that knows paths only, and what holds of
 * any branches that merge each other in any order.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { memoryHost, type SeededRandom } from "../../src/host/memory.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { type Tree, treeOf } from "../support/tree.ts";

export const POND = "/pond";
export const SEED = fc.integer({ min: 1, max: 2 ** 31 - 1 });
export const LAYOUT = fc.constantFrom<Layout[]>("clustered", "hive");

/** One change of the tree, by paths; those that can't be made do nothing. */
interface Edit {
  readonly verb: "write" | "make" | "remove";
  readonly path: string;
  readonly text: string;
}

// Few names and texts, so that both sides often mean the same.
const NAME = fc.constantFrom("a", "b", "c");
const EDIT: fc.Arbitrary<Edit> = fc.record({
  verb: fc.constantFrom("write", "write", "make", "remove"),
  path: fc.array(NAME, { minLength: 1, maxLength: 3 })
    .map((names) => `/${names.join("/")}`),
  text: fc.constantFrom("1", "2", "3"),
});
export const EDITS = fc.array(EDIT, { minLength: 1, maxLength: 14 });

export async function edit(
  fs: TinyLogFS,
  edits: readonly Edit[],
): Promise<void> {
  for (const { path, text, verb } of edits) {
    const tree = await treeOf(fs);
    const above = path.slice(0, path.lastIndexOf("/"));
    const hasPlace = above === "" || tree[above] === "directory";
    const isDirectory = tree[path] === "directory";
    if (verb === "remove") {
      if (path in tree) await fs.delete(path, { recursive: true });
    } else if (!hasPlace || isDirectory) continue;
    else if (verb === "write") await fs.writeFile(path, text);
    else if (!(path in tree)) await fs.createDirectory(path);
  }
  await fs.commit();
}

/** What a merge by paths alone gives. */
interface Expected {
  readonly tree: Tree;
  readonly conflicts: readonly string[];
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

export function expectedOf(base: Tree, ours: Tree, theirs: Tree): Expected {
  const paths = Object.keys({ ...base, ...ours, ...theirs }).sort();
  const kept = new Set<string>();
  const listed = new Set<string>();
  const taken = new Set<string>();
  for (const path of paths) {
    const [was, here, there] = [base[path], ours[path], theirs[path]];
    if (there === was || there === here) continue;
    if (here === was) taken.add(path);
    else {
      kept.add(path);
      listed.add(path);
    }
  }
  const result = () => {
    const tree: Record<string, string> = { ...ours };
    for (const path of taken) {
      const there = theirs[path];
      if (there === undefined) delete tree[path];
      else tree[path] = there;
    }
    return tree;
  };
  for (let isSettled = false; !isSettled;) {
    isSettled = true;
    for (const path of [...taken]) {
      const why = whyNot(path, { ours, theirs, kept, tree: result() });
      if (why === undefined) continue;
      taken.delete(path);
      kept.add(path);
      if (why === "listed") listed.add(path);
      isSettled = false;
    }
  }
  return { tree: result(), conflicts: [...listed].sort() };
}

/** Why a change of theirs can't be made in a tree. */
function whyNot(
  path: string,
  { kept, ours, theirs, tree }: {
    readonly ours: Tree;
    readonly theirs: Tree;
    readonly kept: ReadonlySet<string>;
    readonly tree: Tree;
  },
): "listed" | "implied" | undefined {
  const above = parentOf(path);
  const hasPlace = above === "" || tree[above] === "directory";
  if (path in theirs && !hasPlace) {
    return kept.has(above) ? "implied" : "listed";
  }
  if (ours[path] !== "directory" || theirs[path] === "directory") return;
  // A directory goes: what would be left of it is what ours has there.
  const left = Object.keys(tree).filter((each) =>
    parentOf(each) === path && each in ours
  );
  if (left.length === 0) return undefined;
  return left.every((each) => kept.has(each)) ? "implied" : "listed";
}

function paths(all: readonly { readonly path: string }[]): string[] {
  return all.map(({ path }) => path);
}

/** Once more, and nothing changes. */
export async function isMerged(
  fs: TinyLogFS,
  branch: string,
  conflicts?: readonly string[],
): Promise<void> {
  const { version } = fs;
  const again = await fs.merge(branch);
  const listed = again.conflicts.map(({ path }) => path);
  assertEquals([again.changes, fs.version], [[], version]);
  if (conflicts !== undefined) assertEquals(listed, conflicts);
}

export const NAMES = fc.constantFrom(["one"], ["one", "two"]);

/** What a merge lists is what it does; what it keeps out stays as it is. */
export async function mergeInto(
  a: TinyLogFS,
  b: TinyLogFS,
  random: SeededRandom,
): Promise<void> {
  const before = await treeOf(a);
  const dry = await a.merge(b.branch, { dryRun: true });
  assertEquals(await treeOf(a), before);
  const ours = random.fraction() < 0.3;
  const { changes, conflicts } = await a.merge(b.branch, { ours });
  assertEquals(
    [paths(changes), paths(conflicts)],
    [paths(dry.changes), paths(dry.conflicts)],
  );
  const found = await Array.fromAsync(a.findNodes({}));
  const sizes = new Map(found.map((node) => [node.nodeId, node.sizeBytes]));
  for (const { ours } of conflicts) {
    // What is here stays, wherever the directories above it are now.
    if (ours) assertEquals(sizes.get(ours.nodeId), ours.sizeBytes);
  }
  await isMerged(a, b.branch, ours ? [] : undefined);
}

/**
 * Branches that edit and merge each other, back and forth, with their conflicts
 * settled, are the same after each round.
 *
 * @param seed Where the choices begin; another one each time when left out.
 */
export async function meetAgain(numRuns: number, seed?: number): Promise<void> {
  const rounds = fc.array(fc.tuple(EDITS, EDITS, fc.boolean()), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(EDITS, rounds, LAYOUT, async (before, rounds, layout) => {
      const host = memoryHost();
      const main = await TinyLogFS.initEmpty(host, POND, { layout });
      await edit(main, before);
      await main.createBranch("trial");
      const trial = await TinyLogFS.open(host, POND, { branch: "trial" });
      for (const [here, there, isMain] of rounds) {
        await edit(main, here);
        await edit(trial, there);
        const [a, b] = isMain ? [main, trial] : [trial, main];
        await a.merge(b.branch, { ours: true });
        const { conflicts } = await b.merge(a.branch);
        assertEquals(paths(conflicts), []);
        assertEquals(await treeOf(b), await treeOf(a));
        await isMerged(a, b.branch, []);
        await isMerged(b, a.branch, []);
      }
      const { findings } = await TinyLogFS.check(host, POND);
      assertEquals(findings, []);
    }),
    { numRuns, ...(seed === undefined ? {} : { seed }) },
  );
}
