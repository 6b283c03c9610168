import { assertEquals, assertRejects } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import { Pond } from "../../src/pond.ts";
import { scratchPond } from "./scratch.ts";

const ROWS = { of: "rows" } as const;

/** The rows of a file, a column after the other. */
async function valuesOf(pond: Pond, path: string, column = "v") {
  const rows = pond.query(`SELECT ${column} AS x FROM '${path}'`);
  return (await rows.rows()).map(({ x }) => x);
}

async function append(pond: Pond, path: string, ...parts: string[]) {
  for (const part of parts) {
    await pond.appendToSeries(path, part, ROWS);
    await pond.commit();
  }
}

Deno.test("a series is read as the table of its parts, columns united by name", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await append(pond, "/s.csv", "v\n1\n2\n", "w,v\nx,3\n", "v\n4\n");
  assertEquals(await valuesOf(pond, "/s.csv"), [1n, 2n, 3n, 4n]);
  assertEquals(await valuesOf(pond, "/s.csv", "w"), [null, null, "x", null]);
  assertEquals(await valuesOf(pond, "/*.csv"), [1n, 2n, 3n, 4n]);
  assertEquals(await valuesOf(pond, "/s.csv@v2"), [1n, 2n, 3n]);
  // One version of it is what it is of any other file.
  assertEquals(decodeUtf8(await pond.readFile("/s.csv")), "v\n4\n");
});

Deno.test("a series is the parts that lead back from its newest version", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await append(pond, "/s.csv", "v\n1\n", "v\n2\n", "v\n3\n");
  await pond.undo();
  assertEquals(await valuesOf(pond, "/s.csv"), [1n, 2n]);
  await append(pond, "/s.csv", "v\n4\n");
  assertEquals(await valuesOf(pond, "/s.csv"), [1n, 2n, 4n]);
  await pond.restore("v3");
  assertEquals(await valuesOf(pond, "/s.csv"), [1n, 2n, 3n]);
  await append(pond, "/s.csv", "v\n5\n");
  await pond.setAttributes("/s.csv", { site: "noyo" });
  await pond.createDirectory("/d");
  await pond.rename("/s.csv", "/d/t.csv");
  await pond.commit();
  await append(pond, "/d/t.csv", "v\n6\n");
  assertEquals(await valuesOf(pond, "/d/t.csv"), [1n, 2n, 3n, 5n, 6n]);
  assertEquals((await pond.seriesMark("/d/t.csv"))?.parts, 5);
  await using before = await pond.at("v5");
  assertEquals(await valuesOf(before as Pond, "/s.csv"), [1n, 2n, 4n]);
});

Deno.test("a series of text is read as one text", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const part = { of: "text" } as const;
  // Both are on other sides of the size at which content becomes a blob.
  await pond.appendToSeries("/l.csv", "v\n" + "1\n".repeat(50_000), part);
  await pond.commit();
  await pond.appendToSeries("/l.csv", "2\n2\n", part);
  await pond.commit();
  const rows = await pond.query("SELECT count(*) n, sum(v) s FROM '/l.csv'")
    .rows();
  assertEquals(rows, [{ n: 50_002n, s: 50_004n }]);
});

Deno.test("a series keeps its parts when history is dropped", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await append(pond, "/s.csv", "v\n1\n", "v\n2\n", "v\n3\n");
  await pond.createFile("/x", "1");
  await pond.commit();
  await pond.prune({ before: "@" });
  assertEquals(await valuesOf(pond, "/s.csv"), [1n, 2n, 3n]);
  await using again = await Pond.open(pond.path);
  assertEquals(await valuesOf(again, "/s.csv"), [1n, 2n, 3n]);
});

Deno.test("a plain write makes a plain file of a series, which nobody appends to", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await append(pond, "/s.csv", "v\n1\n", "v\n2\n");
  await pond.writeFile("/s.csv", "v\n9\n");
  await pond.commit();
  assertEquals(await valuesOf(pond, "/s.csv"), [9n]);
  const error = await assertRejects(
    () => pond.appendToSeries("/s.csv", "v\n3\n", ROWS),
    PondError,
  );
  assertEquals(error.code, "UNSUPPORTED");
  await pond.undo();
  assertEquals(await valuesOf(pond, "/s.csv"), [1n, 2n]);
});

Deno.test("a series can't be copied: its parts are its versions", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await append(pond, "/s.csv", "v\n1\n", "v\n2\n");
  const error = await assertRejects(
    () => pond.copy("/s.csv", "/t.csv"),
    PondError,
  );
  assertEquals(error.code, "UNSUPPORTED");
});

Deno.test("a merge brings one part of a series, and keeps out what has its parts elsewhere", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await append(pond, "/s.csv", "v\n1\n");
  await append(pond, "/t.csv", "v\n1\n");
  await pond.createBranch("more");
  await using branch = await Pond.open(pond.path, { branch: "more" });
  await append(branch, "/s.csv", "v\n2\n", "v\n3\n");
  await append(branch, "/t.csv", "v\n2\n");
  await append(branch, "/new.csv", "v\n1\n");
  await append(branch, "/two.csv", "v\n1\n", "v\n2\n");
  assertEquals(await valuesOf(branch, "/s.csv"), [1n, 2n, 3n]);

  const { conflicts } = await pond.merge("more");
  assertEquals(
    conflicts.map(({ path, problem }) => [path, problem]),
    [
      ["/s.csv", "its parts are not here"],
      ["/two.csv", "its parts are not here"],
    ],
  );
  assertEquals(await valuesOf(pond, "/s.csv"), [1n]);
  assertEquals(await valuesOf(pond, "/t.csv"), [1n, 2n]);
  assertEquals(await valuesOf(pond, "/new.csv"), [1n]);
  assertEquals(await pond.exists("/two.csv"), false);

  // A part that follows one that was merged has its parts here.
  await append(branch, "/t.csv", "v\n3\n");
  await pond.merge("more");
  assertEquals(await valuesOf(pond, "/t.csv"), [1n, 2n, 3n]);
});

Deno.test("a merge tells a part of a series from one with the same bytes", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await append(pond, "/s.csv", "v\n1\n");
  await pond.createBranch("more");
  {
    await using branch = await Pond.open(pond.path, { branch: "more" });
    await append(branch, "/s.csv", "v\n1\n");
  }
  await pond.merge("more");
  assertEquals(await valuesOf(pond, "/s.csv"), [1n, 1n]);
});

Deno.test("appendToSeries() adds up what is known of the parts", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const part = (fromUs: number, toUs: number) =>
    ({ of: "rows", rows: 2, fromUs, toUs, state: { at: toUs } }) as const;
  await pond.appendToSeries("/s.csv", "v\n1\n1\n", part(10, 20));
  await pond.commit();
  await pond.appendToSeries("/s.csv", "v\n1\n1\n", part(5, 15));
  await pond.commit();
  await using again = await Pond.open(pond.path);
  assertEquals(await again.seriesMark("/s.csv"), {
    ...part(5, 15),
    parts: 2,
    previous: 1,
    whole: { sizeBytes: 12, rows: 4, fromUs: 5, toUs: 20 },
  });
});
