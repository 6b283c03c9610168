import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { EXPECTED, GOLDEN, goldenTest } from "../support/golden.ts";
import { fingerprint } from "../support/fingerprint.ts";
import {
  add,
  field,
  linesOf,
  metaData,
  protocol,
} from "../oplog/delta/fixture.ts";
import { type Scratch, scratchDirectory, scratchPond } from "./scratch.ts";

const ROOT = "0".repeat(32);

interface Row {
  readonly kind: string;
  readonly path: string;
  readonly version: number | null;
  readonly severity: string | null;
  readonly problem: string | null;
  readonly facts: { readonly [name: string]: unknown };
}

const MEMBERS = [
  "kind",
  "path",
  "version",
  "place",
  "severity",
  "problem",
  "facts",
];

/** The rows of a dump as JSON, each of one shape. */
async function rowsOf(
  scratch: Scratch,
  words: readonly string[],
  code = 0,
): Promise<readonly Row[]> {
  const ran = await scratch.run(["debug", ...words, "--json"]);
  assertEquals([ran.code, ran.stderr], [code, ""], words.join(" "));
  const rows: readonly Row[] = JSON.parse(ran.stdout);
  for (const row of rows) assertEquals(Object.keys(row), MEMBERS);
  return rows;
}

async function filesIn(directory: string, end: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) paths.push(...await filesIn(path, end));
    else if (name.endsWith(end)) paths.push(path);
  }
  return paths.sort();
}

goldenTest("pond debug takes every golden table apart", async () => {
  await using scratch = await scratchDirectory();
  for (const [name, { version, rows: numRows }] of Object.entries(EXPECTED)) {
    const table = `${GOLDEN}/${name}/delta`;
    const log = await rowsOf(scratch, ["log", table]);
    assert(log.some(({ kind }) => kind === "commit" || kind === "checkpoint"));
    const snapshot = await rowsOf(scratch, ["snapshot", table]);
    assertEquals(snapshot[0]?.version, version, name);
    let found = 0;
    for (const { path } of snapshot.filter(({ kind }) => kind === "file")) {
      const rows = await rowsOf(scratch, ["parquet", path]);
      const footer = rows.find(({ kind }) => kind === "footer");
      found += Number(footer?.facts.rows);
    }
    // None of these tables has deletion vectors.
    assertEquals(found, numRows, name);
    for (const path of await filesIn(table, ".checkpoint.parquet")) {
      const rows = await rowsOf(scratch, ["checkpoint", path]);
      assertEquals(rows.at(-1)?.facts.protocol, 1, path);
    }
  }
});

goldenTest(
  "pond debug reads on in golden tables that are damaged",
  async () => {
    await using scratch = await scratchDirectory();
    for (const name of Object.keys(EXPECTED)) {
      const table = `${scratch.home}/${name}`;
      await copy(`${GOLDEN}/${name}/delta`, table);
      const [commit] = await filesIn(`${table}/_delta_log`, ".json");
      if (commit !== undefined) {
        const { size } = await Deno.stat(commit);
        await Deno.truncate(commit, size - 20);
        const log = await rowsOf(scratch, ["log", table], 6);
        const torn = log.find(({ kind }) => kind === "line");
        assertMatch(torn?.problem ?? "", /^it is torn, or no action: /);
      }
      const [checkpoint] = await filesIn(table, ".checkpoint.parquet");
      if (checkpoint !== undefined) {
        await Deno.truncate(checkpoint, 2000);
        await rowsOf(scratch, ["checkpoint", checkpoint], 6);
      }
      const data = (await filesIn(table, ".parquet"))
        .filter((path) => !path.includes("_delta_log"));
      const [first = "", second] = data;
      await Deno.truncate(first, 200);
      const rows = await rowsOf(scratch, ["parquet", first], 6);
      assert(rows.some(({ kind }) => kind === "end of pages"));
      if (second !== undefined) await Deno.remove(second);
      const ran = await scratch.run(["debug", "snapshot", table]);
      assertEquals(ran.code, 6, name);
      assertStringIncludes(ran.stdout, "damage");
    }
  },
);

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

for (const layout of ["clustered", "hive"]) {
  Deno.test(`pond debug takes a pond apart (${layout}), and writes nothing`, async () => {
    await using scratch = await scratchPond(layout);
    await scratch.ok("maintain checkpoint");
    const { pond } = scratch;
    const before = await fingerprint(pond);
    const log = await scratch.ok(["debug", "log", pond]);
    assertStringIncludes(
      log,
      `${pond}/oplog/_delta_log/${"0".repeat(20)}.json\n`,
    );
    assertStringIncludes(log, "\n  line 2: protocol v0 minReaderVersion=1");
    assertStringIncludes(log, " isTrue=true\n");
    const range = await scratch.ok(["debug", "log", pond, "--version", "1"]);
    assertEquals(range.includes("commit v0"), false);
    assertStringIncludes(range, "commit v1 size=");
    const snapshot = await rowsOf(scratch, ["snapshot", pond]);
    assertEquals(snapshot[0]?.version, 1);
    const [file = ""] = await filesIn(`${pond}/oplog`, ".parquet");
    await scratch.ok(["debug", "parquet", file]);
    const [checkpoint = ""] = await filesIn(pond, ".checkpoint.parquet");
    const sealed = await scratch.ok(["debug", "checkpoint", checkpoint]);
    assertStringIncludes(sealed, "sealed=true");
    const record = await scratch.ok(["debug", "record", pond, ROOT]);
    assertStringIncludes(record, " name v1 name=sensors child_node_id=");
    assertEquals(await fingerprint(pond), before);
  });
}

