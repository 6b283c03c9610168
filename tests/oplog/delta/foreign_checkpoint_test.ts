/** Checkpoints of other engines. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { IntegrityError, PondError } from "../../../src/errors.ts";
import { type AddFile, parseStats } from "../../../src/oplog/mod.ts";
import type { ParquetSchemaElement } from "../../../src/oplog/parquet.ts";
import {
  add,
  field,
  Fixture,
  type FixtureColumn,
  leaf,
  linesOf,
  longs,
  metaData,
  protocol,
} from "./fixture.ts";

const UUID = "80a083e8-7026-4e79-81be-64bd76c43a11";
const FEATURES = ["v2Checkpoint"];
const SCHEMA = [field("id", "long")];
const LAST = { checkpointMetadata: { version: 2 } };

const OPTIONAL = { repetition_type: "OPTIONAL" } as const;
const TEXT = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;

function named(name: string, version = 2): string {
  return `${String(version).padStart(20, "0")}.${name}`;
}

/** A table of three files, whose commits are there up to a version. */
async function threeFiles(commits: readonly number[]): Promise<Fixture> {
  const fixture = new Fixture();
  for (const i of [0, 1, 2]) await fixture.parquet(`${i}`, longs("id", i));
  if (commits.includes(0)) {
    fixture.commit(0, protocol(...FEATURES), metaData(SCHEMA), add("0"));
  }
  for (const version of [1, 2]) {
    if (commits.includes(version)) fixture.commit(version, add(`${version}`));
  }
  return fixture;
}

async function idsOf(fixture: Fixture): Promise<unknown[]> {
  return (await fixture.rows()).map(({ id }) => id).sort();
}

function group(
  name: string,
  ...members: readonly (readonly ParquetSchemaElement[])[]
): ParquetSchemaElement[] {
  return [
    { name, ...OPTIONAL, num_children: members.length },
    ...members.flat(),
  ];
}

