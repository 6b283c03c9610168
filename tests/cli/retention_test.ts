import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { scratchPond } from "./scratch.ts";

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`pond prune says what would go, and drops it with --yes (${layout})`, async () => {
    await using scratch = await scratchPond(layout);
    for (const i of [1, 2, 3]) {
      const stdin = `${i}`.repeat(i * 30_000);
      await scratch.ok("put - /f", { stdin });
    }
    const planned = await scratch.ok("prune --before v4");
    assertStringIncludes(planned, "4 transactions and ");
    assertStringIncludes(planned, " before v4 would be dropped · ");
    assertStringIncludes(planned, " · pond prune --before v4 --yes\n");
    assertEquals(await scratch.ok("prune --before v4 --dry-run"), planned);
    assertEquals((await scratch.ok("cat /f@v2")).length, 30_000);
    const done = await scratch.ok("prune --before v4 --yes");
    assertStringIncludes(done, " before v4 dropped · ");
    const gone = await scratch.run("cat /f@v2");
    assertEquals(gone.code, 4);
    assertStringIncludes(gone.stderr, "history before v4 was pruned");
    assertStringIncludes(gone.stderr, "hint: ");
    assertEquals((await scratch.ok("cat /f")).length, 90_000);
    assertEquals(
      await scratch.ok("prune --before v4 --yes"),
      "nothing is older than v4\n",
    );
    const undone = await scratch.run("undo");
    assertEquals(undone.code, 4);
    assertStringIncludes(undone.stderr, "Cannot undo v4");
    assertStringIncludes(await scratch.ok("check"), "no damage");
    assertStringIncludes(await scratch.ok("log /f"), "update\tfile\t/f\t90000");
  });
}

Deno.test("pond status and pond log say since which version history is whole", async () => {
  await using scratch = await scratchPond();
  for (const i of [1, 2, 3]) await scratch.ok("put - /f", { stdin: `${i}` });
  const whole = await scratch.run("log", { terminal: true });
  assertEquals(whole.stderr, "");
  assert(!(await scratch.ok("status")).includes("History:"));
  await scratch.ok("prune --before v3 --yes");
  const line = "whole since v3; what was before it was pruned\n";
  assertStringIncludes(await scratch.ok("status"), `History:      ${line}`);
  const [row] = JSON.parse(await scratch.ok("status --json"));
  assertEquals(row.whole_since, 3);
  for (const command of ["log", "log --stat", "log /f"]) {
    const { code, stderr } = await scratch.run(command, { terminal: true });
    assertEquals([code, stderr], [0, `history is ${line}`], command);
  }
  // What ends before, and what is no person's, says nothing of it.
  for (const command of ["log 1", "log --quiet"]) {
    const { stderr } = await scratch.run(command, { terminal: true });
    assertEquals(stderr, "", command);
  }
  await scratch.ok("log");
  await scratch.ok("put - /g", { stdin: "later than the prune" });
  const later = await scratch.run("log /g", { terminal: true });
  assertEquals(later.stderr, "");
});

Deno.test("pond prune --json tells a program what goes, blobs too", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put - /f", { stdin: "a".repeat(70_000) });
  await scratch.ok("rm /f");
  const [row] = JSON.parse(await scratch.ok("prune --before @ --json"));
  assertEquals([row.done, row.whole_since, row.blobs, row.blob_bytes], [
    false,
    3,
    1,
    70_000,
  ]);
  const [done] = JSON.parse(await scratch.ok("prune --before @ --yes --json"));
  assertEquals(done, { ...row, done: true });
});

Deno.test("pond prune refuses what it can't do", async () => {
  await using scratch = await scratchPond();
  const cases = [
    ["prune", 2, "--before"],
    ["prune --before v1 --yes --dry-run", 2, "--dry-run"],
    ["prune --before v99", 4, "v99"],
    ["prune --before @pending", 2, "@pending"],
  ] as const;
  for (const [line, code, text] of cases) {
    const ran = await scratch.run(line);
    assertEquals(ran.code, code, ran.stderr);
    assertStringIncludes(ran.stderr, text);
  }
});

Deno.test("pond du adds up the tree, and with --history what is on the disk", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put - /big", { stdin: "a".repeat(70_000) });
  await scratch.ok("put - /big", { stdin: "b".repeat(80_000) });
  assertEquals(
    await scratch.ok("du /big"),
    "files\t/big\t1\t80000\ndirectories\t/big\t0\t0\nsymlinks\t/big\t0\t0\n",
  );
  const people = await scratch.ok("du", { terminal: true });
  assertStringIncludes(people, "78.1 KiB");
  const rowsOf = async () => {
    const text = await scratch.ok("du --history --json");
    const rows: Record<string, string | number>[] = JSON.parse(text);
    return new Map(
      rows.map(({ what, name, ...rest }) => [`${what} ${name}`, rest]),
    );
  };
  const before = await rowsOf();
  assertEquals(before.get("blobs all"), { count: 2, bytes: 150_000 });
  assertEquals(before.get("prune --before: blobs @ (v3)"), {
    count: 1,
    bytes: 70_000,
  });
  assertEquals(before.get("unused data files all"), { count: 0, bytes: 0 });
  await scratch.ok("branch exp");
  const shared = await rowsOf();
  assertEquals(shared.get("data files all"), before.get("data files all"));
  assertEquals(shared.get("data files of a branch exp"), {
    count: 0,
    bytes: 0,
  });
  // The other branch has it still.
  assertEquals(shared.get("prune --before: blobs @ (v3)"), {
    count: 0,
    bytes: 0,
  });
  await scratch.ok("prune --before @ --yes");
  const after = await rowsOf();
  assertEquals(after.get("prune --before: data @ (v3)"), {
    count: 0,
    bytes: 0,
  });
  // The file of version 3 is whole, and shared still.
  assertEquals(after.get("data files of a branch exp")?.count, 3);
});
