import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { type Scratch, scratchPond } from "./scratch.ts";

const LOG = "oplog/_delta_log";

const FINDINGS_HEADER =
  "severity,kind,branch,path,pond_path,version,problem,lost,remedy,repair\n";

/** The path of the newest commit. */
async function newestCommit({ pond }: Scratch): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${pond}/${LOG}`)) {
    if (/^\d{20}\.json$/.test(name)) names.push(name);
  }
  return `${pond}/${LOG}/${names.sort().at(-1)}`;
}

for (const layout of ["clustered", "hive"]) {
  Deno.test(`pond check of a sound pond (${layout}) ends with 0, and says what it looked at`, async () => {
    await using scratch = await scratchPond(layout);
    const files = layout === "hive" ? 5 : 2;
    const [summary, content = "", history = "", ...others] =
      (await scratch.ok("check --read-data")).split("\n");
    assertEquals(
      summary,
      `no damage · v1 · 2 commits · 0 checkpoints · ${files} data files · 5 rows · 0 of 0 blobs read (0 of 0 bytes)`,
    );
    const root = await scratch.ok("check --root /");
    assertEquals([`${content}\n`, others], [`content root: ${root}`, [""]]);
    assertMatch(history, /^history root: [0-9a-f]{64}$/);
    const report = JSON.parse(await scratch.ok("check --json"));
    assertEquals(
      [report.sound, report.version, report.findings],
      [true, 1, []],
    );
    assertEquals(
      [report.content_root, report.history_root].map((root, index) =>
        `${["content", "history"][index]} root: ${root}`
      ),
      [content, history],
    );
    assertEquals(await scratch.ok("check --format csv"), FINDINGS_HEADER);
    const quick = await scratch.ok("check --quick");
    assertStringIncludes(quick, "0 rows");
    assert(!quick.includes("root"));
  });

  Deno.test(`pond check --repair removes a torn newest commit (${layout}), and the pond goes on`, async () => {
    for (const length of [0, 100]) {
      await using scratch = await scratchPond(layout);
      await scratch.ok("touch /lost");
      const commit = await newestCommit(scratch);
      await Deno.truncate(commit, length);
      const opened = await scratch.run("ls");
      assertEquals(opened.code, 6);
      assertStringIncludes(opened.stderr, "what to do: pond check");
      const found = await scratch.run("check");
      assertEquals([found.code, found.stderr], [6, ""]);
      assertStringIncludes(found.stdout, `damage: ${commit} (commit, v2): `);
      assertStringIncludes(
        found.stdout,
        "\n  lost: version 2; it was acknowledged: it changed /lost; its rows are still in ",
      );
      assertStringIncludes(found.stdout, "pond check --repair\n");
      assertStringIncludes(found.stdout, "\ndamaged in 2 places · v1 · ");
      const planned = await scratch.run("check --repair --dry-run");
      assertEquals(planned.code, 6);
      assertStringIncludes(planned.stdout, "damage that would be repaired: ");
      const repaired = await scratch.ok("check --repair");
      assertStringIncludes(repaired, `repaired damage: ${commit} (commit, v2)`);
      assertStringIncludes(repaired, "lost: version 2; it was acknowledged");
      assertStringIncludes(repaired, "\nno damage · 2 repaired · ");
      assertStringIncludes(await scratch.ok("check"), "no damage · ");
      await scratch.ok("touch /again");
      assertEquals(await scratch.ok("ls"), "again\nsensors\n");
      const name = commit.slice(commit.lastIndexOf("/") + 1);
      const kept = await Deno.stat(`${scratch.pond}/recovered/${name}`);
      assertEquals(kept.size, length);
    }
  });
}

Deno.test("pond check --json has a row for each finding", async () => {
  await using scratch = await scratchPond();
  await scratch.ok(["put", "-", "/large"], { stdin: "x".repeat(70_000) });
  for await (const { name } of Deno.readDir(`${scratch.pond}/blobs`)) {
    for await (const blob of Deno.readDir(`${scratch.pond}/blobs/${name}`)) {
      await Deno.remove(`${scratch.pond}/blobs/${name}/${blob.name}`);
    }
  }
  await Deno.truncate(`${scratch.pond}/head`, 7);
  const ran = await scratch.run("check --json");
  assertEquals(ran.code, 6);
  const report = JSON.parse(ran.stdout);
  assertEquals(
    [report.sound, report.content_root, report.history_root],
    [false, null, null],
  );
  const rows: Record<string, unknown>[] = report.findings;
  assertEquals(
    rows.map(({ severity, kind, repair }) => `${severity} ${kind} ${repair}`),
    ["note witness possible", "damage blob none"],
  );
  const [, blob] = rows;
  assertEquals([blob?.pond_path, blob?.version], ["/large", 2]);
  assertEquals(blob?.lost, "the content of /large, 70000 bytes");
  assert(String(blob?.path).startsWith(`${scratch.pond}/blobs/`));
  const text = (await scratch.run("check --repair")).stdout;
  assertStringIncludes(text, "repaired note: ");
  assertStringIncludes(text, "damaged in 1 place · 1 repaired");
  const part = (await scratch.run("check --read-data 1/1")).stdout;
  assertStringIncludes(part, " · 1 of 1 blob read (70000 of 70000 bytes)\n");
  // The same content once more mends it.
  await scratch.ok(["put", "-", "/copy"], { stdin: "x".repeat(70_000) });
  assertStringIncludes(await scratch.ok("check --read-data"), "no damage");
});

Deno.test("pond check refuses what it can't do, and what is no pond", async () => {
  await using scratch = await scratchPond();
  for (
    const [args, hint] of [
      ["check --quick --read-data", "leave out one of them"],
      ["check --dry-run", "pond check --repair --dry-run"],
      ["check 10%", "pond check --read-data 10%"],
      ["check --read-data 1/0", "or one part of up to a million: 1/7"],
      ["check --read-data 0%", "more than 0%"],
      ["check --read-data 4/3", "more than 0%"],
      ["check --read-data ten", "pond check --read-data 10%, or 1/7"],
    ] as const
  ) {
    const { code, stderr } = await scratch.run(args);
    assertEquals(code, 2, args);
    assertStringIncludes(stderr, hint);
  }
  const nowhere = await scratch.run(`--pond ${scratch.home} check`);
  assertEquals(nowhere.code, 7);
});

Deno.test("pond check --root tells the content root of a path, and checks nothing", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("mkdir /d");
  await scratch.run("put - /d/a", { stdin: "1\n" });
  const hash =
    "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865";
  assertEquals(await scratch.ok("check --root /d/a"), `${hash}\n`);
  const [row] = JSON.parse(await scratch.ok("check --root /d/a --json"));
  assertEquals(row, { path: "/d/a", content_root: hash });
  assertEquals((await scratch.run("check --root /nosuch")).code, 4);
  const both = await scratch.run("check --root / --quick");
  assertEquals([both.code, both.stdout], [2, ""]);
  assertStringIncludes(both.stderr, "Cannot combine --root with --quick");
});
