import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { memoryHost } from "../../src/host/memory.ts";
import { concatBytes } from "../../src/bytes.ts";
import { ParquetWriteStream } from "../../src/oplog/parquet.ts";
import { initPond, openPond } from "../../src/pond.ts";
import { ViewCache } from "../../src/pipeline/views/cache.ts";
import { scratchPond, TestClock } from "./scratch.ts";
import { apply, commit } from "./view_support.ts";

const KEYS = ["a", "b", "c"].map((letter) => letter.repeat(64));
const CACHE = "/cache";

async function cacheOf(maxBytes?: number) {
  const clock = new TestClock();
  const host = { ...memoryHost(), clock };
  await host.files.makeDirectory(CACHE);
  const cache = new ViewCache(host, maxBytes);
  let computed = 0;
  const get = async (key: string, text: string, from = cache) =>
    await from.get(CACHE, key, async (path) => {
      computed++;
      await host.files.writeNew(path, new TextEncoder().encode(text));
    });
  return { cache, clock, host, get, computed: () => computed };
}

Deno.test("ViewCache computes once, for several who ask at the same time as well", async () => {
  const { cache, computed, get, host } = await cacheOf();
  const [key = ""] = KEYS;
  assertEquals(await cache.find(CACHE, key), undefined);
  const [a, b] = await Promise.all([get(key, "one"), get(key, "one")]);
  assertEquals([computed(), a], [1, b]);
  assertEquals(
    await host.files.read(a.hostPath),
    new TextEncoder().encode("one"),
  );
  assertEquals(await cache.find(CACHE, key), a);
  // Another process finds it.
  assertEquals(await get(key, "one", new ViewCache(host)), a);
  assertEquals(computed(), 1);
});

Deno.test("ViewCache gives out no byte that is not what was written", async () => {
  const { computed, get, host } = await cacheOf();
  const [key = ""] = KEYS;
  const { hostPath } = await get(key, "one");
  await host.files.replace(hostPath, new TextEncoder().encode("two"));
  // This process has checked it, and sees that it has changed; others check it.
  const again = await get(key, "one");
  assertEquals(computed(), 2);
  assertEquals(
    await host.files.read(again.hostPath),
    new TextEncoder().encode("one"),
  );
  await host.files.replace(again.hostPath, new TextEncoder().encode("tw"));
  await get(key, "one", new ViewCache(host));
  assertEquals(computed(), 3);
});

Deno.test("ViewCache drops what was not used for the longest time, and nothing that may be in use", async () => {
  const { cache, clock, get } = await cacheOf(10);
  const [a = "", b = "", c = ""] = KEYS;
  const text = "123456";
  await get(a, text);
  await get(b, text);
  assertNotEquals(await cache.find(CACHE, a), undefined);
  clock.ms += 3_600_000;
  await get(a, text);
  clock.ms += 3_600_000;
  await get(c, text);
  assertEquals([
    await cache.find(CACHE, a),
    await cache.find(CACHE, b),
    (await cache.find(CACHE, c))?.sizeBytes,
  ], [undefined, undefined, 6]);
});

Deno.test("ViewCache leaves nothing of a computation that fails", async () => {
  const { cache, host } = await cacheOf();
  const [key = ""] = KEYS;
  let error: unknown;
  try {
    await cache.get(CACHE, key, async (path) => {
      await host.files.writeNew(path, new Uint8Array(3));
      throw new RangeError("no");
    });
  } catch (thrown) {
    error = thrown;
  }
  assertEquals(error instanceof RangeError, true);
  const left = await Array.fromAsync(host.files.list(`${CACHE}/views`));
  assertEquals(left, []);
});

Deno.test("ViewCache computes for who waits when whoever has begun it ends it", async () => {
  const { cache, computed, get } = await cacheOf();
  const [key = ""] = KEYS;
  const begun = Promise.withResolvers<void>();
  const first = cache.get(CACHE, key, () => begun.promise);
  const second = get(key, "one");
  const third = get(key, "one");
  await new Promise((resolve) => setTimeout(resolve));
  begun.reject(new DOMException("enough", "AbortError"));
  await assertRejects(() => first, DOMException, "enough");
  assertEquals((await second).sizeBytes, 3);
  assertEquals(await third, await second);
  assertEquals(computed(), 1);
});

Deno.test("ponds that compute the same view at the same time give the same bytes", async () => {
  await using scratch = await scratchPond();
  const { host, pond, temp } = scratch;
  await commit(pond, { "/in/a.csv": "t,m\n1,10\n" });
  await apply(
    pond,
    `kind: Derive\nname: d\nspec:\n  collections: [{pattern: /in/*, name: x, query: "FROM '$1'"}]\n`,
  );
  const read = async () => {
    await using other = await openPond(host, temp.join("pond"));
    return await other.readFile("/Derive/d/x/a.csv");
  };
  const [first, ...others] = await Promise.all([read(), read(), read()]);
  assertEquals(others, [first, first]);
  assertEquals(await pond.readFile("/Derive/d/x/a.csv"), first);
});

Deno.test("a view is an empty directory to whatever looks at rows", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/in/a.csv": "t,m\n1,10\n" });
  await apply(
    pond,
    `kind: Derive\nname: d\nspec:\n  collections: [{pattern: /in/*, name: x, query: "FROM '$1'"}]\n`,
  );
  await pond.readFile("/Derive/d/x/a.csv");
  assertEquals(
    await Array.fromAsync(pond.listDirectory("/Derive/d", { computed: false })),
    [],
  );
  assertEquals(
    await pond.query(
      "SELECT path FROM files WHERE path LIKE '/Derive%' ORDER BY path",
    ).rows(),
    [{ path: "/Derive" }, { path: "/Derive/d" }],
  );
  const report = await pond.check();
  assertEquals(report.findings, []);
  assertEquals((await pond.contentRoot("/Derive")).length, 64);
});

Deno.test("a view of a pond in memory is listed, on any platform", async () => {
  const host = memoryHost();
  await using pond = await initPond(host, "/pond");
  await commit(pond, { "/in/a.csv": "t,m\n1,10\n" });
  await apply(
    pond,
    `kind: Derive\nname: d\nspec:\n  collections: [{pattern: /in/*, name: x, query: "FROM '$1'"}]\n`,
  );
  const listed = pond.listDirectory("/Derive/d/x");
  assertEquals(await Array.fromAsync(listed, ({ name }) => name), ["a.csv"]);
});

Deno.test("the same bytes are computed anew when a column of them has seconds", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const file = await ParquetWriteStream.open([
    { name: "Timestamp", kind: { kind: "integer", bits: 64 } },
  ]);
  const bytes = concatBytes([file.append([[60n]]), file.finish()]);
  await pond.transaction((tx) => tx.createFile("/a", bytes));
  await apply(
    pond,
    `kind: Derive\nname: d\nspec:\n  collections: [{pattern: /a, name: x, query: "FROM '$1'"}]\n`,
  );
  const typeOf = async () => {
    const sql = "SELECT typeof(Timestamp) AS t FROM '/Derive/d/x/a'";
    return (await pond.query(sql).rows())[0]?.t;
  };
  assertEquals(await typeOf(), "BIGINT");
  await pond.transaction(async (tx) => {
    await tx.delete("/a");
    await tx.appendToSeries("/a", bytes, { of: "rows", seconds: "Timestamp" });
  });
  assertEquals(await typeOf(), "TIMESTAMP WITH TIME ZONE");
});
