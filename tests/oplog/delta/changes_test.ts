/** The rows that versions have inserted and removed. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
} from "@std/assert";
import fc from "fast-check";
import { PondError } from "../../../src/errors.ts";
import { denoHost } from "../../../src/host/deno_host.ts";
import { type ChangeBatch, DeltaTable } from "../../../src/oplog/mod.ts";
import { EXPECTED, GOLDEN, goldenTest } from "../../support/golden.ts";
import { plainRows } from "../../support/plain_value.ts";
import { makeTable, rowsOf, T, TABLE } from "./write/support.ts";

const COLUMNS = [
  { name: "site", type: T.string },
  { name: "value", type: T.long },
];
const BY_SITE = { partitionColumns: ["site"] };

/** What has happened, in short. */
async function changesOf(
  table: DeltaTable,
  from: number,
  to?: number,
): Promise<string[]> {
  const lines: string[] = [];
  for await (
    const { change, numRows, values, version } of table.changes(from, to)
  ) {
    for (let row = 0; row < numRows; row++) {
      const cells = values.map((column) => column[row]);
      lines.push(`v${version} ${change} ${cells.join(" ")}`);
    }
  }
  return lines.sort();
}

/** Counts rows as changes have them. */
class Ledger {
  readonly #counts = new Map<string, number>();

  async take(batches: AsyncIterable<ChangeBatch>): Promise<void> {
    for await (const batch of batches) {
      const by =
        batch.change === "insert" || batch.change === "update_postimage"
          ? 1
          : -1;
      const rows = await plainRows((async function* () {
        yield await Promise.resolve(batch);
      })());
      for (const row of rows) {
        const key = JSON.stringify(row);
        const count = (this.#counts.get(key) ?? 0) + by;
        if (count === 0) this.#counts.delete(key);
        else this.#counts.set(key, count);
      }
    }
  }

  /** The rows that are there, each as often as it is. */
  rows(): string[] {
    return [...this.#counts].flatMap(([key, count]) => {
      assertGreater(count, 0, `${key} was removed, and was never there`);
      return Array.from({ length: count }, () => key);
    }).sort();
  }
}

Deno.test("changes() has what was appended, removed, and written again without some", async () => {
  const { table } = await makeTable(COLUMNS, BY_SITE);
  const first = await table.begin();
  await first.append({ site: ["a", "a", "b"], value: [1n, 2n, 3n] });
  await first.commit();
  const second = await table.begin();
  second.removeRows({ site: "b" });
  await second.append({ site: ["c"], value: [4n] });
  await second.commit();
  const third = await table.begin();
  await third.deleteRows(({ value }) => value === 1n);
  await third.commit();
  await table.refresh();
  assertEquals(await changesOf(table, 1), [
    "v1 insert a 1",
    "v1 insert a 2",
    "v1 insert b 3",
    "v2 delete b 3",
    "v2 insert c 4",
    // The file of both was removed, and one of them added again.
    "v3 delete a 1",
    "v3 delete a 2",
    "v3 insert a 2",
  ]);
  assertEquals((await changesOf(table, 2, 2)).length, 2);
  assertEquals(await changesOf(table, 0, 0), []);
});

Deno.test("changes() says when, and passes over rows that were only moved", async () => {
  const { table } = await makeTable(COLUMNS);
  const tx = await table.begin();
  await tx.append({ site: ["a"], value: [1n] });
  await tx.commit();
  await table.refresh();
  const [add] = [...table.snapshot.adds];
  assert(add);
  await table.commit({
    adds: [{ ...add, dataChange: false }],
    commitInfo: { operation: "OPTIMIZE" },
    timestampMs: 1,
  });
  const [only, ...others] = await Array.fromAsync(table.changes(0));
  assertEquals(others, []);
  assertEquals(only?.version, 1);
  assertGreater(only?.timestampMs ?? 0, 0);
});

Deno.test("changes() refuses versions that are not there", async () => {
  const { host, table } = await makeTable(COLUMNS);
  const first = () => Array.fromAsync(table.changes(1, 0));
  const error = await assertRejects(first, PondError);
  assertEquals(error.code, "INVALID_ARGUMENT");
  const tx = await table.begin();
  await tx.append({ site: ["a"], value: [1n] });
  await tx.commit();
  await table.refresh();
  await table.checkpoint();
  await host.files.remove(`${TABLE}/_delta_log/${"0".repeat(20)}.json`);
  const gone = () => Array.fromAsync(table.changes(0));
  assertEquals(
    (await assertRejects(gone, PondError)).code,
    "REVISION_NOT_FOUND",
  );
  assertEquals((await changesOf(table, 1)).length, 1);
});

Deno.test("what was inserted and not removed is what is there, after any history", async () => {
  const step = fc.record({
    do: fc.constantFrom("append", "partition", "rows"),
    site: fc.constantFrom("a", "b"),
    value: fc.bigInt({ min: 0n, max: 5n }),
  });
  const property = fc.asyncProperty(fc.array(step), async (steps) => {
    const { host, table } = await makeTable(COLUMNS, BY_SITE);
    for (const { do: what, site, value } of steps) {
      const tx = await table.begin();
      if (what === "append") {
        await tx.append({ site: [site, site], value: [value, value + 1n] });
      } else if (what === "partition") tx.removeRows({ site });
      else await tx.deleteRows((row) => row.value === value);
      await tx.commit();
    }
    await table.refresh();
    const ledger = new Ledger();
    await ledger.take(table.changes(0));
    const rows = await rowsOf(host);
    assertEquals(
      ledger.rows(),
      rows.map(({ site, value }) =>
        JSON.stringify({ site, value: `${value}n` })
      ).sort(),
    );
  });
  await fc.assert(property, { numRuns: 60 });
});

for (const name of Object.keys(EXPECTED)) {
  goldenTest(
    `changes() of the golden table ${name} add up to its rows`,
    async () => {
      const path = `${GOLDEN}/${name}/delta`;
      const table = await DeltaTable.open(denoHost(), path);
      const ledger = new Ledger();
      try {
        await ledger.take(table.changes(0));
      } catch (error) {
        // Of some, the log begins later, or files of earlier versions are gone.
        if (!(error instanceof PondError)) throw error;
        const isGone = error.code === "REVISION_NOT_FOUND" ||
          error.message.includes("missing");
        assert(isGone, `${error.message}`);
        return;
      }
      const rows = await plainRows(table.rows());
      assertEquals(
        ledger.rows(),
        rows.map((row) => JSON.stringify(row)).sort(),
      );
    },
  );
}
