import { assertEquals, assertStringIncludes } from "@std/assert";
import { scratchPond } from "./scratch.ts";

Deno.test("pond merge takes in another branch, and says what it has changed", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("branch trial");
  await scratch.ok("touch /new --branch trial");
  const dry = await scratch.ok("merge trial --dry-run");
  assertEquals(dry, "  added       /new\n");
  assertEquals(await scratch.ok("ls /"), "sensors\n");
  assertEquals(
    await scratch.ok("merge trial"),
    "  added       /new\nv2: merged trial (v2), 1 node changed\n",
  );
  assertEquals(await scratch.ok("ls /"), "new\nsensors\n");
  assertEquals(
    await scratch.ok("merge trial"),
    "v2 has all of trial (v2) already\n",
  );
  const [row] = JSON.parse(await scratch.ok("log --json -n 1"));
  assertEquals([row.message, row.merged], ["merge trial (v2)", "trial v2"]);
});

Deno.test("pond merge lists conflicts, merges the rest, and ends with 3; --ours settles them", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("branch trial");
  const there = { stdin: "there" };
  await scratch.ok("put - /sensors/a.csv --branch trial", there);
  await scratch.ok("touch /new --branch trial");
  await scratch.ok("put - /sensors/a.csv", { stdin: "here" });
  const ran = await scratch.run("merge trial --json");
  assertEquals(ran.code, 3);
  const rows: Record<string, unknown>[] = JSON.parse(ran.stdout);
  const said = rows.map(({ change, path, problem, result, version }) => [
    result,
    change,
    path,
    problem,
    version,
  ]);
  assertEquals(said, [
    ["merged", "added", "/new", null, 3],
    ["conflict", null, "/sensors/a.csv", "both changed it", 3],
  ]);
  assertEquals([rows[1]?.ours_size, rows[1]?.theirs_size], [4, 5]);
  assertEquals(await scratch.ok("cat /sensors/a.csv"), "here");
  const again = await scratch.run("merge trial");
  assertEquals(again.code, 3);
  assertEquals(
    again.stdout,
    "  conflict    /sensors/a.csv (both changed it)\n" +
      "v3 has all of trial (v3) but 1 conflict\n",
  );
  assertStringIncludes(
    await scratch.ok("merge trial --ours"),
    "/sensors/a.csv",
  );
  assertEquals((await scratch.run("merge trial")).code, 0);
});

Deno.test("pond merge refuses what is staged, itself, and a branch that isn't there", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("branch trial");
  await scratch.ok("touch --no-sync /staged");
  const staged = await scratch.run("merge trial");
  assertEquals(staged.code, 2);
  assertStringIncludes(staged.stderr, "pond commit, pond revert");
  await scratch.ok("revert");
  assertEquals((await scratch.run("merge main")).code, 2);
  assertEquals((await scratch.run("merge none")).code, 4);
});