const TEXTS: readonly ParquetSchemaElement[] = [
  {
    name: "partitionValues",
    ...OPTIONAL,
    num_children: 1,
    converted_type: "MAP",
  },
  { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
  { name: "key", ...TEXT, repetition_type: "REQUIRED" },
  { name: "value", ...TEXT, ...OPTIONAL },
];

function text(name: string): ParquetSchemaElement[] {
  return [{ name, ...TEXT, ...OPTIONAL }];
}

function long(name: string): ParquetSchemaElement[] {
  return [{ name, type: "INT64", ...OPTIONAL }];
}

/** The column `add` of a checkpoint, with statistics as a struct. */
function addColumn(
  adds: readonly (Readonly<Record<string, unknown>> | null)[],
): FixtureColumn {
  const data = adds.map((add) =>
    add && {
      partitionValues: {},
      size: 1n,
      modificationTime: 1n,
      dataChange: false,
      ...add,
    }
  );
  const bounds = [long("id"), [
    {
      name: "at",
      type: "INT64",
      ...OPTIONAL,
      logical_type: {
        type: "TIMESTAMP",
        isAdjustedToUTC: true,
        unit: "MICROS",
      },
    } as const,
  ]];
  return {
    elements: group(
      "add",
      text("path"),
      TEXTS,
      long("size"),
      long("modificationTime"),
      [{ name: "dataChange", type: "BOOLEAN", ...OPTIONAL }],
      text("stats"),
      group(
        "stats_parsed",
        long("numRecords"),
        group("minValues", ...bounds),
        group("maxValues", ...bounds),
        group("nullCount", long("id")),
      ),
    ),
    data,
  };
}

/** The columns `protocol` and `metaData`, in their first two rows. */
function tableColumns(rows: number): FixtureColumn[] {
  const nulls = new Array(rows - 2).fill(null);
  const schemaString = JSON.stringify({ type: "struct", fields: SCHEMA });
  return [
    {
      elements: group(
        "protocol",
        [{ name: "minReaderVersion", type: "INT32", ...OPTIONAL }],
        [{ name: "minWriterVersion", type: "INT32", ...OPTIONAL }],
      ),
      data: [{ minReaderVersion: 1, minWriterVersion: 2 }, null, ...nulls],
    },
    {
      elements: group("metaData", text("id"), text("schemaString")),
      data: [null, { id: "x", schemaString }, ...nulls],
    },
  ];
}

Deno.test("a v2 checkpoint in JSON holds the state by itself", async () => {
  const fixture = await threeFiles([2]);
  const actions = [
    LAST,
    protocol(...FEATURES),
    metaData(SCHEMA),
    add("0"),
    add("1"),
    add("2"),
  ];
  fixture.log(named(`checkpoint.${UUID}.json`), linesOf(actions));
  assertEquals(await idsOf(fixture), ["0n", "1n", "2n"]);
  // Commits go on after it, and it is not what an earlier version is read from.
  fixture.commit(3, { remove: { path: "1", dataChange: true } });
  assertEquals(await idsOf(fixture), ["0n", "2n"]);
  const error = await assertRejects(() => fixture.open(1), PondError);
  assertEquals(error.code, "REVISION_NOT_FOUND");
  assert(error.message.includes("begins with version 2"));
});

Deno.test("a v2 checkpoint has its files in sidecars, which lie in one place", async () => {
  const fixture = await threeFiles([]);
  const sidecar = (path: string) => ({ sidecar: { path, sizeInBytes: 1 } });
  const actions = [
    LAST,
    protocol(...FEATURES),
    metaData(SCHEMA),
    sidecar("a%20b.parquet"),
    sidecar("file:/elsewhere/_delta_log/_sidecars/c.parquet"),
  ];
  fixture.log(named(`checkpoint.${UUID}.json`), linesOf(actions));
  await fixture.parquet(
    "_delta_log/_sidecars/a b.parquet",
    addColumn([{ path: "0" }, { path: "1" }]),
  );
  const missing = await assertRejects(() => fixture.open(), IntegrityError);
  assertEquals(missing.path, "/t/_delta_log/_sidecars/c.parquet");
  await fixture.parquet(
    "_delta_log/_sidecars/c.parquet",
    addColumn([{ path: "2" }]),
  );
  assertEquals(await idsOf(fixture), ["0n", "1n", "2n"]);
});

Deno.test("a v2 checkpoint in Parquet, and a classic one with sidecars, are read", async () => {
  for (const name of [`checkpoint.${UUID}.parquet`, "checkpoint.parquet"]) {
    const fixture = await threeFiles([]);
    const columns = [
      ...tableColumns(4),
      {
        elements: group("sidecar", text("path")),
        data: [null, null, { path: "s.parquet" }, null],
      },
      {
        elements: group("checkpointMetadata", long("version")),
        data: [null, null, null, { version: 2n }],
      },
    ];
    await fixture.parquet(`_delta_log/${named(name)}`, ...columns);
    await fixture.parquet(
      "_delta_log/_sidecars/s.parquet",
      addColumn([{ path: "0" }, { path: "2" }]),
    );
    assertEquals(await idsOf(fixture), ["0n", "2n"]);
  }
});

Deno.test("a checkpoint that says another version than its name is not believed", async () => {
  const fixture = await threeFiles([0, 1, 2]);
  const actions = [{ checkpointMetadata: { version: 1 } }, add("0")];
  fixture.log(named(`checkpoint.${UUID}.json`), linesOf(actions));
  await assertRejects(() => fixture.open(), IntegrityError, "of version 1");
});

Deno.test("statistics as a struct read as JSON, with all digits", async () => {
  const fixture = await threeFiles([]);
  const big = 9007199254740993n;
  const parsed = {
    numRecords: 1n,
    minValues: { id: -big, at: new Date(0) },
    maxValues: { id: big, at: null },
    nullCount: { id: 0n },
  };
  await fixture.parquet(
    `_delta_log/${named("checkpoint.parquet")}`,
    ...tableColumns(4),
    addColumn([
      null,
      null,
      { path: "0", stats_parsed: parsed },
      { path: "1", stats: `{"numRecords":5}`, stats_parsed: parsed },
    ]),
  );
  const [first, second] = [...(await fixture.open()).snapshot.adds];
  assertEquals(parseStats(first?.stats), {
    numRecords: 1,
    minValues: { id: -big, at: "1970-01-01T00:00:00.000Z" },
    maxValues: { id: big },
    nullCount: { id: 0 },
  });
  assertEquals(second?.stats, `{"numRecords":5}`);
});

Deno.test("a checkpoint of parts counts when all of them are there", async () => {
  const fixture = await threeFiles([0, 1, 2]);
  const part = (i: number) =>
    `_delta_log/${named(`checkpoint.000000000${i}.0000000002.parquet`)}`;
  await fixture.parquet(
    part(1),
    ...tableColumns(3),
    addColumn([null, null, { path: "0" }]),
  );
  assertEquals(await idsOf(fixture), ["0n", "1n", "2n"]);
  // The parts lack file 1: this is what is read, once they are whole.
  await fixture.parquet(part(2), addColumn([{ path: "2" }]));
  assertEquals(await idsOf(fixture), ["0n", "2n"]);
  fixture.file(part(2), "");
  assertEquals(await idsOf(fixture), ["0n", "1n", "2n"]);
});

Deno.test("a checkpoint that is empty is none; one that is damaged is an error", async () => {
  const fixture = await threeFiles([0, 1, 2]);
  fixture.log(named("checkpoint.parquet"), "");
  fixture.log(named("checkpoint.parquet", 1), "");
  assertEquals(await idsOf(fixture), ["0n", "1n", "2n"]);
  fixture.log(named("checkpoint.parquet"), "PAR1 not really PAR1");
  const error = await assertRejects(() => fixture.open(), IntegrityError);
  assertEquals(error.path, `/t/_delta_log/${named("checkpoint.parquet")}`);
});

Deno.test("without protocol or metaData there is no table, and the error names which", async () => {
  const cases = [
    [[metaData(SCHEMA), add("0")], "protocol"],
    [[protocol(), add("0")], "metaData"],
  ] as const;
  for (const [actions, missing] of cases) {
    const fixture = new Fixture().commit(0, ...actions);
    await assertRejects(() => fixture.rows(), IntegrityError, missing);
    const checkpoint = new Fixture()
      .log(named(`checkpoint.${UUID}.json`), linesOf([LAST, ...actions]));
    await assertRejects(() => checkpoint.rows(), IntegrityError, missing);
  }
});

Deno.test("a leaf in the place of a group is an error that names the column", async () => {
  const fixture = await threeFiles([]);
  await fixture.parquet(
    `_delta_log/${named("checkpoint.parquet")}`,
    leaf("add", { type: "INT64" }, [1n]),
  );
  await assertRejects(() => fixture.open(), IntegrityError, "column add");
});

Deno.test("with a hint, what is older than its checkpoint isn't looked at; a wrong one changes nothing", async () => {
  const fixture = await threeFiles([0, 1, 2]);
  fixture.commit(3, add("3"));
  await fixture.parquet("3", longs("id", 3));
  await fixture.parquet(
    `_delta_log/${named("checkpoint.parquet")}`,
    ...tableColumns(5),
    addColumn([null, null, { path: "0" }, { path: "1" }, { path: "2" }]),
  );
  const all = ["0n", "1n", "2n", "3n"];
  const lookedAt = async () => {
    const start = fixture.host.files.operations.length;
    assertEquals(await idsOf(fixture), all);
    return fixture.host.files.operations.slice(start)
      .filter(({ path }) => /\/0{19}[01]\.json$/.test(path)).length;
  };
  assert(await lookedAt() > 0);
  fixture.log("_last_checkpoint", `{"version":2,"size":5}`);
  assertEquals(await lookedAt(), 0);
  const wrong = [
    `{"version":0,"size":1}`,
    `{"version":3,"size":1}`,
    `{"version":9,"size":1}`,
    `{"version":2,"size":1,"parts":1e15}`,
    `{"version":2,"size":1,"parts":3}`,
    `{"version":2,"size":1,"parts":"1"}`,
    `{"version":-1}`,
  ];
  for (const hint of wrong) {
    fixture.log("_last_checkpoint", hint);
    assertEquals(await idsOf(fixture), all, hint);
  }
  // The commits must do, which the hint passes over.
  fixture.log("_last_checkpoint", `{"version":2,"size":5}`);
  fixture.log(named("checkpoint.parquet"), "");
  assertEquals(await idsOf(fixture), all);
  fixture.host.files.uproot(`/t/_delta_log/${named("checkpoint.parquet")}`);
  assertEquals(await idsOf(fixture), all);
});

Deno.test("a commit that a checkpoint of another engine stands for is read when its digest is needed", async () => {
  const fixture = await threeFiles([0, 1, 2]);
  await fixture.parquet(
    `_delta_log/${named("checkpoint.parquet")}`,
    ...tableColumns(5),
    addColumn([null, null, { path: "0" }, { path: "1" }, { path: "2" }]),
  );
  const table = await fixture.open();
  assertEquals(table.digest, "");
  const { status } = await table.commit({
    adds: [add("3").add as unknown as AddFile],
    commitInfo: {},
    timestampMs: 5,
  });
  assertEquals(status, "committed");
  // It follows the commit before it, which is checked from then on.
  assertEquals((await fixture.open()).snapshot.fileCount, 4);
  const other = await fixture.open(2);
  fixture.commit(2, add("other"));
  await assertRejects(() => other.refresh(), IntegrityError, "it follows");
});
