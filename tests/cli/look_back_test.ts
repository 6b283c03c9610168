/** `pond log`, `show`, `diff`, `blame`, and `PATH@REV`: to a pipe. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Scratch, scratchPond } from "./scratch.ts";

const LAYOUTS = ["clustered", "hive"];

/** Version 2 changes a text and a table, 3 renames, 4 adds what is no text. */
async function pondWithHistory(layout: string): Promise<Scratch> {
  const scratch = await scratchPond(layout);
  const put = async (text: string, path: string, message: string) => {
    const argv = ["put", "-m", message, "-", path];
    await scratch.ok(argv, { stdin: text });
  };
  await put("one\ntwo\nthree\n", "/sensors/t", "a text");
  await put("one\n2\nthree\nfour", "/sensors/t", "two lines");
  await scratch.ok("mv -m renamed /sensors/t /notes");
  await put("\0\x01", "/binary", "no text");
  return scratch;
}

function fields(text: string, ...columns: readonly number[]): string[][] {
  return text.trimEnd().split("\n").map((line) => {
    const cells = line.split("\t");
    return columns.map((column) => cells[column] ?? "");
  });
}

for (const layout of LAYOUTS) {
  Deno.test(`pond diff (${layout}) writes a patch, as git does`, async () => {
    await using scratch = await pondWithHistory(layout);
    assertEquals(
      await scratch.ok("diff v2 v3"),
      `diff --git a/sensors/t b/sensors/t
--- a/sensors/t
+++ b/sensors/t
@@ -1,3 +1,4 @@
 one
-two
+2
 three
+four
\\ No newline at end of file
`,
    );
    assertEquals(
      await scratch.ok("diff v2 v5 -U 0"),
      `diff --git a/binary b/binary
new file mode 100644
Binary files /dev/null and b/binary differ
diff --git a/sensors/t b/notes
rename from sensors/t
rename to notes
--- a/sensors/t
+++ b/notes
@@ -2 +2 @@
-two
+2
@@ -3,0 +4 @@
+four
\\ No newline at end of file
`,
    );
    assertEquals(
      await scratch.ok("diff v3 v4"),
      `diff --git a/sensors/t b/notes
similarity index 100%
rename from sensors/t
rename to notes
`,
    );
    assertEquals(
      await scratch.ok("diff"),
      await scratch.ok("diff v4 v5"),
    );
    assertEquals(
      await scratch.ok("diff /notes@v3 /notes@v5 --name-only"),
      "/notes\n",
    );
  });

  Deno.test(`pond diff (${layout}) lists names, kinds and lines`, async () => {
    await using scratch = await pondWithHistory(layout);
    assertEquals(
      fields(await scratch.ok("diff v2 v5 --name-status"), 0, 1, 2, 3),
      [["added", "/binary", "", "file"], [
        "moved",
        "/notes",
        "/sensors/t",
        "file",
      ]],
    );
    assertEquals(
      fields(await scratch.ok("diff v1 v3 --stat"), 0, 1, 4, 5),
      [["added", "/sensors/t", "4", "0"]],
    );
    const rows = JSON.parse(await scratch.ok("diff v2 @ --stat --json"));
    assertEquals(
      rows.map((
        row: { path: string; insertions: number | null; changed: string },
      ) => [row.path, row.insertions, row.changed]),
      [["/binary", null, "node"], ["/notes", 2, "place,content,time"]],
    );
    assertEquals(await scratch.ok("diff v5 v5"), "");
    assertEquals(await scratch.ok("diff v1 v5 /sensors"), "");
    const differs = await scratch.run("diff v2 v3 --exit-code --name-only");
    assertEquals([differs.code, differs.stdout], [1, "/sensors/t\n"]);
    assertEquals((await scratch.run("diff v3 v3 --exit-code")).code, 0);
    assertEquals((await scratch.run("diff v2 v3 /nope")).code, 4);
    assertEquals((await scratch.run("diff v2 v99")).code, 4);
    for (
      const line of [
        "diff v1 v2 v3",
        "diff nonsense!",
        "diff --stat --name-only",
        "diff --rows t",
        "diff --pending v1 v2",
      ]
    ) assertEquals((await scratch.run(line)).code, 2, line);
  });

  Deno.test(`pond log and pond show (${layout}) tell of transactions`, async () => {
    await using scratch = await pondWithHistory(layout);
    const log = await scratch.ok("log");
    assertEquals(fields(log, 0, 2, 4).slice(0, 2), [
      ["5", "tester", "no text"],
      ["4", "tester", "renamed"],
    ]);
    assertEquals(await scratch.ok("history"), log);
    assertEquals(fields(await scratch.ok("log -n 1"), 0), [["5"]]);
    assertEquals(
      fields(await scratch.ok("log --since v4 --until v4"), 0),
      [["4"]],
    );
    assertEquals(fields(await scratch.ok("log --at v3 -n 1"), 0), [["3"]]);
    assertEquals(await scratch.ok("log --since 2100-01-01"), "");
    assertEquals((await scratch.run("log --since nonsense!")).code, 2);
    const [stat] = JSON.parse(await scratch.ok("log --stat --json -n 1"));
    assertEquals([stat.added, stat.modified, stat.moved, stat.deleted], [
      1,
      0,
      0,
      0,
    ]);
    assertEquals(
      fields(await scratch.ok("log /notes"), 0, 2, 4, 7 + 1),
      [
        ["4", "move", "/notes", "renamed"],
        ["3", "update", "/sensors/t", "two lines"],
        ["2", "create", "/sensors/t", "a text"],
      ].map(([version = "", operation = "", path = ""]) => [
        version,
        operation,
        path,
        "tester",
      ]),
    );
    assertEquals(
      fields(await scratch.ok("log /sensors/t@v3 1"), 0),
      [["3"]],
    );
    const id = fields(log, 5)[1]?.[0] ?? "";
    const shown = await scratch.ok(["show", id.slice(0, 8)]);
    assertEquals(fields(shown, 0, 2, 4), [["4", "move", "/notes"]]);
    assertEquals(await scratch.ok("show /binary@v4"), "");
    const patch = await scratch.ok("show v3 --diff");
    assertStringIncludes(patch, "Author: tester\n");
    assertStringIncludes(patch, "\n    two lines\n\ndiff --git ");
    assertStringIncludes(patch, await scratch.ok("diff v2 v3"));
    assertEquals((await scratch.run("show v77")).code, 4);
  });

  Deno.test(`pond blame (${layout}) names the version of each line`, async () => {
    await using scratch = await pondWithHistory(layout);
    assertEquals(fields(await scratch.ok("blame /notes"), 0, 1, 3, 4), [
      ["2", "tester", "1", "one"],
      ["3", "tester", "2", "2"],
      ["2", "tester", "3", "three"],
      ["3", "tester", "4", "four"],
    ]);
    assertEquals(
      fields(await scratch.ok("blame /sensors/t@v2"), 0, 4)[1],
      ["2", "two"],
    );
    const rows = JSON.parse(await scratch.ok("blame /notes --json"));
    assertEquals([rows[0].path, rows[1].path], ["/sensors/t", "/sensors/t"]);
    assertEquals((await scratch.run("blame /binary")).code, 1);
    assertEquals((await scratch.run("blame /nope")).code, 4);
  });

  Deno.test(`pond diff --rows (${layout}) compares a table row by row`, async () => {
    await using scratch = await scratchPond(layout);
    const before = "id,v\n1,10\n2,20\n3,30\n";
    await scratch.ok("put - /t.csv", { stdin: before });
    const after = "id,v,w\n1,10,\n2,21,b\n4,40,d\n";
    await scratch.ok("put - /t.csv", { stdin: after });
    assertEquals(
      await scratch.ok("diff v2 v3 /t.csv --rows id"),
      `change\tid\tfrom_v\tto_v\tfrom_w\tto_w
changed\t2\t20\t21\t\tb
deleted\t3\t30\t\t\t
inserted\t4\t\t40\t\td
`,
    );
    const ended = await scratch.run("diff v2 v2 /t.csv --rows id --exit-code");
    assertEquals(ended.code, 0);
    const missing = await scratch.run("diff v2 v3 /t.csv --rows no");
    assertEquals(missing.code, 2);
    assertStringIncludes(missing.stderr, "there is no column no");
    const twice = "id,v\n1,1\n1,2\n";
    await scratch.ok("put --no-sync - /t.csv", { stdin: twice });
    const several = await scratch.run("diff --pending /t.csv --rows id");
    assertEquals(several.code, 2);
    assertStringIncludes(several.stderr, "those of several rows");
    assertEquals(
      fields(await scratch.ok("diff --pending /t.csv --rows id,v"), 0, 1, 2)
        .length,
      6,
    );
  });
}