Deno.test("pond debug writes dumps in every format, and to files", async () => {
  await using scratch = await scratchPond();
  const { pond, home } = scratch;
  const csv = await scratch.ok(["debug", "log", pond, "--format", "csv"]);
  assertEquals(csv.split("\n")[0], MEMBERS.join(","));
  const lines = await scratch.ok([
    ...["debug", "snapshot", pond, "--format", "ndjson"],
  ]);
  assertEquals(JSON.parse(lines.split("\n")[0] ?? "").kind, "snapshot");
  await scratch.ok(["debug", "log", pond, "-o", "log.jsonl"]);
  const written = await Deno.readTextFile(`${home}/log.jsonl`);
  assertEquals(written.split("\n").length, csv.split("\n").length - 1);
});

Deno.test("pond debug ends with 6 for a pond that can't be opened, and shows it", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  const log = `${pond}/oplog/_delta_log`;
  await Deno.truncate(`${log}/${"0".repeat(19)}1.json`, 700);
  assertEquals((await scratch.run("ls")).code, 6);
  const shown = await rowsOf(scratch, ["log", pond], 6);
  assertEquals(shown.filter(({ kind }) => kind === "commit").length, 2);
  const finding = shown.find(({ kind }) => kind === "finding");
  assertStringIncludes(String(finding?.facts.lost), "version 1");
  const before = await rowsOf(scratch, ["snapshot", pond, "--version", "0"]);
  assertEquals(before[0]?.version, 0);
  await rowsOf(scratch, ["record", pond, ROOT], 6);
});

Deno.test("pond debug never writes control characters of names to a terminal", async () => {
  await using scratch = await scratchDirectory();
  const table = `${scratch.home}/t`;
  await Deno.mkdir(`${table}/_delta_log`, { recursive: true });
  const name = "a\x1b[2Jb\u202e";
  const schema = [field(name, "string")];
  const actions = [
    protocol(),
    metaData(schema, { partitionColumns: [name] }),
    add("x%1B[2J", { partitionValues: { [name]: name } }),
  ];
  const text = linesOf(actions) + `{"a": "${name}\x07`;
  await Deno.writeTextFile(`${table}/_delta_log/${"0".repeat(20)}.json`, text);
  await Deno.writeTextFile(`${table}/_delta_log/\x1b[31m`, "");
  for (const what of ["log", "snapshot"]) {
    for (const format of [[], ["--json"], ["--format", "table"]]) {
      const words = ["debug", what, table, ...format];
      const { code, stdout } = await scratch.run(words, { terminal: true });
      assertEquals(code, 6);
      // deno-lint-ignore no-control-regex
      const raw = /[\x07\u202e]|\x1b(?!\[[\d;]*m)/.exec(stdout);
      assertEquals(raw, null, words.join(" "));
      assertEquals(stdout.includes("\x1b[31m"), false);
    }
  }
});

Deno.test("pond debug says what it can't show", async () => {
  await using scratch = await scratchPond();
  const cases: readonly (readonly [string, number, string])[] = [
    ["debug log", 2, "needs TARGET"],
    ["debug log /nope", 4, "/nope"],
    ["debug snapshot /nope", 4, "/nope"],
    ["debug parquet /nope", 4, "/nope"],
    ["debug checkpoint /nope", 4, "/nope"],
    ["debug log ../pond --from 5", 4, "newest is 1"],
    ["debug snapshot ../pond --version 5", 4, "newest is 1"],
    ["debug log ../pond --version 1 --from 0", 2, "--from"],
    ["debug log ../pond --from 1 --to 0", 2, "there are none"],
    ["debug rows ../pond/oplog --from 1", 2, "--from"],
    ["debug snapshot ../pond --to 1", 2, "--to"],
    ["debug parquet x --version 1", 2, "--version"],
    ["debug log ../pond --timestamp 2020-01-01", 2, "--timestamp"],
    ["debug snapshot ../pond extra", 2, "extra"],
    ["debug record ../pond", 2, "PART_ID"],
    ["debug record ../pond ../x", 2, "as the id"],
    ["debug record ../pond abcdef01234", 4, "abcdef01234"],
    ["debug log ../pond -o x.what", 2, "extension"],
  ];
  for (const [line, code, part] of cases) {
    const ran = await scratch.run(line);
    assertEquals([ran.code, ran.stdout], [code, ""], line);
    assertStringIncludes(ran.stderr, part);
  }
});
