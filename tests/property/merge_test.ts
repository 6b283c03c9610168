/** Merging at any moment changes nothing of what is read, at any version. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import { OplogTable } from "../../src/oplog/mod.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";

const POND = "/pond";

/** A change of one of a few paths. */
type Change =
  | { readonly kind: "write"; readonly at: number; readonly size: number }
  | { readonly kind: "remove"; readonly at: number }
  | { readonly kind: "move"; readonly at: number; readonly to: number };

/** What is done between two transactions. */
type Care =
  | { readonly kind: "nothing" | "optimize" | "checkpoint" | "vacuum" }
  | { readonly kind: "merge"; readonly from: number; readonly count: number };

interface Step {
  readonly changes: readonly Change[];
  readonly care: Care;
}

const place = fc.nat(7);
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      at: place,
      size: fc.constantFrom(0, 5, 70_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("remove" as const), at: place }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("move" as const),
      at: place,
      to: place,
    }),
  },
);
const care: fc.Arbitrary<Care> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("nothing", "optimize", "checkpoint", "vacuum"),
  }),
  fc.record({
    kind: fc.constant("merge" as const),
    from: fc.nat(10),
    count: fc.integer({ min: 2, max: 6 }),
  }),
);
const step: fc.Arbitrary<Step> = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  care,
});

/** Half of the paths are in a directory. */
function pathOf(at: number): string {
  return at % 2 === 0 ? `/d/f${at}` : `/f${at}`;
}

async function apply(fs: TinyLogFS, change: Change, count: number) {
  const path = pathOf(change.at);
  if (change.kind === "write") {
    return await fs.writeFile(
      path,
      new Uint8Array(change.size).fill(count % 256),
    );
  }
  if (!await fs.exists(path)) return;
  if (change.kind === "remove") return await fs.delete(path);
  const target = pathOf(change.to);
  if (!await fs.exists(target)) await fs.rename(path, target);
}

async function look(host: MemoryHost, layout: Layout, care: Care) {
  await using fs = await TinyLogFS.open(host, POND);
  switch (care.kind) {
    case "nothing":
      return;
    case "optimize":
      return void await fs.optimize();
    case "checkpoint":
      return void await fs.checkpoint();
    case "vacuum":
      await host.clock.sleep(10_000);
      return void await fs.vacuum({
        dryRun: false,
        retentionMs: 1000,
        force: true,
      });
    case "merge": {
      const table = await OplogTable.open(host, `${POND}/oplog`);
      const part = table.files[care.from % table.files.length]?.add;
      const files = layout === "clustered"
        ? table.files
        : table.files.filter(({ add }) =>
          add.partitionValues.part_id === part?.partitionValues.part_id
        );
      const from = care.from % files.length;
      const run = files.slice(from, from + care.count);
      if (run.length > 1) await table.merge([run], "test");
    }
  }
}

/** Everything that is seen of a history, without what is random in it. */
async function seen(
  steps: readonly Step[],
  layout: Layout,
  cared: boolean,
): Promise<unknown> {
  const host = memoryHost();
  const fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await fs.createDirectory("/d");
  await fs.commit();
  let count = 0;
  for (const { changes, care } of steps) {
    for (const change of changes) await apply(fs, change, count++);
    await fs.commit();
    if (cared) await look(host, layout, care);
  }
  const trees: unknown[] = [];
  const rows: unknown[] = [];
  await using cold = await TinyLogFS.open(host, POND);
  for (const each of [fs, cold]) {
    for await (const { version, operations } of each.transactions()) {
      await using then = await each.at(`v${version}`);
      trees.push([operations, await treeOf(then)]);
    }
    for await (const row of each.historyRows({ bookkeeping: true })) {
      const { operation, fileType, path, nodeVersion, position } = row;
      rows.push([operation, fileType, path, nodeVersion, position]);
    }
  }
  await fs.close();
  const { findings } = await TinyLogFS.check(host, POND, { depth: "data" });
  assertEquals(findings.filter(({ severity }) => severity === "damage"), []);
  return { trees, rows };
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`histories (${layout}) with merges, checkpoints and vacuum at any moment read as without, at every version`, async () => {
    const steps = fc.array(step, { minLength: 2, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const expected = await seen(history, layout, false);
        assertEquals(await seen(history, layout, true), expected);
      }),
      { numRuns: 40, seed: 7 },
    );
  });
}
