/** Checkpoints, decoded column by column. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type Bytes, equalBytes } from "../../../src/bytes.ts";
import { hasCode, IntegrityError } from "../../../src/errors.ts";
import type {
  Action,
  AddFile,
  RemoveFile,
} from "../../../src/oplog/delta/actions.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
} from "../../../src/oplog/delta/checkpoint.ts";
import { CheckpointFile } from "../../../src/oplog/delta/checkpoint_file.ts";
import { TableState } from "../../../src/oplog/delta/table_state.ts";
import type { ParquetSchemaElement } from "../../../src/oplog/parquet.ts";
import { actionsRowByRow } from "../../support/checkpoint_rows.ts";
import { GOLDEN, goldenTest } from "../../support/golden.ts";
import { type FixtureColumn, leaf, parquetOf } from "./fixture.ts";

const SOURCE = "/t/_delta_log/c";

/** What is in every table. */
const TABLE: readonly Action[] = [
  { kind: "protocol", protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
  {
    kind: "metaData",
    metaData: {
      id: "table",
      format: { provider: "parquet", options: {} },
      schemaString: `{"type":"struct","fields":[]}`,
      partitionColumns: ["a", "ä"],
      configuration: { "delta.x": "ü" },
    },
  },
];

const text = fc.string({ unit: "binary", maxLength: 40 });
const name = fc.oneof(text, fc.constantFrom("a", "__proto__", "constructor"));
const size = fc.oneof(
  fc.nat(),
  fc.constantFrom(0, Number.MAX_SAFE_INTEGER, 2 ** 53, 2 ** 62),
);

const addFile: fc.Arbitrary<AddFile> = fc.record({
  path: fc.string({ unit: "binary", minLength: 1 })
    .map((path) => encodeURIComponent(path)),
  partitionValues: fc.dictionary(
    name,
    fc.option(text),
    { maxKeys: 3, noNullPrototype: true },
  ),
  size,
  modificationTime: size,
  dataChange: fc.constant(false),
  stats: text,
  tags: fc.dictionary(name, text, { maxKeys: 3, noNullPrototype: true }),
}, {
  requiredKeys: [
    "path",
    "partitionValues",
    "size",
    "modificationTime",
    "dataChange",
  ],
});

const removeFile: fc.Arbitrary<RemoveFile> = fc.record({
  path: text.map((path) => `r${encodeURIComponent(path)}`),
  dataChange: fc.boolean(),
  deletionTimestamp: size,
  size,
}, { requiredKeys: ["path", "dataChange"] });

const files = fc.record({
  adds: fc.uniqueArray(addFile, { selector: ({ path }) => path }),
  removes: fc.uniqueArray(removeFile, { selector: ({ path }) => path }),
});

/** Texts of single surrogates have no UTF-8. */
function isWellFormed(...values: readonly unknown[]): boolean {
  return JSON.stringify(
    values,
    (_, value) =>
      typeof value === "string" && !value.isWellFormed() ? "\ud800" : value,
  )
    .isWellFormed();
}

function stateOf(actions: readonly Action[]): TableState {
  const state = new TableState(SOURCE);
  state.apply(7, actions);
  return state;
}

async function readAll(bytes: Bytes): Promise<Action[]> {
  const file = await CheckpointFile.open(bytes, SOURCE);
  const actions: Action[] = [];
  for await (const batch of file.rows()) actions.push(...batch.actions);
  return actions;
}

/** An object whose members have no order. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

Deno.test("a checkpoint of any files is decoded to what was encoded, and as row by row", async () => {
  await fc.assert(fc.asyncProperty(files, async ({ adds, removes }) => {
    fc.pre(isWellFormed(adds, removes));
    const state = stateOf([
      ...TABLE,
      ...adds.map((add): Action => ({ kind: "add", add })),
      ...removes.map((remove): Action => ({ kind: "remove", remove })),
    ]);
    const { bytes } = await encodeCheckpoint(state, "d");
    const content = await decodeCheckpoint(bytes, SOURCE);
    assert(content !== undefined);
    const again = stateOf(content.actions);
    if (content.removes) again.defer(content.removes);
    assertEquals([...again.adds], [...state.adds]);
    assertEquals([...await again.tombstones()], [...await state.tombstones()]);
    assertEquals(again.metaData, state.metaData);
    assertEquals(again.protocol, state.protocol);
    assertEquals(
      plain(await readAll(bytes)),
      plain(await actionsRowByRow(bytes, SOURCE)),
    );
  }));
});

Deno.test("a checkpoint of more rows than are taken at a time is whole, and in order", async () => {
  const adds = Array.from({ length: 40_000 }, (_, i): Action => ({
    kind: "add",
    add: {
      path: `part-${i}`,
      partitionValues: i % 3 === 0 ? {} : { a: i % 5 === 0 ? null : `${i}` },
      size: i,
      modificationTime: i,
      dataChange: false,
      ...(i % 7 === 0 ? {} : { stats: `{"numRecords":${i}}` }),
      ...(i % 11 === 0 ? { tags: { tag: "x".repeat(i % 100) } } : {}),
    },
  }));
  const { bytes } = await encodeCheckpoint(stateOf([...TABLE, ...adds]), "d");
  const content = await decodeCheckpoint(bytes, SOURCE);
  assertEquals(content?.actions.slice(2), adds);
});

goldenTest(
  "the checkpoints of other engines are decoded as row by row",
  async () => {
    let count = 0;
    for await (const table of Deno.readDir(GOLDEN)) {
      if (!table.isDirectory) continue;
      for (const bytes of await checkpointsOf(`${GOLDEN}/${table.name}`)) {
        assertEquals(
          await readAll(bytes),
          await actionsRowByRow(bytes, SOURCE),
          table.name,
        );
        count++;
      }
    }
    assert(count > 2);
  },
);

async function checkpointsOf(table: string): Promise<Bytes[]> {
  const found: Bytes[] = [];
  for await (const entry of Deno.readDir(table)) {
    const path = `${table}/${entry.name}`;
    if (entry.isDirectory) found.push(...await checkpointsOf(path));
    else if (/\.checkpoint\..*parquet$/.test(entry.name)) {
      found.push(await Deno.readFile(path));
    }
  }
  return found;
}

// === What is no checkpoint ===

const OPTIONAL = { repetition_type: "OPTIONAL" } as const;

/** A column of groups with one column each. */
function groupOf(
  name: string,
  member: ParquetSchemaElement,
  values: unknown[],
): FixtureColumn {
  return {
    elements: [{ name, ...OPTIONAL, num_children: 1 }, {
      ...OPTIONAL,
      ...member,
    }],
    data: values.map((value) => ({ [member.name]: value })),
  };
}

/** A group's node, and those below it. */
function nodeOf(
  name: string,
  ...members: readonly (readonly ParquetSchemaElement[])[]
): ParquetSchemaElement[] {
  return [
    { name, ...OPTIONAL, num_children: members.length },
    ...members.flat(),
  ];
}

function leafOf(
  name: string,
  element: Partial<ParquetSchemaElement>,
): ParquetSchemaElement[] {
  return [{ name, ...OPTIONAL, ...element }];
}

Deno.test("deletion vectors, older forms of lists and nested maps are decoded as row by row", async () => {
  const TEXT = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
  const LONG = { type: "INT64" } as const;
  const add = {
    path: "a",
    size: 1n,
    modificationTime: 2n,
    dataChange: true,
    deletionVector: null,
  };
  const deletionVector = {
    storageType: "u",
    pathOrInlineDv: "x",
    offset: 1,
    sizeInBytes: 2,
    cardinality: 3n,
  };
  const columns: FixtureColumn[] = [{
    elements: nodeOf(
      "add",
      leafOf("path", TEXT),
      leafOf("size", LONG),
      leafOf("modificationTime", LONG),
      leafOf("dataChange", { type: "BOOLEAN" }),
      nodeOf(
        "deletionVector",
        leafOf("storageType", TEXT),
        leafOf("pathOrInlineDv", TEXT),
        leafOf("offset", { type: "INT32" }),
        leafOf("sizeInBytes", { type: "INT32" }),
        leafOf("cardinality", LONG),
      ),
    ),
    data: [
      add,
      null,
      { ...add, path: "b", deletionVector },
      null,
      null,
      { ...add, deletionVector: { ...deletionVector, offset: null } },
    ],
  }, {
    elements: nodeOf(
      "metaData",
      leafOf("id", TEXT),
      nodeOf("format", leafOf("provider", TEXT), [
        {
          name: "options",
          ...OPTIONAL,
          num_children: 1,
          converted_type: "MAP",
        },
        { name: "map", repetition_type: "REPEATED", num_children: 2 },
        { name: "key", ...TEXT, repetition_type: "REQUIRED" },
        { name: "value", ...TEXT, ...OPTIONAL },
      ]),
      [{
        name: "partitionColumns",
        ...OPTIONAL,
        num_children: 1,
        converted_type: "LIST",
      }, {
        name: "bag",
        repetition_type: "REPEATED",
        num_children: 1,
      }, { name: "array_element", ...TEXT, ...OPTIONAL }],
    ),
    data: [
      null,
      {
        id: "x",
        format: { provider: "parquet", options: { a: "1", b: null } },
        partitionColumns: ["p", "q"],
      },
      null,
      { id: "y", format: null, partitionColumns: [] },
      { id: "z", format: { provider: "parquet", options: {} } },
      null,
    ],
  }];
  const bytes = await parquetOf(columns);
  const actions = await readAll(bytes);
  assertEquals(actions, await actionsRowByRow(bytes, SOURCE));
  const found = actions.flatMap((action) =>
    action.kind === "add" ? action.add.deletionVector?.cardinality ?? 0 : []
  );
  assertEquals(found, [0, 3, 3]);
  const partitions = actions.flatMap((action) =>
    action.kind === "metaData" ? [action.metaData.partitionColumns] : []
  );
  assertEquals(partitions, [["p", "q"], [], []]);
});

Deno.test("a column of another type, or a member that is missing, is damage that is named", async () => {
  const TEXT = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
  const cases: [FixtureColumn, string][] = [
    [leaf("add", { type: "INT64" }, [1n]), "column add"],
    [groupOf("add", { name: "path", type: "INT64" }, [1n]), "add.path"],
    [groupOf("add", { name: "path", ...TEXT }, ["a"]), "no valid size"],
    [groupOf("add", { name: "size", type: "INT64" }, [1n]), "no valid path"],
    [groupOf("add", { name: "size", ...TEXT }, ["1"]), "add.size"],
    [groupOf("add", { name: "tags", ...TEXT }, ["1"]), "add.tags"],
    [groupOf("protocol", { name: "readerFeatures", ...TEXT }, ["x"]), "reader"],
    [groupOf("txn", { name: "appId", ...TEXT }, ["a"]), "no valid version"],
    [groupOf("metaData", { name: "format", ...TEXT }, ["x"]), "format"],
  ];
  for (const [column, message] of cases) {
    const bytes = await parquetOf([column]);
    await assertRejects(() => readAll(bytes), IntegrityError, message);
  }
});

Deno.test("a checkpoint with any bytes changed is read, or refused as damaged", async () => {
  const adds = Array.from({ length: 30 }, (_, i): Action => ({
    kind: "add",
    add: {
      path: `ä${i}`,
      partitionValues: { a: `${i % 3}`, b: null },
      size: i,
      modificationTime: 1,
      dataChange: true,
      stats: `{"numRecords":${i}}`,
    },
  }));
  const { bytes } = await encodeCheckpoint(stateOf([...TABLE, ...adds]), "d");
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  let errors = 0;
  const changes = fc.array(change, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(changes, async (changes) => {
      const changed = bytes.slice();
      for (const [at, byte] of changes) changed[at] = byte;
      try {
        await readAll(changed);
      } catch (error) {
        if (!hasCode(error, "INTEGRITY", "UNSUPPORTED")) throw error;
        errors++;
      }
      // The digest sees it, unless its own mark is gone.
      const sealed = decodeCheckpoint(changed, SOURCE);
      if (await isDamaged(sealed) || equalBytes(changed, bytes)) return;
      assertEquals(await sealed, undefined);
    }),
    { numRuns: 1000 },
  );
  assert(errors > 100);
});

async function isDamaged(reading: Promise<unknown>): Promise<boolean> {
  try {
    await reading;
    return false;
  } catch (error) {
    if (error instanceof IntegrityError) return true;
    throw error;
  }
}
