import { assertEquals, assertRejects } from "@std/assert";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { PondError } from "../../../src/errors.ts";
import { denoHost } from "../../../src/host/deno_host.ts";
import { memoryHost } from "../../../src/host/memory.ts";
import { LocalStore, MemoryStore, OplogTable } from "../../../src/oplog/mod.ts";
import { tableStoreContract } from "../../contract/table_store_contract.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { entry, id, LAYOUTS, NOTE } from "../scratch.ts";

tableStoreContract("LocalStore", async () => {
  const directory = await tempDirectory();
  return {
    store: new LocalStore(denoHost(), directory.path),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
});

tableStoreContract("LocalStore on the simulated disk", async () => {
  const host = memoryHost();
  await host.files.makeDirectory("/t");
  return {
    store: new LocalStore(host, "/t"),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});

tableStoreContract("MemoryStore", () => {
  return Promise.resolve({
    store: new MemoryStore(memoryHost().clock),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

for (const layout of LAYOUTS) {
  Deno.test(`a table in memory (${layout}) is written, merged and read like any other`, async () => {
    const host = memoryHost();
    const store = new MemoryStore(host.clock);
    const root = id(0);
    const plan = () => [{ partId: root, entries: [entry(root, "0")] }];
    const table = await OplogTable.create(host, store, layout, plan, NOTE);
    for (let i = 1; i <= 40; i++) {
      const drafts = [{ partId: root, entries: [entry(root, String(i))] }];
      const result = await table.append(drafts, table.nextPoint(), NOTE);
      assertEquals(result.status, "committed");
      await table.maintain();
    }
    await table.delta.checkpoint();
    const again = await OplogTable.open(host, store);
    const records = await Array.fromAsync(again.readAll());
    assertEquals(records.length, 41);
    assertEquals(again.files.length < 20, true);
    assertEquals(await Array.fromAsync(host.files.list("/")), []);
  });
}

Deno.test("LocalStore: a put whose rename fails leaves nothing, and says so", async () => {
  const host = memoryHost();
  await host.files.makeDirectory("/t");
  await host.files.makeDirectory("/t/a");
  await host.files.makeDirectory("/t/a/b");
  const store = new LocalStore(host, "/t");
  const bytes = encodeUtf8("x");
  await assertRejects(
    () => store.put([{ path: "a", bytes }]),
    PondError,
    "/t/a",
  );
  const names = await Array.fromAsync(host.files.list("/t"));
  assertEquals(names.map(({ name }) => name), ["a"]);
});
