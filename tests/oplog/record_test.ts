/** The rows of a pond: outer, inner, and the rows of directories in these. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  Dictionary,
  Int32,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { decodeUtf8 } from "../../src/bytes.ts";
import { IntegrityError } from "../../src/errors.ts";
import { memoryHost } from "../../src/host/memory.ts";
import {
  decodeDirectoryEntries,
  decodeOplogEntries,
  type DirectoryEntry,
  encodeDirectoryEntries,
  encodeOplogEntries,
  EntryBatch,
  type OplogEntry,
  OplogTable,
} from "../../src/oplog/mod.ts";
import { readBatch } from "../../src/oplog/arrow.ts";
import { DirectoryBatch } from "../../src/oplog/record.ts";
import { NOTE } from "./scratch.ts";

const CHILD: DirectoryEntry = {
  name: "größe – 日本",
  childNodeId: "1".repeat(32),
  childType: "file",
  operation: "insert",
  nodeVersion: 3,
  childVersion: 17,
  sizeBytes: 5_000_000_000,
  modifiedUs: 1_767_225_600_000_123,
  mode: 0o644,
};

const DIRECTORY: OplogEntry = {
  partId: "2".repeat(32),
  nodeId: "2".repeat(32),
  fileType: "directory",
  metadata: '{"snapshot":true}',
  content: encodeDirectoryEntries([CHILD]),
  operation: "create",
  nodeVersion: 1,
  position: 0,
  name: "d",
  path: "/d",
};

function columnsOf(ipc: Uint8Array): string[] {
  const { fields } = tableFromIPC(ipc).schema;
  return fields.map(({ name, type }) => `${name} ${type}`);
}

Deno.test("decodeOplogEntries() inverts encodeOplogEntries(), and DirectoryEntry rows lie in the content of an OplogEntry", () => {
  const deleted: OplogEntry = {
    ...DIRECTORY,
    content: null,
    operation: "delete",
    nodeVersion: 2,
  };
  const bytes = encodeOplogEntries([DIRECTORY, deleted]);
  const rows = decodeOplogEntries(bytes, "test");
  assertEquals(rows, [DIRECTORY, deleted]);
  const children = decodeDirectoryEntries(
    rows[0]?.content ?? new Uint8Array(),
    "test",
  );
  assertEquals(children, [CHILD]);
});

Deno.test("an OplogEntry has the columns that the requirements list, then those that were added", () => {
  assertEquals(columnsOf(encodeOplogEntries([DIRECTORY])), [
    "part_id Utf8",
    "node_id Utf8",
    "file_type Utf8",
    "metadata Utf8",
    "content Binary",
    "operation Utf8",
    "node_version Int64",
    "position Int32",
    "name Utf8",
    "path Utf8",
  ]);
});

Deno.test("a DirectoryEntry has the columns that the requirements list, then those that were added", () => {
  assertEquals(columnsOf(encodeDirectoryEntries([CHILD])), [
    "name Utf8",
    "child_node_id Utf8",
    "child_type Utf8",
    "operation Utf8",
    "node_version Int64",
    "child_version Int64",
    "size Int64",
    "modified Int64",
    "mode Int32",
  ]);
});

Deno.test("decodeOplogEntries() refuses a value that a column can't have, naming the source", () => {
  const wrong = { ...DIRECTORY, fileType: "device" } as unknown as OplogEntry;
  assertThrows(
    () => decodeOplogEntries(encodeOplogEntries([wrong]), "some file"),
    IntegrityError,
    "some file",
  );
});

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`the Delta table (${layout}) has the columns of Record`, async () => {
    const host = memoryHost();
    await OplogTable.create(
      host,
      "/t",
      layout,
      () => [{ partId: DIRECTORY.partId, entries: [DIRECTORY] }],
      NOTE,
    );
    const log = `/t/_delta_log/${"0".repeat(20)}.json`;
    const lines = decodeUtf8(await host.files.read(log)).trim().split("\n");
    const actions = lines.map((line) => JSON.parse(line));
    const { metaData } = actions.find((action) => action.metaData);
    const { fields } = JSON.parse(metaData.schemaString);
    assertEquals(
      fields.map((f: { name: string; type: string }) => `${f.name} ${f.type}`),
      ["part_id string", "timestamp long", "version long", "content binary"],
    );
    const partitioned = layout === "hive" ? ["part_id"] : [];
    assertEquals(metaData.partitionColumns, partitioned);
  });
}

Deno.test("EntryBatch.lastPosition is the highest position of an entry, and -1 of bookkeeping alone", () => {
  const last = (...positions: number[]) => {
    const entries = positions.map((position) => ({ ...DIRECTORY, position }));
    return new EntryBatch(encodeOplogEntries(entries), "batch").lastPosition;
  };
  assertEquals([last(3, 17, 4), last(-1), last()], [17, -1, -1]);
});

Deno.test("EntryBatch.lastOf() finds the last entry of a kind about a node, and no other one", () => {
  const FILE: OplogEntry = { ...DIRECTORY, fileType: "file" };
  const other: OplogEntry = { ...DIRECTORY, nodeId: "3".repeat(32) };
  const entries = [DIRECTORY, { ...DIRECTORY, nodeVersion: 9 }, FILE, other];
  const batch = new EntryBatch(encodeOplogEntries(entries), "batch");
  assertEquals(batch.lastOf(DIRECTORY.nodeId, "directory")?.nodeVersion, 9);
  assertEquals(batch.lastOf(DIRECTORY.nodeId, "file"), FILE);
  assertEquals(batch.lastOf(other.nodeId, "directory"), other);
  assertEquals(batch.lastOf(other.nodeId, "file"), undefined);
  assertEquals(batch.lastOf("4".repeat(32), "directory"), undefined);
});

Deno.test("rowsWith() finds a text in every batch of a stream of another writer, in every encoding, and never a null", () => {
  const texts = (...values: (string | null)[]) =>
    new Table({ text: vectorFromArray(values, new Utf8()) });
  const plain = texts("a", null, "ba", "").concat(texts(null, "a", "é", "ab"));
  const codes = new Dictionary(new Utf8(), new Int32());
  const coded = new Table({
    text: vectorFromArray(["a", null, "ba", "", null, "a", "é", "ab"], codes),
  });
  for (const table of [plain, coded]) {
    const bytes = tableToIPC(table, "stream");
    const batch = readBatch([{ name: "text", type: "utf8" }], bytes, "stream");
    assertEquals(batch.rowsWith(0, "a"), [0, 5]);
    assertEquals(batch.rowsWith(0, "ba"), [2]);
    assertEquals(batch.rowsWith(0, ""), [3]);
    assertEquals(batch.rowsWith(0, "é"), [6]);
    assertEquals(batch.rowsWith(0, "b"), []);
  }
});

Deno.test("DirectoryBatch.find() gives the last entry of a name, and no other one", () => {
  const rows = [
    CHILD,
    { ...CHILD, name: "größe" },
    { ...CHILD, nodeVersion: 4, operation: "delete" as const },
  ];
  const batch = new DirectoryBatch(encodeDirectoryEntries(rows), "directory");
  assertEquals(batch.find(CHILD.name), rows[2]);
  assertEquals(batch.find("größe"), rows[1]);
  assertEquals(batch.find("grösse"), undefined);
  assertEquals(batch.names(), rows.map(({ name }) => name));
  assertEquals(batch.deletions(), [2]);
  assertEquals(batch.entries(), rows);
});
