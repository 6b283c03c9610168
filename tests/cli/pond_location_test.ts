import { assertEquals, assertStringIncludes } from "@std/assert";
import { scratchDirectory, scratchPond } from "./scratch.ts";

Deno.test("the pond is where --pond, POND or the nearest directory above says", async () => {
  await using scratch = await scratchPond();
  const elsewhere = { env: { POND: "/nowhere" } };
  assertEquals(
    await scratch.ok(["-C", scratch.pond, "ls"], elsewhere),
    "sensors\n",
  );
  assertEquals(await scratch.ok("--pond ../pond ls", elsewhere), "sensors\n");
  assertEquals(
    await scratch.ok("ls", { env: { POND: "../pond" } }),
    "sensors\n",
  );
  const inside = { env: { POND: "" }, cwd: `${scratch.pond}/oplog/_delta_log` };
  assertEquals(await scratch.ok("ls", inside), "sensors\n");
});

Deno.test("without a pond, the error names the three places, and pond says how to start", async () => {
  await using scratch = await scratchDirectory();
  const nowhere = { env: { POND: "" } };
  const { code, stdout, stderr } = await scratch.run("ls", nowhere);
  assertEquals([code, stdout], [7, ""]);
  for (const place of ["--pond", "POND", scratch.home]) {
    assertStringIncludes(stderr, place);
  }
  assertStringIncludes(await scratch.ok([], nowhere), "pond init");
});

Deno.test("a directory that is no pond, and a broken or newer one, have errors of their own", async () => {
  await using scratch = await scratchPond();
  const none = await scratch.run(["-C", scratch.home, "ls"]);
  assertEquals(none.code, 7);
  const file = `${scratch.pond}/pond.json`;
  const good = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, "{");
  const broken = await scratch.run("ls");
  assertEquals(broken.code, 6);
  await Deno.writeTextFile(
    file,
    JSON.stringify({ ...JSON.parse(good), format: 999 }),
  );
  const newer = await scratch.run("ls");
  assertEquals(newer.code, 7);
  assertEquals(new Set([none.stderr, broken.stderr, newer.stderr]).size, 3);
  await Deno.writeTextFile(file, good);
  assertEquals(await scratch.ok("ls"), "sensors\n");
});

Deno.test("pond init refuses a directory that isn't empty, and one that is a pond", async () => {
  await using scratch = await scratchPond();
  assertEquals((await scratch.run("init")).code, 1);
  assertEquals((await scratch.run("init .")).code, 1);
  assertEquals((await scratch.run("init nowhere/new")).code, 4);
  const row = JSON.parse(await scratch.ok("init --json new"));
  assertEquals([row.path, row.version, row.layout], [
    `${scratch.home}/new`,
    0,
    "clustered",
  ]);
});
