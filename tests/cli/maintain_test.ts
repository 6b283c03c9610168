import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { scratchPond } from "./scratch.ts";

/** Makes enough commits that there is something to merge. */
async function touched(
  scratch: Awaited<ReturnType<typeof scratchPond>>,
  times: number,
): Promise<void> {
  for (let i = 0; i < times; i++) await scratch.ok(`touch /f${i}`);
}

Deno.test("pond maintain merges, writes a checkpoint, and says what vacuum would delete", async () => {
  await using scratch = await scratchPond();
  await touched(scratch, 5);
  const planned = await scratch.ok("maintain --dry-run");
  assertStringIncludes(planned, "optimize: 7 data files (");
  assertStringIncludes(
    planned,
    ") would be merged into 1, leaving 1 data file\n",
  );
  assertStringIncludes(planned, "checkpoint: one would be written\n");
  assertStringIncludes(planned, "vacuum: nothing to delete\n");
  const done = await scratch.ok("maintain");
  assertStringIncludes(done, "optimize: 7 data files (");
  assertStringIncludes(done, ") merged into 1, leaving 1 data file\n");
  assertStringIncludes(done, "checkpoint: written (");
  const again = await scratch.ok("maintain optimize");
  assertEquals(again, "optimize: nothing to merge, 1 data file\n");
  assertEquals(await scratch.ok("cat /f4"), "");
});

Deno.test("pond maintain vacuum deletes nothing without --yes, and young files only with --force", async () => {
  await using scratch = await scratchPond();
  await touched(scratch, 3);
  await scratch.ok("maintain optimize");
  await new Promise((resolve) => setTimeout(resolve, 20));
  const young = await scratch.run("maintain vacuum --retention 0s".split(" "));
  assertEquals(young.code, 2);
  assertStringIncludes(young.stderr, "--force");
  const command = "maintain vacuum --retention 0s --force";
  const dry = await scratch.ok(command);
  assertStringIncludes(dry, "vacuum: 5 files would be deleted (");
  assertStringIncludes(dry, "5 data files · pond maintain vacuum --yes");
  assertEquals(await scratch.ok(command), dry);
  const done = await scratch.ok(`${command} --yes`);
  assertStringIncludes(done, "vacuum: 5 files deleted (");
  assertEquals(await scratch.ok(command), "vacuum: nothing to delete\n");
  assertEquals(await scratch.ok("ls --at v2"), "f0\nsensors\n");
});

Deno.test("pond maintain --json has a row for each kind of file", async () => {
  await using scratch = await scratchPond();
  await touched(scratch, 2);
  const rows: Record<string, unknown>[] = JSON.parse(
    await scratch.ok("maintain --json"),
  );
  const names = rows.map(({ task, files, done }) => `${task} ${files} ${done}`);
  assertEquals(names, [
    "optimize data true",
    "checkpoint checkpoint true",
    "checkpoint log true",
    "vacuum data false",
    "vacuum blob false",
    "vacuum unfinished false",
    "vacuum branch false",
  ]);
  const [optimized] = rows;
  assertEquals(optimized?.files_removed, 4);
  assertEquals(optimized?.files_added, 1);
  assert(Number(optimized?.bytes_added) < Number(optimized?.bytes_removed));
});

Deno.test("pond maintain refuses what it can't do, before it does anything", async () => {
  await using scratch = await scratchPond();
  for (
    const [args, hint] of [
      ["maintain nonsense", "one of optimize, checkpoint, vacuum"],
      ["maintain --yes --dry-run", "leave out one of them"],
      ["maintain --retention soon", "such as 7d"],
    ] as const
  ) {
    const { code, stderr } = await scratch.run(args.split(" "));
    assertEquals(code, 2, args);
    assertStringIncludes(stderr, hint);
  }
});

Deno.test("twenty commands that each commit leave merged files, and every version can be seen", async () => {
  await using scratch = await scratchPond();
  await touched(scratch, 20);
  const rows: { version: number }[] = JSON.parse(
    await scratch.ok("history --json"),
  );
  const versions = rows.map(({ version }) => version);
  assertEquals(versions.length, 22);
  // The merge has a version, too.
  assertEquals(versions[0], 22);
  assertEquals(await scratch.ok("ls --at v-20"), "f0\nsensors\n".slice(3));
  assertStringIncludes(await scratch.ok("status"), "v22");
});
