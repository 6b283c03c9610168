/** Rows of any table: appended, removed, and what others do at the same time. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ConflictError, PondError } from "../../../../src/errors.ts";
import {
  DeltaTable,
  type TableTransaction,
} from "../../../../src/oplog/mod.ts";
import { makeTable, rowsOf, T, TABLE } from "./support.ts";

const COLUMNS = [
  { name: "site", type: T.string },
  { name: "value", type: T.long },
];
const BY_SITE = { partitionColumns: ["site"] };

const rows = (site: string, ...values: bigint[]) => ({
  site: values.map(() => site),
  value: values,
});

/** A table with a row of two sites each. */
async function twoSites() {
  const made = await makeTable(COLUMNS, BY_SITE);
  const tx = await made.table.begin();
  await tx.append(rows("a", 1n));
  await tx.append(rows("b", 2n));
  assertEquals(await tx.commit(), { status: "committed", version: 1 });
  return made;
}

Deno.test("append() adds rows, which are seen when they are committed", async () => {
  const { host, table } = await makeTable(COLUMNS);
  const tx = await table.begin();
  await tx.append(rows("a", 1n, 2n));
  await tx.append({ value: [3n] });
  assertEquals(await rowsOf(host), []);
  assertEquals(await tx.commit(), { status: "committed", version: 1 });
  assertEquals(await rowsOf(host), [
    { site: "a", value: 1n },
    { site: "a", value: 2n },
    { site: null, value: 3n },
  ]);
});

Deno.test("values of every type come back as they were", async () => {
  const columns = [
    ...Object.entries(T).map(([name, type]) => ({ name, type })),
    { name: "byte", type: { kind: "byte" } as const },
    { name: "short", type: { kind: "short" } as const },
    {
      name: "small",
      type: { kind: "decimal", precision: 9, scale: 2 } as const,
    },
    {
      name: "large",
      type: { kind: "decimal", precision: 38, scale: 10 } as const,
    },
    {
      name: "list",
      type: { kind: "array", element: { kind: "array", element: T.long } },
    } as const,
    {
      name: "map",
      type: {
        kind: "map",
        key: T.string,
        value: {
          kind: "struct",
          fields: [{
            name: "x",
            type: T.double,
            nullable: true,
            physicalName: "x",
          }],
        },
      },
    } as const,
  ];
  const { host, table } = await makeTable(columns);
  const first = {
    boolean: true,
    integer: -2147483648,
    long: -(2n ** 63n),
    float: Math.fround(0.1),
    double: -0.1,
    date: -719528,
    timestamp: -1n,
    ntz: 253402300799999999n,
    string: "ä\u0000\u{1f600}",
    binary: new Uint8Array([0, 255]),
    byte: -128,
    short: 32767,
    small: -999999999n,
    large: 10n ** 38n - 1n,
    list: [[1n, null], [], null],
    map: [["k", { x: 1.5 }], ["", { x: null }], ["n", null]],
  };
  const none = Object.fromEntries(columns.map(({ name }) => [name, null]));
  const tx = await table.begin();
  await tx.append(
    Object.fromEntries(
      Object.entries(first).map(([name, value]) => [name, [value, null]]),
    ),
  );
  await tx.commit();
  const read = await rowsOf(host);
  assertEquals(read.find(({ long }) => long !== null), first);
  assertEquals(read.find(({ long }) => long === null), none);
  // What no reader of version 1 knows is named by the protocol.
  const { protocol } = (await DeltaTable.open(host, TABLE)).snapshot;
  assertEquals(protocol.readerFeatures, ["timestampNtz"]);
});

Deno.test("append() refuses what the columns don't take, and writes nothing", async () => {
  const { host, table } = await makeTable([
    { name: "id", type: T.long, nullable: false },
    { name: "byte", type: { kind: "byte" } },
    { name: "money", type: { kind: "decimal", precision: 4, scale: 2 } },
    { name: "text", type: T.string },
    { name: "list", type: { kind: "array", element: T.integer } },
  ]);
  const files = () => host.files.operations.length;
  const refused = [
    [{ id: [1] }, "column id of row 0 takes long"],
    [{ id: [2n ** 63n] }, "takes long"],
    [{ id: [1n, null] }, "column id of row 1 takes no null"],
    [{ byte: [1] }, "column id takes no null"],
    [{ id: [1n], byte: [128] }, "takes byte"],
    [{ id: [1n], byte: [1.5] }, "takes byte"],
    [{ id: [1n], money: [10_000n] }, "takes decimal(4,2)"],
    [{ id: [1n], text: ["\ud800"] }, "takes string"],
    [{ id: [1n], list: [["x"]] }, "takes integer"],
    [{ id: [1n], other: [1] }, "no column other"],
    [{ id: [1n], byte: [1, 2] }, "2 values"],
  ] as const;
  const tx = await table.begin();
  const before = files();
  for (const [values, problem] of refused) {
    const error = await assertRejects(() => tx.append(values), PondError);
    assertEquals(error.code, "INVALID_ARGUMENT");
    assert(error.message.includes(problem), error.message);
  }
  assertEquals(files(), before);
  assertEquals(await tx.commit(), { status: "nothing", version: 0 });
});

