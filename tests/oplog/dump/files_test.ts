import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { PondError } from "../../../src/errors.ts";
import { memoryHost } from "../../../src/host/memory.ts";
import {
  dumpCheckpoint,
  dumpParquet,
  dumpRecords,
} from "../../../src/oplog/dump/mod.ts";
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
} from "../delta/fixture.ts";
import {
  damageIn,
  edit,
  flip,
  kindsOf,
  OPLOG,
  pathsIn,
  rowsOf,
  smallPond,
} from "./support.ts";

const ROOT = "0".repeat(32);

/** A pond, and the paths of its checkpoint and of its data files. */
async function pond() {
  const host = memoryHost();
  await smallPond(host);
  const [checkpoint = ""] = await pathsIn(
    host,
    `${OPLOG}/_delta_log`,
    ".checkpoint.parquet",
  );
  const files = await pathsIn(host, OPLOG, ".parquet");
  return { host, checkpoint, files };
}

Deno.test("dumpCheckpoint() shows one of ours, with its digest", async () => {
  const { host, checkpoint } = await pond();
  const rows = await rowsOf(dumpCheckpoint(host, checkpoint));
  assertEquals(damageIn(rows), []);
  assertEquals([rows[0]?.facts.sealed, rows[0]?.version], [true, 2]);
  assertEquals(rows.at(-1)?.facts, {
    protocol: 1,
    metaData: 1,
    txn: 1,
    add: 3,
  });
  const footer = rows.find(({ kind }) => kind === "footer");
  assertEquals(footer?.facts.rowGroups, 1);
});

Deno.test("dumpCheckpoint() shows the actions of one whose digest is wrong", async () => {
  const { host, checkpoint } = await pond();
  // A bit of its first page, which is there in any case.
  await flip(host, checkpoint, 40);
  const rows = await rowsOf(dumpCheckpoint(host, checkpoint));
  const [damage = ""] = damageIn(rows);
  assertStringIncludes(damage, "checkpoint: its digest is ");
  assert(kindsOf(rows).footer === 1);
});

Deno.test("dumpCheckpoint() shows the pages of a torn one", async () => {
  const { host, checkpoint } = await pond();
  await edit(host, checkpoint, (bytes) => bytes.subarray(0, 600).slice());
  const rows = await rowsOf(dumpCheckpoint(host, checkpoint));
  assert((kindsOf(rows).page ?? 0) > 2);
  const problems = damageIn(rows).join("\n");
  assertStringIncludes(problems, "footer: it is no valid Parquet file");
  assertStringIncludes(problems, "end of pages: ");
  await edit(host, checkpoint, () => "");
  const empty = await rowsOf(dumpCheckpoint(host, checkpoint));
  assertEquals(damageIn(empty), ["checkpoint: it is empty"]);
});

Deno.test("dumpCheckpoint() follows sidecars, and names those that are missing", async () => {
  const uuid = "3a0d65cd-4056-49b8-937b-95f9e3ee90e5";
  const name = `${"0".repeat(20)}.checkpoint.${uuid}.json`;
  const sidecar = (path: string) => ({ sidecar: { path, sizeInBytes: 1 } });
  const fixture = new Fixture();
  const host = fixture.host;
  await rowsOfPond(fixture);
  fixture.log(
    name,
    linesOf([
      { checkpointMetadata: { version: 3 } },
      protocol("v2Checkpoint"),
      metaData([field("id", "long")]),
      sidecar("there.parquet"),
      sidecar("gone.parquet"),
      sidecar("%zz"),
    ]),
  );
  const rows = await rowsOf(dumpCheckpoint(host, `${LOG}/${name}`));
  assertEquals(rows.at(-1)?.facts, {
    checkpointMetadata: 1,
    protocol: 1,
    metaData: 1,
    sidecar: 3,
    add: 3,
  });
  assertEquals(damageIn(rows).map((line) => line.split(":")[0]), [
    "checkpointMetadata",
    "sidecar",
    "sidecar",
  ]);
  assertStringIncludes(damageIn(rows)[1] ?? "", "it is missing");
});

/** A checkpoint of ours in the place of a sidecar. */
async function rowsOfPond(fixture: Fixture): Promise<void> {
  const { host, checkpoint } = await pond();
  fixture.log("_sidecars/there.parquet", await host.files.read(checkpoint));
}

