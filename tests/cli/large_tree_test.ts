import { assert, assertEquals } from "@std/assert";
import { scratchDirectory } from "./scratch.ts";

const DIRECTORIES = 40;
const FILES = 50;

Deno.test("a tree of 2000 files goes in by one transaction, and every command works on it", async () => {
  await using scratch = await scratchDirectory();
  for (let d = 0; d < DIRECTORIES; d++) {
    const directory = `${scratch.home}/tree/${d}`;
    await Deno.mkdir(directory, { recursive: true });
    for (let f = 0; f < FILES; f++) {
      await Deno.writeTextFile(`${directory}/${f}.csv`, `d,f\n${d},${f}\n`);
    }
  }
  await scratch.ok("init");
  await scratch.ok("put tree /tree");
  const [newest] = JSON.parse(await scratch.ok("history --json"));
  const nodes = DIRECTORIES * FILES + DIRECTORIES + 1;
  assertEquals([newest.version, newest.operations], [1, nodes]);
  // One transaction, one data file.
  let dataFiles = 0;
  for await (const { name } of Deno.readDir(`${scratch.pond}/oplog`)) {
    if (name.endsWith(".parquet")) dataFiles++;
  }
  assertEquals(dataFiles, 2);
  assertEquals((await scratch.ok("ls /tree")).split("\n").length - 1, 40);
  assertEquals((await scratch.ok("ls /tree/7")).split("\n").length - 1, 50);
  assertEquals(await scratch.ok("cat /tree/39/49.csv"), "d,f\n39,49\n");
  const sum = "SELECT count(*) AS n, sum(d) AS d FROM '/tree/*/*.csv'";
  assertEquals(JSON.parse(await scratch.ok(["query", sum, "--json"])), [
    { n: 2000, d: 39_000 },
  ]);
  await scratch.ok("mv /tree/7 /moved");
  await scratch.ok("rm -r /tree");
  assertEquals(await scratch.ok("ls /"), "moved\n");
  await scratch.ok("restore v1");
  assertEquals(await scratch.ok("cat /tree/7/0.csv"), "d,f\n7,0\n");
  const show = await scratch.ok("show --format ndjson");
  assert(show.split("\n").length > 2 * nodes);
});
