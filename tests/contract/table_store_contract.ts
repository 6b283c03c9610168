/**
 * What every {@linkcode TableStore} promises, as tests.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Bytes, decodeUtf8, encodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import type { StoredObject, TableStore } from "../../src/oplog/mod.ts";

/** An empty store, for one test. */
export interface TableStoreScratch extends AsyncDisposable {
  /** The store. */
  readonly store: TableStore;
}

/** A time that is in no doubt, milliseconds since the epoch. */
const TIME_MS = 1_700_000_000_000;

/**
 * Registers the tests for one store.
 *
 * @param name What the store is called in the names of the tests.
 * @param open Makes a store for each test.
 */
export function tableStoreContract(
  name: string,
  open: () => Promise<TableStoreScratch>,
): void {
  const test = (title: string, run: (store: TableStore) => Promise<void>) =>
    Deno.test(`${name}: ${title}`, async () => {
      await using scratch = await open();
      await run(scratch.store);
    });

  test("get() returns what put() has put, whole and in ranges", async (store) => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 0xff);
    await store.put([{ path: "a/b", bytes }]);
    assertEquals(await store.get("a/b"), bytes);
    const range = { offset: 990, length: 5 };
    assertEquals(await store.get("a/b", range), bytes.slice(990, 995));
    assertEquals(await store.get("a/b", { offset: 990 }), bytes.slice(990));
    const beyond = { offset: 998, length: 100 };
    assertEquals(await store.get("a/b", beyond), bytes.slice(998));
    assertEquals(await store.get("a/b", { offset: 5000 }), new Uint8Array());
  });

  test("get() of nothing is NOT_FOUND, and names the path", async (store) => {
    await store.put([{ path: "a/b", bytes: text("x") }]);
    for (const path of ["c", "a/c", "d/e"]) {
      const error = await assertRejects(() => store.get(path), PondError, path);
      assertEquals(error.code, "NOT_FOUND");
    }
  });

  test("get() ends with its signal", async (store) => {
    await store.put([{ path: "a", bytes: text("x") }]);
    const reason = new TypeError("enough");
    const signal = AbortSignal.abort(reason);
    await assertRejects(() => store.get("a", { signal }), TypeError, "enough");
  });

  test("what is handed out, and what was put, is the caller's to change", async (store) => {
    const bytes = text("put");
    await store.put([{ path: "a", bytes }]);
    bytes.fill(0);
    (await store.get("a")).fill(0);
    assertEquals(await read(store, "a"), "put");
  });

  test("head() tells size and time, and nothing of what isn't there", async (store) => {
    const object = { path: "a/b", bytes: text("four"), modifiedMs: TIME_MS };
    assertEquals(await store.putIfAbsent(object), "stored");
    const { sizeBytes, modifiedMs } = await store.head("a/b") ?? {};
    assertEquals({ sizeBytes, modifiedMs }, {
      sizeBytes: 4,
      modifiedMs: TIME_MS,
    });
    for (const path of ["a", "c", "a/b/c"]) {
      assertEquals(await store.head(path), undefined, path);
    }
  });

  test("put() replaces what is there, and makes objects in any directory", async (store) => {
    await store.put([
      { path: "a", bytes: text("old") },
      { path: "b/c/d", bytes: text("deep") },
      { path: "a", bytes: text("new") },
    ]);
    assertEquals(await read(store, "a"), "new");
    assertEquals(await read(store, "b/c/d"), "deep");
    await store.put([]);
  });

  test("putIfAbsent() lets exactly one of many have a name", async (store) => {
    const racers = Array.from(
      { length: 8 },
      (_, i) =>
        store.putIfAbsent({ path: "log/1", bytes: text(`writer ${i}`) }),
    );
    const outcomes = await Promise.all(racers);
    const winners = outcomes.flatMap((o, i) => o === "stored" ? i : []);
    assertEquals(winners.length, 1);
    assertEquals(await read(store, "log/1"), `writer ${winners[0]}`);
    assertEquals((await all(store, "log/")).length, 1);
  });

  test("putIfAbsent() changes nothing that is there, and knows its own", async (store) => {
    await store.put([{ path: "a", bytes: text("first") }]);
    const other = { path: "a", bytes: text("other") };
    assertEquals(await store.putIfAbsent(other), "taken");
    assertEquals(await read(store, "a"), "first");
    const same = { path: "a", bytes: text("first") };
    assertEquals(await store.putIfAbsent(same), "stored");
  });

  test("putIfAbsent() gives no name before what the object names is there", async (store) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const object = { path: "log/2", bytes: text("names a") };
    const putting = store.putIfAbsent({ ...object, after: () => promise });
    await store.put([{ path: "a", bytes: text("a") }]);
    assertEquals(await store.head("log/2"), undefined);
    resolve();
    assertEquals(await putting, "stored");
    assertEquals(await read(store, "log/2"), "names a");
  });

  test("putIfAbsent() leaves nothing when what the object names can't be there", async (store) => {
    const object = { path: "log/3", bytes: text("names b") };
    const failed = () => Promise.reject(new RangeError("b isn't there"));
    await assertRejects(
      () => store.putIfAbsent({ ...object, after: failed }),
      RangeError,
      "b isn't there",
    );
    assertEquals(await all(store, ""), []);
  });

  test("delete() deletes one object, and nothing where there is none", async (store) => {
    await store.put([
      { path: "a/b", bytes: text("x") },
      { path: "a/c", bytes: text("y") },
    ]);
    await store.delete("a/b");
    await store.delete("a/b");
    await store.delete("no/such");
    assertEquals((await all(store, "")).map(({ path }) => path), ["a/c"]);
    const again = { path: "a/b", bytes: text("z") };
    assertEquals(await store.putIfAbsent(again), "stored");
  });

  test("list() goes through the paths in their order, from any of them on", async (store) => {
    const paths = ["a", "b-c", "b/a", "b/c/d", "b/c0", "b0", "ä", "log/09"];
    for (const path of paths) await store.put([{ path, bytes: text(path) }]);
    const sorted = [...paths].sort();
    const listed = await all(store, "");
    assertEquals(listed.map(({ path }) => path), sorted);
    for (const { path, sizeBytes } of listed) {
      assertEquals(sizeBytes, text(path).length);
    }
    for (const prefix of ["b/", "b/c/", "log/", "none/"]) {
      const expected = sorted.filter((path) => path.startsWith(prefix));
      const found = await all(store, prefix);
      assertEquals(found.map(({ path }) => path), expected, prefix);
    }
    for (const after of [...sorted, "b/b", "b/c/", "", "zzz"]) {
      const expected = sorted.filter((path) => path > after);
      const found = await all(store, "", after);
      assertEquals(found.map(({ path }) => path), expected, `after ${after}`);
    }
  });

  test("list() of an empty store is empty, and flush() of it does nothing", async (store) => {
    assertEquals(await all(store, ""), []);
    await store.put([{ path: "a/b", bytes: text("x") }]);
    await store.flush("a");
    await store.flush("");
    assert(await store.head("a/b"));
  });
}

function text(value: string): Bytes {
  return encodeUtf8(value);
}

async function read(store: TableStore, path: string): Promise<string> {
  return decodeUtf8(await store.get(path));
}

async function all(
  store: TableStore,
  prefix: string,
  startAfter?: string,
): Promise<StoredObject[]> {
  return await Array.fromAsync(store.list(prefix, startAfter));
}