Deno.test("dumpCheckpoint() names the parts that are missing", async () => {
  const { host, checkpoint } = await pond();
  const part = `${"0".repeat(19)}2.checkpoint.0000000001.0000000002.parquet`;
  const path = `${OPLOG}/_delta_log/${part}`;
  host.files.plant(path, await host.files.read(checkpoint));
  const rows = await rowsOf(dumpCheckpoint(host, path));
  assertEquals(damageIn(rows), ["checkpoint: this part of it is missing"]);
});

Deno.test("dumpParquet() shows what a file is made of, down to its pages", async () => {
  const fixture = await idTable([], [3, 1, 2]);
  const rows = await rowsOf(dumpParquet(fixture.host, `${TABLE}/a`));
  assertEquals(damageIn(rows).map((line) => line.split(":")[0]), ["checksum"]);
  const footer = rows.find(({ kind }) => kind === "footer");
  assertEquals([footer?.facts.rows, footer?.facts.createdBy], [3, "pond"]);
  const schema = rows.filter(({ kind }) => kind === "schema");
  assertEquals(schema.map(({ facts }) => facts.type), [undefined, "INT64"]);
  const column = rows.find(({ kind }) => kind === "column");
  assertEquals(column?.place, "row group 0, column id");
  assertEquals(column?.facts.codec, "SNAPPY");
  const statistics = column?.facts.statistics;
  assert(typeof statistics === "object" && statistics !== null);
  assert("min_value" in statistics && statistics.min_value === 1);
  const page = rows.filter(({ kind }) => kind === "page").at(-1);
  assertEquals([page?.facts.values, page?.facts.nulls], [3, 0]);
});

Deno.test("dumpParquet() holds a file of ours against the log", async () => {
  const { host, checkpoint, files: [file = ""] } = await pond();
  const whole = await rowsOf(dumpParquet(host, file));
  assertEquals(damageIn(whole), []);
  assertEquals(kindsOf(whole).checksum, 2);
  const sealed = await rowsOf(dumpParquet(host, checkpoint));
  assertEquals(kindsOf(sealed).checksum, 1);
  await flip(host, file, 100);
  const rows = await rowsOf(dumpParquet(host, file));
  assertStringIncludes(damageIn(rows)[0] ?? "", "its SHA-256 is another one");
  assert(kindsOf(rows).footer === 1);
});

Deno.test("dumpParquet() says so of a file that the table doesn't have", async () => {
  const { host } = await new Fixture()
    .commit(0, protocol(), metaData([]), add("other"))
    .parquet("a", longs("id", 1));
  const rows = await rowsOf(dumpParquet(host, `${TABLE}/a`));
  const note = rows.find(({ kind }) => kind === "checksum");
  assertEquals(note?.severity, "note");
});

Deno.test("dumpParquet() shows the pages of a file without a footer", async () => {
  const { host } = await new Fixture().parquet("a", longs("id", 1, 2, 3));
  const path = `${TABLE}/a`;
  const pages = kindsOf(await rowsOf(dumpParquet(host, path))).page;
  await edit(host, path, (bytes) => bytes.subarray(0, -9).slice());
  const rows = await rowsOf(dumpParquet(host, path));
  assertEquals(kindsOf(rows).page, pages);
  assertEquals(damageIn(rows).map((line) => line.split(":")[0]), [
    "footer",
    "end of pages",
  ]);
  const end = rows.at(-1);
  assertEquals(end?.facts.beginsRight, true);
});

Deno.test("dumpParquet() ends at every length, and tells the damage", async () => {
  const { host } = await new Fixture().parquet("a", longs("id", 1, 2, 3));
  const path = `${TABLE}/a`;
  const bytes = await host.files.read(path);
  for (let length = 0; length < bytes.length; length += 3) {
    await edit(host, path, () => bytes.slice(0, length));
    const rows = await rowsOf(dumpParquet(host, path));
    assert(damageIn(rows).length > 0, `cut off at ${length}`);
  }
});

Deno.test("dumpParquet() and dumpCheckpoint() end whatever bit is flipped", async () => {
  const { host, checkpoint, files: [file = ""] } = await pond();
  const cases = [[file, dumpParquet], [checkpoint, dumpCheckpoint]] as const;
  for (const [path, dump] of cases) {
    const { length } = await host.files.read(path);
    for (let offset = 0; offset < length; offset += 41) {
      await flip(host, path, offset);
      const rows = await rowsOf(dump(host, path));
      assert(damageIn(rows).length > 0, `${path} at ${offset}`);
      await flip(host, path, offset);
    }
  }
});

