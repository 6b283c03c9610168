/** What holds of any history: what is taken back, compared and blamed. */
import { assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { hasCode } from "../../src/errors.ts";
import { memoryHost, SeededRandom } from "../../src/host/memory.ts";
import {
  type Layout,
  type NodeChange,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";
import { change } from "../support/random_change.ts";
import { type Tree, treeOf } from "../support/tree.ts";

const SEED = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const LAYOUT = fc.constantFrom<Layout[]>("clustered", "hive");

/** A pond with a random history, and its tree at each version. */
async function randomPond(
  seed: number,
  layout: Layout,
): Promise<{
  readonly fs: TinyLogFS;
  readonly random: SeededRandom;
  readonly trees: Map<number, Tree>;
}> {
  const random = new SeededRandom(seed);
  const fs = await TinyLogFS.initEmpty(memoryHost(), "/pond", { layout });
  const trees = new Map([[0, await treeOf(fs)]]);
  // There is always something to take back.
  await fs.createFile("/base", "base");
  await fs.commit();
  trees.set(1, await treeOf(fs));
  const commits = 2 + Math.floor(random.fraction() * 6);
  for (let i = 0; i < commits; i++) {
    const changes = 1 + Math.floor(random.fraction() * 6);
    for (let j = 0; j < changes; j++) await change(fs, random);
    await fs.commit();
    trees.set(fs.version, await treeOf(fs));
  }
  return { fs, random, trees };
}

Deno.test("undo() of the newest transaction gives exactly what was before, of any history; and redo() what was after", async () => {
  await fc.assert(
    fc.asyncProperty(SEED, LAYOUT, async (seed, layout) => {
      const { fs, trees } = await randomPond(seed, layout);
      const after = await treeOf(fs);
      const { transaction: { version } } = await fs.undo();
      assertEquals(await treeOf(fs), trees.get(version - 1));
      const differences = await Array.fromAsync(
        fs.diff(`v${version - 1}`, "@"),
      );
      assertEquals(differences, []);
      await fs.redo();
      assertEquals(await treeOf(fs), after);
      // All the way back, by undos alone.
      try {
        for (;;) await fs.undo();
      } catch (error) {
        if (!hasCode(error, "REVISION_NOT_FOUND")) throw error;
      }
      assertEquals(await treeOf(fs), {});
      await fs.close();
    }),
    { numRuns: 40 },
  );
});

Deno.test("undo() of any transaction of any history is done as a whole, or refused and not done at all", async () => {
  await fc.assert(
    fc.asyncProperty(SEED, LAYOUT, async (seed, layout) => {
      const { fs, random } = await randomPond(seed, layout);
      const before = await treeOf(fs);
      const version = 1 + Math.floor(random.fraction() * fs.version);
      const { version: newest } = fs;
      try {
        await fs.undo(`v${version}`);
        await using target = await fs.at(`v${version - 1}`);
        for await (
          const { after, changed } of fs.diff(`v${version}`, `v${version - 1}`)
        ) {
          if (after?.fileType !== "file" || !changed.includes("content")) {
            continue;
          }
          // Where the way to it has another name now, it is elsewhere.
          if (!await fs.exists(after.path)) continue;
          const { nodeId } = await fs.entry(after.path, { followLast: false });
          if (nodeId !== after.nodeId) continue;
          assertEquals(
            await fs.readFile(after.path),
            await target.readFile(after.path),
          );
        }
      } catch (error) {
        if (!hasCode(error, "CONFLICT", "INVALID_ARGUMENT")) throw error;
        assertEquals([await treeOf(fs), fs.version], [before, newest]);
      }
      await fs.close();
    }),
    { numRuns: 40 },
  );
});

/** The tree that comes of one, with changes applied to it path by path. */
async function applied(
  tree: Tree,
  changes: readonly NodeChange[],
): Promise<Tree> {
  const made: Record<string, string> = { ...tree };
  const under = (top: string) =>
    Object.keys(made).filter((path) => path.startsWith(`${top}/`));
  const parts: Record<string, string> = {};
  // What moves takes along what is in it: out of the way first, deepest first.
  const moved = changes.filter(({ before, after }) => before && after)
    .filter(({ changed }) => changed.includes("place"));
  for (const { before } of changes.filter(({ after }) => !after)) {
    if (before) delete made[before.path];
  }
  const deepest = moved.toSorted((a, b) =>
    (b.from ?? b.path).length - (a.from ?? a.path).length
  );
  for (const { from = "", before } of deepest) {
    for (const path of [from, ...under(from)]) {
      parts[`${before?.nodeId}${path.slice(from.length)}`] = made[path] ?? "";
      delete made[path];
    }
  }
  const shallow = moved.toSorted((a, b) => a.path.length - b.path.length);
  for (const { before, path } of shallow) {
    for (const [key, what] of Object.entries(parts)) {
      const id = before?.nodeId ?? "";
      if (key.startsWith(id)) made[`${path}${key.slice(id.length)}`] = what;
    }
  }
  for (const { after } of changes) {
    if (after === undefined) continue;
    const text = new TextDecoder().decode(await after.read());
    made[after.path] = after.fileType === "directory"
      ? "directory"
      : after.fileType === "symlink"
      ? `-> ${text}`
      : text;
  }
  return made;
}

Deno.test("diff() applied to any version of any history gives the other one", async () => {
  await fc.assert(
    fc.asyncProperty(SEED, LAYOUT, async (seed, layout) => {
      const { fs, random, trees } = await randomPond(seed, layout);
      const versions = [...trees.keys()];
      const any = () =>
        versions[Math.floor(random.fraction() * versions.length)] ?? 0;
      const [from, to] = [any(), any()];
      const changes = await Array.fromAsync(fs.diff(`v${from}`, `v${to}`));
      assertEquals(
        await applied(trees.get(from) ?? {}, changes),
        trees.get(to),
        `v${from} to v${to}`,
      );
      await fs.close();
    }),
    { numRuns: 80 },
  );
});

Deno.test("blame() of any history: its lines are the file, each as its version has it", async () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "d", ""), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(lines, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (texts, ends) => {
        await using fs = await TinyLogFS.initEmpty(memoryHost(), "/pond");
        for (const text of texts) {
          await fs.writeFile("/f", text.join("\n") + (ends ? "\n" : ""));
          await fs.commit();
        }
        const blamed = await Array.fromAsync(fs.blame("/f"));
        const whole = new TextDecoder().decode(await fs.readFile("/f"));
        assertEquals(blamed.map(({ text }) => text).join(""), whole);
        for (const { text, version } of blamed) {
          await using view = await fs.at(`v${version}`);
          const then = new TextDecoder().decode(await view.readFile("/f"));
          assertEquals(then.includes(text), true);
        }
      },
    ),
    { numRuns: 40 },
  );
});

