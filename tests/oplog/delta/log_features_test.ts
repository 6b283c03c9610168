/** Logs of other engines: what is beside the commits, and in them. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { IntegrityError, PondError } from "../../../src/errors.ts";
import { DeltaTable } from "../../../src/oplog/mod.ts";
import {
  add,
  field,
  Fixture,
  idTable,
  linesOf,
  LOG,
  longs,
  metaData,
  protocol,
  TABLE,
} from "./fixture.ts";

const SCHEMA = [field("id", "long")];

function pathsOf({ snapshot }: DeltaTable): string[] {
  return [...snapshot.adds].map(({ path }) => path).sort();
}

function compacted(first: number, last: number): string {
  const [a, b] = [first, last].map((v) => String(v).padStart(20, "0"));
  return `${a}.${b}.compacted.json`;
}

/** Files 0 to 5, each from its commit; the third one removes the first. */
function sixCommits(): Fixture {
  const fixture = new Fixture()
    .commit(0, protocol(), metaData(SCHEMA), add("0"));
  for (const i of [1, 2, 3, 4, 5]) fixture.commit(i, add(`${i}`));
  return fixture.commit(3, { remove: { path: "0" } }, add("3"));
}

Deno.test("a log compaction file stands for its commits", async () => {
  const fixture = sixCommits();
  // It differs from the commits, so that it shows which was read.
  const actions = [{ remove: { path: "0" } }, add("one"), add("two")];
  fixture.log(compacted(1, 3), linesOf(actions));
  fixture.log(compacted(2, 3), linesOf([add("shorter")]));
  fixture.log(compacted(5, 9), linesOf([add("beyond the end")]));
  assertEquals(pathsOf(await fixture.open()), ["4", "5", "one", "two"]);
  // It doesn't stand for a part of its commits.
  assertEquals(pathsOf(await fixture.open(2)), ["0", "1", "2"]);
});

Deno.test("a log compaction file that is damaged, or not added up, is passed over", async () => {
  const contents = [
    "",
    "{",
    "[]\n",
    linesOf([add("x"), { remove: { path: "x" } }]),
    linesOf([metaData(SCHEMA), metaData(SCHEMA)]),
  ];
  for (const content of contents) {
    const fixture = sixCommits().log(compacted(1, 3), content);
    assertEquals(pathsOf(await fixture.open()), ["1", "2", "3", "4", "5"]);
  }
});

Deno.test("commits that a log compaction file stands for must be there", async () => {
  const fixture = sixCommits().log(compacted(1, 3), linesOf([add("x")]));
  fixture.host.files.uproot(`${LOG}/${"2".padStart(20, "0")}.json`);
  const error = await assertRejects(() => fixture.open(), IntegrityError);
  assertEquals(error.path, `${LOG}/${"2".padStart(20, "0")}.json`);
});

Deno.test("_last_checkpoint changes nothing, missing, stale, torn or from the future", async () => {
  for (
    const hint of [
      "",
      "{",
      `{"version":1`,
      `{"version":99,"size":1}`,
      "[]",
      "\0",
    ]
  ) {
    const fixture = sixCommits().log("_last_checkpoint", hint);
    assertEquals(pathsOf(await fixture.open()).length, 5, hint);
  }
});

Deno.test("openAt() goes by the times in commits from the version on that has them", async () => {
  const fixture = new Fixture();
  const said = (inCommitTimestamp: number) => ({
    commitInfo: { inCommitTimestamp },
  });
  const configuration = {
    "delta.enableInCommitTimestamps": "true",
    "delta.inCommitTimestampEnablementVersion": "2",
    "delta.inCommitTimestampEnablementTimestamp": "5000",
  };
  const table = metaData(SCHEMA, { configuration });
  fixture.commit(0, protocol(), metaData(SCHEMA), add("0"));
  fixture.commit(1, add("1"));
  fixture.commit(2, said(5000), table, add("2"));
  fixture.commit(3, said(6000), add("3"));
  fixture.commit(4, said(9000), add("4"));
  const at = async (ms: number) =>
    (await DeltaTable.openAt(fixture.host, TABLE, ms)).snapshot.version;
  const times = [5000, 5999, 6000, 8999, 9000, 1e15];
  const versions: number[] = [];
  for (const time of times) versions.push(await at(time));
  assertEquals(versions, [2, 2, 3, 3, 4, 4]);
  // Before, files have times; on this disk they are of the present.
  const early = await assertRejects(() => at(4999), PondError);
  assertEquals(early.code, "REVISION_NOT_FOUND");
  fixture.commit(3, add("3"));
  await assertRejects(() => at(6000), IntegrityError, "inCommitTimestamp");
});