Deno.test("dumpParquet() and dumpCheckpoint() refuse what is no file", async () => {
  const { host } = await pond();
  for (const path of ["/nope", "/pond/nope", OPLOG, `${OPLOG}/_delta_log`]) {
    for (const dump of [dumpParquet, dumpCheckpoint]) {
      const error = await assertRejects(
        () => rowsOf(dump(host, path)),
        PondError,
      );
      assertEquals(error.code, "NOT_FOUND", path);
    }
  }
});

Deno.test("dumpRecords() shows rows of a partition, and the rows in them", async () => {
  const { host } = await pond();
  const rows = await rowsOf(dumpRecords(host, OPLOG, { partId: ROOT }));
  assertEquals(damageIn(rows), []);
  const records = rows.filter(({ kind }) => kind === "record");
  assertEquals(records.map(({ version }) => version), [0, 1, 2]);
  assertEquals(records.every(({ facts }) => facts.partId === ROOT), true);
  const names = rows.filter(({ kind }) => kind === "name");
  assert(names.some(({ facts }) => facts.name === "d"));
  const b = rows.find(({ facts }) => facts.path === "/b");
  assertEquals(b?.facts.content, { bytes: 12, text: "content of b" });
  const columns = records[0]?.facts.columns;
  assert(Array.isArray(columns) && columns.includes("node_id Utf8"));
  const nodeId = String(b?.facts.node_id);
  const one = await rowsOf(dumpRecords(host, OPLOG, {
    partId: "0000",
    nodeId,
  }));
  assertEquals(kindsOf(one), { record: 1, entry: 1 });
  const early = await rowsOf(dumpRecords(host, OPLOG, {
    partId: ROOT,
    version: 0,
  }));
  assertEquals(kindsOf(early), { record: 1, entry: 1 });
});

Deno.test("dumpRecords() shows what a damaged file still has", async () => {
  const { host, files } = await pond();
  for (const path of files) await flip(host, path, 30);
  const rows = await rowsOf(dumpRecords(host, OPLOG, { partId: ROOT }));
  const problems = damageIn(rows);
  assertEquals(
    problems.filter((line) => line.startsWith("file: its SHA-256 is ")).length,
    3,
  );
  const known = kindsOf(rows);
  assert((known.record ?? 0) > 0 || (known["row group"] ?? 0) > 0);
});

Deno.test("dumpRecords() shows bytes where a row group, or a file, can't be decoded", async () => {
  const { host, files: [first = "", second = "", third = ""] } = await pond();
  await edit(host, first, (bytes) => bytes.fill(0xff, 4, 60));
  await edit(host, second, (bytes) => bytes.subarray(0, 200).slice());
  await host.files.remove(third);
  const rows = await rowsOf(dumpRecords(host, OPLOG, { partId: ROOT }));
  const group = rows.find(({ kind }) => kind === "row group");
  assertEquals(group?.facts.offset, 4);
  assertStringIncludes(String(group?.facts.hex), "ffffff");
  assert(rows.some(({ kind }) => kind === "footer"));
  const missing = rows.find(({ problem }) => problem === "it is missing");
  assertEquals(missing?.path, third);
});

Deno.test("dumpRecords() ends whatever bit is flipped, and tells it", async () => {
  const { host, files: [file = ""] } = await pond();
  const { length } = await host.files.read(file);
  for (let offset = 0; offset < length; offset += 97) {
    await flip(host, file, offset);
    const rows = await rowsOf(dumpRecords(host, OPLOG, { partId: "0" }));
    assert(damageIn(rows).length > 0, String(offset));
    await flip(host, file, offset);
  }
});

Deno.test("dumpRecords() refuses other tables, and rows that aren't there", async () => {
  const { host } = await pond();
  const error = await assertRejects(
    () => rowsOf(dumpRecords(host, OPLOG, { partId: "abcdef0123" })),
    PondError,
  );
  assertEquals(error.code, "NOT_FOUND");
  const other = await idTable([], [1]);
  const refused = await assertRejects(
    () => rowsOf(dumpRecords(other.host, TABLE, { partId: "0" })),
    PondError,
  );
  assertEquals(refused.code, "INVALID_ARGUMENT");
});