Deno.test("removeRows() and append() replace a partition in one commit", async () => {
  const { host, table } = await twoSites();
  const tx = await table.begin();
  assertEquals(tx.removeRows({ site: "a" }), 1);
  await tx.append(rows("a", 10n));
  await tx.commit({ operation: "OVERWRITE" });
  assertEquals(await rowsOf(host), [
    { site: "a", value: 10n },
    { site: "b", value: 2n },
  ]);
  // Earlier versions read as before: the file is still there.
  const earlier = await DeltaTable.open(host, TABLE, { version: 1 });
  assertEquals(earlier.snapshot.fileCount, 2);
  const [tombstone] = await (await DeltaTable.open(host, TABLE)).snapshot
    .tombstones();
  assertEquals(tombstone?.partitionValues, { site: "a" });
  assertEquals(tombstone?.extendedFileMetadata, true);
});

Deno.test("deleteRows() writes the files again that have such rows, and no others", async () => {
  const { host, table } = await twoSites();
  const more = await table.begin();
  await more.append(rows("a", 3n, 4n));
  await more.commit();
  const tx = await table.begin();
  assertEquals(await tx.deleteRows(({ value }) => value === 3n), 1);
  await tx.commit({ operation: "DELETE" });
  assertEquals((await rowsOf(host)).map(({ value }) => value), [1n, 4n, 2n]);
  const { adds } = (await DeltaTable.open(host, TABLE)).snapshot;
  assertEquals([...adds].length, 3);
});

Deno.test("a table that takes rows only gives none back", async () => {
  const { table } = await makeTable(COLUMNS, {
    configuration: { "delta.appendOnly": "true" },
  });
  const tx = await table.begin();
  await tx.append(rows("a", 1n));
  assertThrows(() => tx.removeRows(), PondError, "delta.appendOnly");
  await assertRejects(() => tx.deleteRows(() => true), PondError);
  assertEquals((await tx.commit()).status, "committed");
});

Deno.test("a feed of changed rows keeps single rows, and lets partitions go", async () => {
  const { table } = await makeTable(COLUMNS, {
    ...BY_SITE,
    configuration: { "delta.enableChangeDataFeed": "true" },
  });
  const tx = await table.begin();
  await tx.append(rows("a", 1n));
  await tx.commit();
  const next = await table.begin();
  await assertRejects(() => next.deleteRows(() => true), PondError, "Feed");
  assertEquals(next.removeRows({ site: "a" }), 1);
  assertEquals((await next.commit()).status, "committed");
});

Deno.test("addColumns() adds columns that are null in rows that are there", async () => {
  const { host, table } = await twoSites();
  const tx = await table.begin();
  tx.addColumns([{ name: "note", type: T.string }]);
  await tx.append({ ...rows("c", 3n), note: ["new"] });
  await tx.commit({ operation: "ADD COLUMNS" });
  assertEquals(await rowsOf(host), [
    { site: "a", value: 1n, note: null },
    { site: "b", value: 2n, note: null },
    { site: "c", value: 3n, note: "new" },
  ]);
  const again = await table.begin();
  const refused = [
    { name: "NOTE", type: T.long },
    { name: "must", type: T.long, nullable: false },
    { name: "a b", type: T.long },
    { name: "", type: T.long },
  ];
  for (const column of refused) {
    assertThrows(() => again.addColumns([column]), PondError, "Cannot make");
  }
});

Deno.test("what an application has done is not done a second time", async () => {
  const { host, table } = await makeTable(COLUMNS);
  const attempt = async (version: number) => {
    const tx = await table.begin();
    tx.setApplication("collector", version);
    await tx.append(rows("a", BigInt(version)));
    return (await tx.commit()).status;
  };
  assertEquals(await attempt(1), "committed");
  assertEquals(await attempt(1), "present");
  assertEquals(await attempt(2), "committed");
  assertEquals(await attempt(1), "present");
  assertEquals((await rowsOf(host)).map(({ value }) => value), [1n, 2n]);
});

Deno.test("two that do the same for an application at once do it once", async () => {
  const { host, table } = await makeTable(COLUMNS);
  const both = [await table.begin(), await table.begin()];
  const ended = [];
  for (const tx of both) {
    tx.setApplication("collector", 7);
    await tx.append(rows("a", 1n));
    ended.push((await tx.commit()).status);
  }
  assertEquals(ended, ["committed", "present"]);
  assertEquals((await rowsOf(host)).length, 1);
  assertEquals(await dataFiles(host), 1);
});

// === Conflicts ===

type Work = (tx: TableTransaction) => Promise<unknown> | unknown;

const append = (site: string): Work => (tx) => tx.append(rows(site, 9n));
const read = (partition = {}): Work => async (tx) => {
  await Array.fromAsync(tx.rows(partition));
  await tx.append(rows("c", 5n));
};
const remove = (partition = {}): Work => (tx) => tx.removeRows(partition);
const deleteIn = (partition = {}): Work => (tx) =>
  tx.deleteRows(() => true, partition);
