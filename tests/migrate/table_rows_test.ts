import { assertEquals, assertRejects } from "@std/assert";
import { IntegrityError } from "../../src/errors.ts";
import {
  bytesInMemory,
  readBatches,
  readListing,
} from "../../src/migrate/table_rows.ts";
import {
  float64,
  parquet,
  PocPond,
  structList,
  textList,
  textMap,
  utf8,
} from "../support/poc_pond.ts";

async function rowsOf(bytes: Uint8Array<ArrayBuffer>) {
  return await Array.fromAsync(
    readListing(bytesInMemory("dir.1.parquet", bytes)),
  );
}

function listingOf(pond: PocPond): Uint8Array<ArrayBuffer> {
  return pond.files.get("dir.1.parquet")?.slice() ?? new Uint8Array();
}

Deno.test("readListing() reads the rows of a listing", async () => {
  const pond = await new PocPond().data("/a", "one");
  pond.symlink("/b", "a");
  const rows = await rowsOf(listingOf(await pond.commit()));
  assertEquals(rows, [
    {
      prefix: "a",
      number: 1,
      sizeBytes: 3,
      ftype: 4,
      sha256:
        "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
      contents: null,
    },
    {
      prefix: "b",
      number: 0,
      sizeBytes: 0,
      ftype: 6,
      sha256: "0".repeat(64),
      contents: new TextEncoder().encode("a"),
    },
  ]);
});

Deno.test("readListing() refuses sizes and numbers that no file has", async () => {
  for (const row of [{ size: 2 ** 63 }, { size: 2 ** 60 }, { number: -1 }]) {
    const pond = await new PocPond().row("", { prefix: "a", ...row }).commit();
    await assertRejects(() => rowsOf(listingOf(pond)), IntegrityError);
  }
});

Deno.test("readListing() refuses other tables, and what is none", async () => {
  const cut = listingOf(await new PocPond().commit()).slice(0, -9);
  for (
    const bytes of [parquet([utf8("prefix", "a")]), new Uint8Array(9), cut]
  ) {
    await assertRejects(() => rowsOf(bytes), IntegrityError);
  }
});

Deno.test("readBatches() reads lists, maps and structs", async () => {
  const bytes = parquet([
    float64("n", 1.5, null),
    textList("list", ["a", "b"], null),
    textMap("map", { k: "v" }, null),
    structList("structs", [utf8("x"), textList("y")], [
      { x: "1", y: ["2"] },
    ], []),
  ]);
  const [batch] = await Array.fromAsync(readBatches(bytesInMemory("t", bytes)));
  assertEquals(batch?.values, [
    [1.5, null],
    [["a", "b"], null],
    [[["k", "v"]], null],
    [[{ x: "1", y: ["2"] }], []],
  ]);
});
