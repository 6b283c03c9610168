/**
 * Every pair of operations in docs/conflicts.md, by two writers that don't know
 * of each other: what happens is what is written there.
 */
import { assert, assertEquals } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import type { Host } from "../../src/host/host.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  BASE,
  changesOf,
  type ConflictCase,
  conflictCases,
  rooted,
  stateOf,
} from "../support/conflict_cases.ts";
import {
  localSide,
  type Outcome,
  processSide,
  type Side,
} from "../support/conflict_side.ts";
import { PROJECT_ROOT } from "../support/deno_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const CASES = conflictCases(
  await Deno.readTextFile(`${PROJECT_ROOT}/docs/conflicts.md`),
);

/** Runs all cases, each in a directory of its own. */
async function check(
  fs: TinyLogFS,
  first: Side,
  second: Side,
): Promise<void> {
  const base = localSide(fs);
  await base.take(CASES.flatMap((_, i) => rooted(BASE, `/c${i}`)));
  await base.commit();
  for (const [i, pair] of CASES.entries()) {
    const root = `/c${i}`;
    const before = await stateOf(fs, root);
    await first.take(rooted(pair.first, root));
    await second.take(rooted(pair.second, root));
    const winner = await first.commit();
    const outcome = await second.commit();
    await fs.refresh();
    const changes = changesOf(before, await stateOf(fs, root));
    const name = `${pair.first.join("; ")} | ${pair.second.join("; ")}`;
    assertEquals(changes, pair.afterwards, name);
    checkOutcome(pair, root, winner, outcome);
  }
}

function checkOutcome(
  { conflict, second }: ConflictCase,
  root: string,
  winner: Outcome,
  outcome: Outcome,
): void {
  const name = second.join("; ");
  assert(winner.version !== undefined, name);
  if (conflict === undefined) {
    // Merges of files have versions, too.
    assert((outcome.version ?? 0) > winner.version, name);
    return;
  }
  const { ours, path, problem, theirs, version } = outcome.conflict ?? {};
  assertEquals({ path, problem }, {
    path: `${root}${conflict.path}`,
    problem: conflict.problem,
  });
  assertEquals(version, winner.version, name);
  assertEquals(ours?.path, path);
  assertEquals(
    [theirs?.transactionId, theirs?.version],
    [winner.transactionId, winner.version],
    name,
  );
  assert(theirs?.path.startsWith(`${root}/`), name);
  assert(theirs?.author && theirs.timestampUs, name);
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`pairs of operations (${layout}): in one process, what happens is what docs/conflicts.md says`, async () => {
    const host: Host = memoryHost();
    const open = () => TinyLogFS.open(host, "/pond");
    await using fs = await TinyLogFS.initEmpty(host, "/pond", { layout });
    await check(fs, localSide(await open()), localSide(await open()));
  });
}

Deno.test("pairs of operations: with two processes, what happens is what docs/conflicts.md says", async () => {
  await using temp = await tempDirectory();
  const pond = temp.join("pond");
  await using fs = await TinyLogFS.initEmpty(denoHost(), pond);
  await using first = processSide(pond);
  await using second = processSide(pond);
  await check(fs, first, second);
});

Deno.test("docs/conflicts.md has every pair of writing, removing, moving and attributes", () => {
  const verbOf = (lines: readonly string[]) => lines.at(-1)?.split(" ")[0];
  const found = new Set(
    CASES.map(({ first, second }) => `${verbOf(first)} ${verbOf(second)}`),
  );
  const verbs = ["write", "rm", "mv", "attr"];
  const pairs = verbs.flatMap((a) => verbs.map((b) => `${a} ${b}`));
  const expected = [...pairs, "mkdir mkdir", "mkdir write", "ln ln"];
  assertEquals(expected.filter((pair) => !found.has(pair)), []);
  const kept = CASES.filter(({ conflict }) => conflict === undefined);
  assert(CASES.length > 60 && kept.length > 15, `${CASES.length}`);
});