Deno.test("pond diff --pending shows what is staged, by any process", async () => {
  await using scratch = await scratchPond();
  assertEquals(await scratch.ok("diff --pending"), "");
  await scratch.ok("put --no-sync readings.csv /sensors/a.csv");
  await scratch.ok("mv --no-sync /sensors /s");
  await scratch.ok("mkdir --no-sync /new");
  assertEquals(
    fields(await scratch.ok("diff --pending --name-status"), 0, 1, 2),
    [["added", "/new", ""], ["moved", "/s", "/sensors"], [
      "modified",
      "/s/a.csv",
      "/sensors/a.csv",
    ]],
  );
  assertStringIncludes(
    await scratch.ok("diff --pending /s/a.csv"),
    "-1,10\n+1,20\n+2,21\n",
  );
  assertEquals(await scratch.ok("diff @ @"), "");
  assertEquals(await scratch.ok("cat /s/a.csv@pending"), "t,v\n1,20\n2,21\n");
});

Deno.test("PATH@REV looks at a path in another state, and @@ is an @ of a name", async () => {
  await using scratch = await scratchPond();
  await scratch.ok("put readings.csv /sensors/a.csv");
  await scratch.ok("put readings.csv /mail@home.csv");
  assertEquals(await scratch.ok("cat /sensors/a.csv@v1"), "t,v\n1,10\n");
  assertEquals(
    await scratch.ok("cat sensors/a.csv@v-1 sensors/a.csv@v1"),
    [
      "t,v\n1,20\n2,21\n",
      "t,v\n1,10\n",
    ].join(""),
  );
  assertEquals(await scratch.ok("ls /@v1"), "sensors\n");
  assertEquals(
    await scratch.ok("ls /sensors@v1 -l --json"),
    [
      await scratch.ok("ls --at v1 /sensors -l --json"),
    ].join(""),
  );
  await scratch.ok("get /sensors/a.csv@v1 .");
  assertEquals(
    await Deno.readTextFile(`${scratch.home}/a.csv`),
    "t,v\n1,10\n",
  );
  assertEquals(
    await scratch.ok(["query", "SELECT v FROM '/sensors/*.csv@v1'"]),
    "v\n10\n",
  );
  const both = "SELECT (SELECT sum(v) FROM '/sensors/a.csv@v1') AS old, " +
    "(SELECT sum(v) FROM '/sensors/a.csv') AS now, " +
    "(SELECT count(*) FROM '/mail@@home.csv') AS mail";
  assertEquals(
    await scratch.ok(["query", both]),
    "old\tnow\tmail\n10\t41\t2\n",
  );
  assertEquals(await scratch.ok("cat /mail@@home.csv@v3"), "t,v\n1,20\n2,21\n");
  const unclear = await scratch.run("cat /mail@home.csv");
  assertEquals(unclear.code, 4);
  assertMatch(unclear.stderr, /hint: .*\/mail@@home\.csv\n$/);
  const gone = await scratch.run("cat /sensors/nope@v1");
  assertEquals(gone.code, 4);
  assertEquals((await scratch.run("cat /sensors/a.csv@v99")).code, 4);
});

Deno.test("pond log, show, diff and blame on a terminal are for people", async () => {
  await using scratch = await pondWithHistory("clustered");
  const terminal = { terminal: true };
  const log = await scratch.ok("log -n 1 --stat --color=never", terminal);
  assertMatch(
    log,
    /^v5 [0-9a-f]{8}\nAuthor: tester\nDate: {3}\S+ \S+ \(\d+ s ago\)\n\n {4}no text\n\n {2}added {7}\/binary\n$/,
  );
  const shown = await scratch.ok("show v4", terminal);
  assertStringIncludes(shown, "  moved       /notes < /sensors/t\n");
  assertMatch(
    await scratch.ok("blame /notes", terminal),
    /^v2 {2}tester {2}\S+ \S+ {2}1 {2}one\nv3 /,
  );
  const colored = await scratch.ok("diff v2 v3 --color=always", terminal);
  assertStringIncludes(colored, "\x1b[31m-two\x1b[0m\n\x1b[32m+2\x1b[0m\n");
});
