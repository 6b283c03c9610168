/**
 * Transactions of several objects at the same time: whatever they read and
 * write, those that are acknowledged are as if they had been made one after the
 * other, in the order of their versions. (What they read, they write as well:
 * docs/conflicts.md says what holds for the rest.)
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeUtf8 } from "../../src/bytes.ts";
import { ConflictError, hasCode } from "../../src/errors.ts";
import { memoryHost } from "../../src/host/memory.ts";
import {
  type Layout,
  type PondTransaction,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";
import { treeOf } from "../support/tree.ts";

const POND = "/pond";

/** Few files, so that transactions meet. */
const FILES = ["/a", "/b", "/d/c", "/d/e"];

/** What a transaction does with a file, which depends on what it finds. */
interface Step {
  readonly do: "append" | "move" | "delete" | "fail";
  readonly path: string;
  readonly to: string;
}

interface Plan {
  /** The object that makes it. */
  readonly by: number;
  readonly steps: readonly Step[];
  readonly retries: number;
}

const path = fc.constantFrom(...FILES);

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.oneof(
    { weight: 6, arbitrary: fc.constant("append" as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom("move" as const, "delete" as const),
    },
    { weight: 1, arbitrary: fc.constant("fail" as const) },
  ),
  path,
  to: path,
});

const plans: fc.Arbitrary<readonly Plan[]> = fc.array(
  fc.record({
    by: fc.integer({ min: 0, max: 2 }),
    steps: fc.array(step, { minLength: 1, maxLength: 4 }),
    retries: fc.constantFrom(0, 50),
  }),
  { minLength: 2, maxLength: 12 },
);

/** The files, and what is in them. */
type Model = Map<string, string>;

/** Does a step in a transaction; a part that fails is dropped. */
async function take(tx: PondTransaction, step: Step, id: number) {
  const { path, to } = step;
  if (step.do === "append") {
    const exists = await tx.exists(path);
    const before = exists ? decodeUtf8(await tx.readFile(path)) : "";
    await tx.writeFile(path, `${before}${id};`);
  } else if (step.do === "fail") {
    await tx.savepoint(async () => {
      await tx.writeFile(path, "never");
      throw new RangeError("dropped");
    }).catch((error) => {
      if (!(error instanceof RangeError)) throw error;
    });
  } else if (step.do === "delete") await tx.delete(path);
  else await tx.rename(path, to);
}

/** The same in the model. */
function model(files: Model, { path, to, ...step }: Step, id: number): void {
  const before = files.get(path);
  if (step.do === "append") files.set(path, `${before ?? ""}${id};`);
  if (step.do === "fail" || before === undefined) return;
  if (step.do === "delete") files.delete(path);
  if (step.do === "move" && to !== path) {
    files.delete(path);
    files.set(to, before);
  }
}

function objectAt(objects: readonly TinyLogFS[], index: number): TinyLogFS {
  const object = objects[index];
  if (object === undefined) throw new RangeError(`no object ${index}`);
  return object;
}

async function check(layout: Layout, all: readonly Plan[]): Promise<void> {
  const host = memoryHost();
  const first = await TinyLogFS.initEmpty(host, POND, { layout });
  await first.createDirectory("/d");
  await first.commit();
  const objects = [
    first,
    await TinyLogFS.open(host, POND),
    await TinyLogFS.open(host, POND),
  ];
  const versions = new Map<number, number>();
  await Promise.all(all.map(async ({ by, steps, retries }, id) => {
    try {
      const { commit } = await objectAt(objects, by).transaction(async (tx) => {
        for (const step of steps) await take(tx, step, id);
      }, { retries });
      if (commit.operationsCommitted > 0) versions.set(commit.version, id);
    } catch (error) {
      // A file that isn't there ends a transaction that would move it.
      if (hasCode(error, "NOT_FOUND")) return;
      if (!(error instanceof ConflictError) || retries > 0) throw error;
    }
  }));
  await first.refresh();
  const files: Model = new Map();
  for (const version of [...versions.keys()].sort((a, b) => a - b)) {
    const id = versions.get(version) ?? -1;
    for (const step of all[id]?.steps ?? []) model(files, step, id);
    const { "/d": directory, ...tree } = await treeOf(
      await first.at(`v${version}`),
    );
    assertEquals(directory, "directory");
    assertEquals(tree, Object.fromEntries(files), `v${version}`);
  }
  const transactions = await Array.fromAsync(first.transactions());
  assertEquals(transactions.length, versions.size + 2);
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`transactions at once (${layout}): those that are acknowledged are as if made one after the other`, async () => {
    await fc.assert(
      fc.asyncProperty(plans, (all) => check(layout, all)),
      { numRuns: 60 },
    );
  });
}
