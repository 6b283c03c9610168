import { assertEquals, assertStringIncludes } from "@std/assert";
import { scratchPond } from "./scratch.ts";

Deno.test("pond tag sets, lists, moves and deletes tags; each is a revision", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("touch /later");
  await scratch.ok("tag first v1");
  assertEquals(await scratch.ok("ls / --at first"), "sensors\n");
  assertEquals(await scratch.ok("cat /sensors/a.csv@first"), "t,v\n1,10\n");
  assertStringIncludes(await scratch.ok("diff first v2 --name-only"), "/later");
  assertEquals(
    await scratch.ok([
      "query",
      "SELECT count(*) AS n FROM '/sensors/a.csv@first'",
    ]),
    "n\n1\n",
  );
  const refused = await scratch.run("tag first v2");
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "pond tag first v2 --force");
  const [moved] = JSON.parse(await scratch.ok("tag first v2 --force --json"));
  assertEquals([moved.name, moved.version], ["first", 2]);
  const rows = JSON.parse(await scratch.ok("tag --json"));
  assertEquals(rows.map(({ name }: { name: string }) => name), ["first"]);
  await scratch.ok("tag --delete first");
  assertEquals(await scratch.ok("tag"), "");
  assertEquals((await scratch.run("ls / --at first")).code, 4);
});

Deno.test("pond log shows tags, and the transactions that set them", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("tag one v1");
  await scratch.ok("tag also-one v1");
  const rows: { version: number; message: string; tags: string[] }[] = JSON
    .parse(await scratch.ok("log --json"));
  const said = rows.map(({ tags, version }) => [version, tags]);
  assertEquals(said, [[3, []], [2, []], [1, ["also-one", "one"]], [0, []]]);
  assertEquals(rows[1]?.message, "tag v1 as one");
});

Deno.test("pond tag refuses what makes no sense", async () => {
  await using scratch = await scratchPond();
  for (
    const line of [
      "tag -d",
      "tag -d a v1",
      "tag --force",
      "tag v1",
      "tag 2h v1",
    ]
  ) {
    assertEquals((await scratch.run(line)).code, 2, line);
  }
  assertEquals((await scratch.run("tag -d none")).code, 4);
});