/** What a diff says, without what reads content. */
async function described(
  changes: AsyncIterable<NodeChange>,
): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  for await (const { changed, from, kind, path } of changes) {
    rows.push([kind, path, from, changed]);
  }
  return rows;
}

Deno.test("diff() of what is pending, on any history, is that of the commit", async () => {
  await fc.assert(
    fc.asyncProperty(SEED, LAYOUT, async (seed, layout) => {
      const { fs, random } = await randomPond(seed, layout);
      const { version } = fs;
      for (let i = 0; i < 8; i++) await change(fs, random);
      await fs.createFile("/last", "last");
      const pending = await described(fs.diff("@", "@pending"));
      await fs.commit();
      assertEquals(await described(fs.diff(`v${version}`, "@")), pending);
      await fs.close();
    }),
    { numRuns: 40 },
  );
});

/** What is at a path and below, by the paths from there on. */
function subtree(tree: Tree, top: string): Tree {
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([path]) => path === top || path.startsWith(`${top}/`))
      .map(([path, what]) => [path.slice(top.length), what]),
  );
}

async function identityOf(
  fs: TinyLogFS,
  path: string,
): Promise<string | undefined> {
  if (!await fs.exists(path)) return undefined;
  return (await fs.entry(path, { followLast: false })).nodeId;
}

Deno.test("restore() of any path of any history makes it what it was, or does nothing", async () => {
  let restored = 0;
  await fc.assert(
    fc.asyncProperty(SEED, LAYOUT, async (seed, layout) => {
      const { fs, random, trees } = await randomPond(seed, layout);
      const before = await treeOf(fs);
      const { version: newest } = fs;
      const pick = <T>(items: readonly T[]) =>
        items[Math.floor(random.fraction() * items.length)];
      const version = pick([...trees.keys()]) ?? 0;
      const wanted = trees.get(version) ?? {};
      const path = pick([...Object.keys(wanted), ...Object.keys(before)]);
      if (path === undefined) return;
      await using view = await fs.at(`v${version}`);
      const above = path.slice(0, path.lastIndexOf("/")) || "/";
      const isSamePlace = await identityOf(fs, above) ===
        await identityOf(view, above);
      try {
        await fs.restore(`v${version}`, { path });
      } catch (error) {
        if (!hasCode(error, "CONFLICT")) throw error;
        assertEquals([await treeOf(fs), fs.version], [before, newest]);
        return;
      }
      // Below a directory that has another name now, the path is another one.
      if (!isSamePlace) return;
      restored++;
      const after = await treeOf(fs);
      assertEquals(subtree(after, path), subtree(wanted, path), path);
      await fs.close();
    }),
    { numRuns: 80 },
  );
  assertGreater(restored, 20);
});