const addColumn = (name: string): Work => (tx) =>
  tx.addColumns([{ name, type: T.long }]);

/** What each does, after the other was first: whether it conflicts. */
const PAIRS: readonly (readonly [string, Work, Work, boolean])[] = [
  ["append, append", append("a"), append("a"), false],
  ["append, remove", append("a"), remove({ site: "a" }), false],
  ["append, delete", append("a"), deleteIn(), false],
  ["append, new column", append("a"), addColumn("x"), true],
  ["read all, append", read(), append("a"), true],
  ["read all, remove", read(), remove({ site: "a" }), true],
  ["read a, append a", read({ site: "a" }), append("a"), true],
  ["read a, append b", read({ site: "a" }), append("b"), false],
  ["read a, remove a", read({ site: "a" }), remove({ site: "a" }), true],
  ["read a, remove b", read({ site: "a" }), remove({ site: "b" }), false],
  ["read a, new column", read({ site: "a" }), addColumn("x"), true],
  ["remove a, append a", remove({ site: "a" }), append("a"), true],
  ["remove a, append b", remove({ site: "a" }), append("b"), false],
  ["remove a, remove a", remove({ site: "a" }), remove({ site: "a" }), true],
  ["remove a, remove b", remove({ site: "a" }), remove({ site: "b" }), false],
  ["remove all, append", remove(), append("b"), true],
  ["delete in a, delete in a", deleteIn({ site: "a" }), deleteIn(), true],
  [
    "delete in a, remove b",
    deleteIn({ site: "a" }),
    remove({ site: "b" }),
    false,
  ],
  ["new column, append", addColumn("x"), append("a"), false],
  ["new column, new column", addColumn("x"), addColumn("y"), true],
];

for (const [name, ours, theirs, isConflict] of PAIRS) {
  Deno.test(`${name}: ${isConflict ? "conflicts" : "both are made"}`, async () => {
    const { host, table } = await twoSites();
    const [mine, other] = [await table.begin(), await table.begin()];
    await ours(mine);
    await theirs(other);
    assertEquals((await other.commit()).version, 2);
    const before = await rowsOf(host);
    if (isConflict) {
      const error = await assertRejects(() => mine.commit(), ConflictError);
      assertEquals(error.version, 2);
      assertEquals(await rowsOf(host), before);
      // What was written for it is gone.
      const open = await DeltaTable.open(host, TABLE);
      const named = [...open.snapshot.adds].length +
        [...await open.snapshot.tombstones()].length;
      assertEquals(await dataFiles(host), named);
    } else {
      assertEquals((await mine.commit()).version, 3);
    }
  });
}

Deno.test("a merge of files by others is no conflict for what has read them", async () => {
  const { host, table } = await twoSites();
  const tx = await table.begin();
  await read({ site: "a" })(tx);
  const [add] = [...(await DeltaTable.open(host, TABLE)).snapshot.adds];
  assert(add);
  await (await DeltaTable.open(host, TABLE)).commit({
    removes: [{ ...add, dataChange: false }],
    adds: [{ ...add, path: `${add.path}2`, dataChange: false }],
    commitInfo: { operation: "OPTIMIZE" },
    timestampMs: 1,
  });
  assertEquals((await tx.commit()).version, 3);
});

Deno.test("what was dropped, or has ended, can't go on", async () => {
  const { host, table } = await makeTable(COLUMNS);
  const tx = await table.begin();
  await tx.append(rows("a", 1n));
  assertEquals(await dataFiles(host), 1);
  await tx.drop();
  assertEquals(await dataFiles(host), 0);
  await assertRejects(() => tx.append(rows("a", 1n)), TypeError);
  await assertRejects(() => tx.commit(), TypeError);
});

Deno.test("commitInfo says whether a transaction is blind", async () => {
  const { host, table } = await twoSites();
  const works: readonly (readonly [Work, boolean])[] = [
    [append("a"), true],
    [read(), false],
    [remove({ site: "b" }), false],
  ];
  for (const [work, isBlind] of works) {
    const tx = await table.begin();
    await work(tx);
    const { version } = await tx.commit({
      operation: "WRITE",
      operationParameters: { mode: "Append" },
    });
    const name = `${String(version).padStart(20, "0")}.json`;
    const bytes = await host.files.read(`${TABLE}/_delta_log/${name}`);
    const [first = ""] = new TextDecoder().decode(bytes).split("\n");
    const { commitInfo } = JSON.parse(first);
    assertEquals(commitInfo.isBlindAppend, isBlind);
    assertEquals(commitInfo.isolationLevel, "Serializable");
    assertEquals(commitInfo.operationParameters, { mode: "Append" });
  }
});

async function dataFiles(
  host: Awaited<ReturnType<typeof makeTable>>["host"],
  directory: string = TABLE,
): Promise<number> {
  let count = 0;
  for await (const { name, type } of host.files.list(directory)) {
    if (name.startsWith("_") || name.startsWith(".")) continue;
    if (type === "directory") {
      count += await dataFiles(host, `${directory}/${name}`);
    } else if (name.endsWith(".parquet")) count++;
  }
  return count;
}