Deno.test("checksum() tells a right checksum from a wrong one, and rows don't depend on it", async () => {
  const fixture = await idTable([], [1, 2]);
  const table = metaData(SCHEMA) as { metaData: unknown };
  const right = {
    tableSizeBytes: 1,
    numFiles: 1,
    numMetadata: 1,
    numProtocol: 1,
    metadata: table.metaData,
    protocol: { minWriterVersion: 2, minReaderVersion: 1 },
    allFiles: [add("a").add],
  };
  const name = `${"".padStart(20, "0")}.crc`;
  assertEquals(await (await fixture.open()).checksum(), "missing");
  const verdicts = [
    ["right", JSON.stringify(right)],
    ["wrong", JSON.stringify({ ...right, numFiles: 2 })],
    ["wrong", JSON.stringify({ ...right, tableSizeBytes: 2 })],
    ["wrong", JSON.stringify({ ...right, protocol: {} })],
    ["wrong", JSON.stringify({ ...right, allFiles: [add("b").add] })],
    ["wrong", "{"],
    ["wrong", "\xff"],
  ] as const;
  for (const [verdict, content] of verdicts) {
    fixture.log(name, content);
    assertEquals(await (await fixture.open()).checksum(), verdict, content);
    assertEquals(await fixture.rows(), [{ id: "1n" }, { id: "2n" }]);
  }
});

Deno.test("a file may be anywhere on this machine, but in no other store", async () => {
  const fixture = await new Fixture().parquet("/clone/a b", longs("id", 1));
  const first = [protocol(), metaData(SCHEMA)];
  for (
    const path of ["/clone/a%20b", "file:/clone/a%20b", "file:///clone/a%20b"]
  ) {
    fixture.commit(0, ...first, add(path));
    assertEquals(await fixture.rows(), [{ id: "1n" }], path);
  }
  fixture.commit(0, ...first, add("s3://bucket/a"));
  const error = await assertRejects(() => fixture.rows(), PondError);
  assertEquals(error.code, "UNSUPPORTED");
  assert(error.message.includes("s3://bucket/a"));
});

Deno.test("two spellings of a path are one file", async () => {
  const spellings = [
    ["a%20b", "a b"],
    ["/x/y", "file:/x/y"],
    ["file:///x/y", "file:/x/y"],
  ] as const;
  for (const [first, second] of spellings) {
    const fixture = new Fixture()
      .commit(0, protocol(), metaData(SCHEMA), add(first))
      .commit(1, { remove: { path: second } });
    assertEquals(pathsOf(await fixture.open()), [], first);
  }
});

Deno.test("features that aren't known are refused by their names, known ones are not", async () => {
  const known = [
    "columnMapping",
    "deletionVectors",
    "timestampNtz",
    "typeWidening",
    "v2Checkpoint",
    "vacuumProtocolCheck",
  ];
  const fixture = await idTable(known, [1]);
  assertEquals(await fixture.rows(), [{ id: "1n" }]);
  const refused: readonly (readonly [unknown, string])[] = [
    [protocol("variantType", "deletionVectors"), "variantType"],
    [protocol("catalogManaged"), "catalogManaged"],
    [
      { protocol: { minReaderVersion: 4, minWriterVersion: 7 } },
      "reader version 4",
    ],
    [
      { protocol: { minReaderVersion: 2.5, minWriterVersion: 7 } },
      "reader version 2.5",
    ],
  ];
  for (const [action, name] of refused) {
    fixture.commit(1, action);
    const error = await assertRejects(() => fixture.open(), PondError);
    assertEquals(error.code, "UNSUPPORTED");
    assert(error.message.includes(name), error.message);
    assert(!error.message.includes("deletionVectors"), error.message);
    // The protocol is that of the version that is read.
    assertEquals(await fixture.rows({ version: 0 }), [{ id: "1n" }]);
  }
});

Deno.test("a table that needs a feature to be read is not written to", async () => {
  for (const feature of ["deletionVectors", "typeWidening"]) {
    const table = await (await idTable([feature], [1])).open();
    const commit = { commitInfo: {}, timestampMs: 1, adds: [] };
    const error = await assertRejects(() => table.commit(commit), PondError);
    assert(error.message.includes(feature), error.message);
  }
});
