import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { scratchPond } from "./scratch.ts";

Deno.test("pond branch makes, lists and deletes branches; --branch works in one", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("branch trial");
  await scratch.ok("touch /only --branch trial");
  assertStringIncludes(await scratch.ok("ls / --branch trial"), "only\n");
  assert(!(await scratch.ok("ls /")).includes("only"));
  const rows: Record<string, unknown>[] = JSON.parse(
    await scratch.ok("branch --json"),
  );
  const named = rows.map(({ name, current, from_branch }) => [
    name,
    current,
    from_branch,
  ]);
  assertEquals(named, [["main", true, null], ["trial", false, "main"]]);
  const refused = await scratch.run(["branch", "-d", "trial"]);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "transactions that no other has");
  assertStringIncludes(refused.stderr, "--force");
  await scratch.ok("branch --delete trial --force");
  const gone = await scratch.run(["ls", "/", "--branch", "trial"]);
  assertEquals(gone.code, 4);
  assertStringIncludes(gone.stderr, "Cannot find the branch trial");
});

Deno.test("pond switch decides the branch of the commands after it", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("switch --create trial");
  await scratch.ok("touch /only");
  const [status] = JSON.parse(await scratch.ok("status --json"));
  assertEquals(status.branch, "trial");
  await scratch.ok("switch main");
  assert(!(await scratch.ok("ls /")).includes("only"));
  assertStringIncludes(await scratch.ok("ls / --branch trial"), "only\n");
  assertEquals((await scratch.run(["switch", "none"])).code, 4);
});

Deno.test("pond branch --scratch says the name it chose, and vacuum deletes it in time", async () => {
  await using scratch = await scratchPond();
  const name = (await scratch.ok("branch --scratch --ttl 0s")).trim();
  assertMatch(name, /^scratch-[0-9a-f]{8}$/);
  const vacuum = "maintain vacuum --retention 0s --force";
  assertStringIncludes(await scratch.ok(vacuum), "1 branch");
  await scratch.ok(`${vacuum} --yes`);
  assertEquals((await scratch.run(["ls", "--branch", name])).code, 4);
});

Deno.test("pond branch refuses what makes no sense, and changes nothing", async () => {
  await using scratch = await scratchPond();
  for (
    const words of [
      ["branch", "--delete"],
      ["branch", "x", "--force"],
      ["branch", "x", "--ttl", "1h"],
      ["branch", "--at", "v1"],
      ["branch", "x", "--scratch", "--ttl", "soon"],
      ["branch", "../x"],
    ]
  ) {
    const { code, stderr } = await scratch.run(words);
    assertEquals(code, 2, words.join(" "));
    assertStringIncludes(stderr, "hint:");
  }
  assertEquals(JSON.parse(await scratch.ok("branch --json")).length, 1);
});
