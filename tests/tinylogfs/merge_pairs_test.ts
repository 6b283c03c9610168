/**
 * Every pair of changes in docs/merging.md, in two branches of one state: what
 * merging does is what is written there.
 */
import { assert, assertEquals } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  BASE,
  changesOf,
  conflictCases,
  rooted,
  stateOf,
} from "../support/conflict_cases.ts";
import { localSide } from "../support/conflict_side.ts";
import { PROJECT_ROOT } from "../support/deno_process.ts";

const CASES = conflictCases(
  await Deno.readTextFile(`${PROJECT_ROOT}/docs/merging.md`),
);

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`merge() (${layout}): for each pair of changes it does what docs/merging.md says`, async () => {
    const host = memoryHost();
    await using fs = await TinyLogFS.initEmpty(host, "/pond", { layout });
    const base = localSide(fs);
    await base.take(CASES.flatMap((_, i) => rooted(BASE, `/c${i}`)));
    await base.commit();
    await fs.createBranch("trial");
    await using trial = await TinyLogFS.open(host, "/pond", {
      branch: "trial",
    });
    const before = await Promise.all(
      CASES.map((_, i) => stateOf(fs, `/c${i}`)),
    );
    const there = localSide(trial);
    for (const [i, { first, second }] of CASES.entries()) {
      await base.take(rooted(first, `/c${i}`));
      await there.take(rooted(second, `/c${i}`));
    }
    await base.commit();
    await there.commit();
    const { conflicts } = await fs.merge("trial");
    for (const [i, pair] of CASES.entries()) {
      const name = `${pair.first.join("; ")} | ${pair.second.join("; ")}`;
      const root = `/c${i}`;
      const found = conflicts.filter(({ path }) => path.startsWith(`${root}/`))
        .map(({ path, problem }) =>
          `conflict at \`${path.slice(root.length)}\`: ${problem}`
        );
      const { path, problem } = pair.conflict ?? {};
      const expected = pair.conflict
        ? [`conflict at \`${path}\`: ${problem}`]
        : [];
      assertEquals(found.join("; "), expected.join(), name);
      const changes = changesOf(
        before[i] ?? new Map(),
        await stateOf(fs, root),
      );
      assertEquals(changes, pair.afterwards, name);
    }
    assertEquals((await fs.check()).findings, []);
    await using again = await TinyLogFS.open(host, "/pond");
    for (const [i, pair] of CASES.entries()) {
      const changes = changesOf(
        before[i] ?? new Map(),
        await stateOf(again, `/c${i}`),
      );
      assertEquals(changes, pair.afterwards);
    }
  });
}

Deno.test("docs/merging.md has every pair that docs/conflicts.md has", async () => {
  const pairsOf = (cases: typeof CASES) =>
    new Set(cases.map(({ first, second }) => JSON.stringify([first, second])));
  const others = conflictCases(
    await Deno.readTextFile(`${PROJECT_ROOT}/docs/conflicts.md`),
  );
  const missing = pairsOf(others).difference(pairsOf(CASES));
  assertEquals([...missing], []);
  const problems = new Set(
    CASES.flatMap(({ conflict }) => conflict ?? [])
      .flatMap(({ problem }) => problem.split("; conflict at")[0] ?? []),
  );
  assertEquals(problems.size, 8);
  assert(CASES.length > 90, `${CASES.length}`);
});
