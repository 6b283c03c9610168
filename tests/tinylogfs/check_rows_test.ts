/**
 * Rows that are wrong though every digest is right: what a defect of pond, or
 * another engine's write, would leave.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sha256Hex } from "../../src/bytes.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import {
  type AddFile,
  type OplogEntry,
  OplogTable,
} from "../../src/oplog/mod.ts";
import {
  type DirectoryEntry,
  encodeDirectoryEntries,
  ROOT_PART_ID,
} from "../../src/oplog/record.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { checked, newHost, POND } from "../support/checked_pond.ts";

const NODE = "a".repeat(32);
const TIMES = `"created":1,"modified":1,"size":0,"mode":420`;
const EMPTY_SHA256 = await sha256Hex(new Uint8Array());

function fileRow(change: Partial<OplogEntry> = {}): OplogEntry {
  return {
    partId: ROOT_PART_ID,
    nodeId: NODE,
    fileType: "file",
    metadata: `{${TIMES},"sha256":"${EMPTY_SHA256}"}`,
    content: new Uint8Array(),
    operation: "create",
    nodeVersion: 1,
    position: 0,
    name: "x",
    path: "/x",
    ...change,
  };
}

function rootRow(
  entries: readonly Partial<DirectoryEntry>[],
  snapshot = true,
): OplogEntry {
  const rows = entries.map((entry): DirectoryEntry => ({
    name: "x",
    childNodeId: NODE,
    childType: "file",
    operation: "insert",
    nodeVersion: 1,
    childVersion: 1,
    sizeBytes: 0,
    modifiedUs: 1,
    mode: 0o644,
    ...entry,
  }));
  return fileRow({
    nodeId: ROOT_PART_ID,
    fileType: "directory",
    metadata: `{${TIMES},"snapshot":${snapshot}}`,
    content: encodeDirectoryEntries(rows),
    operation: "update",
    position: -1,
    name: "",
    path: "",
  });
}

const NOTE = {
  operation: "WRITE",
  transactionId: "e".repeat(32),
  userName: "tester",
  message: "",
  operations: 1,
};

async function withRows(entries: readonly OplogEntry[]): Promise<MemoryHost> {
  const host = newHost();
  await using _fs = await TinyLogFS.initEmpty(host, POND);
  const table = await OplogTable.open(host, `${POND}/oplog`, {
    headPath: `${POND}/head`,
  });
  const records = [{ partId: ROOT_PART_ID, entries }];
  await table.append(records, table.nextPoint(), NOTE);
  return host;
}

Deno.test("check() finds nothing wrong with rows that are right", async () => {
  const host = await withRows([rootRow([{}]), fileRow()]);
  assertEquals((await checked(host)).findings, []);
});

const BROKEN: readonly (readonly [
  what: string,
  entries: readonly OplogEntry[],
  problem: string,
])[] = [
  [
    "an entry without a row",
    [rootRow([{}])],
    "its row of version 1 is not there",
  ],
  ["a node in no directory", [rootRow([]), fileRow()], "in no directory"],
  [
    "an entry of a deleted node",
    [rootRow([{}]), fileRow({ operation: "delete", content: null })],
    "it was deleted in version 1",
  ],
  [
    "an entry of another version of the node",
    [rootRow([{ nodeVersion: 2 }]), fileRow()],
    "its newest row is number 1, not 2",
  ],
  [
    "an entry that points into the future",
    [rootRow([{ childVersion: 7 }]), fileRow()],
    "points to the later version 7",
  ],
  [
    "a name that is there twice",
    [rootRow([{}, {}]), fileRow()],
    "the name x twice",
  ],
  [
    "a node with two names",
    [rootRow([{}, { name: "y" }]), fileRow()],
    "it hangs in two places",
  ],
  [
    "a row of another partition",
    [rootRow([{}]), fileRow({ partId: "b".repeat(32) })],
    `is of the partition ${"b".repeat(32)}`,
  ],
  [
    "content that isn't what the metadata says",
    [rootRow([{}]), fileRow({ content: new Uint8Array(3) })],
    "its content has 3 bytes",
  ],
  [
    "content that isn't there",
    [rootRow([{}]), fileRow({ content: null })],
    "it has no content",
  ],
  [
    "metadata that is none",
    [rootRow([{}]), fileRow({ metadata: "{}" })],
    "a row has the metadata {}",
  ],
  [
    "a directory that can't be decoded",
    [{ ...rootRow([{}]), content: new Uint8Array(40).fill(7) }, fileRow()],
    "valid Arrow IPC",
  ],
  [
    "a blob that nobody has stored",
    [
      rootRow([{}]),
      fileRow({
        content: null,
        metadata: `{${TIMES},"sha256":"${EMPTY_SHA256}","blob":true}`,
      }),
    ],
    "it is missing",
  ],
];

for (const [what, entries, problem] of BROKEN) {
  Deno.test(`check() finds ${what}`, async () => {
    const { findings, isSound } = await checked(await withRows(entries));
    assertEquals(isSound, false);
    const problems = findings.map((finding) => finding.problem).join("\n");
    assertStringIncludes(problems, problem);
    for (const { lost, path, remedy } of findings) {
      assert(lost !== "" && remedy !== "" && path.startsWith(POND));
    }
  });
}

/** A pond whose one file of version 1 is described otherwise by the log. */
async function described(
  change: (add: AddFile) => Partial<AddFile>,
): Promise<string> {
  const host = await withRows([rootRow([{}]), fileRow()]);
  const { delta } = await OplogTable.open(host, `${POND}/oplog`, {
    headPath: `${POND}/head`,
  });
  const add = [...delta.snapshot.adds].at(-1);
  assert(add !== undefined);
  await delta.commit({
    adds: [{ ...add, dataChange: false, ...change(add) }],
    commitInfo: { operation: "TEST" },
    timestampMs: 1,
  });
  const { findings } = await checked(host);
  return findings.map(({ kind, problem }) => `${kind}: ${problem}`).join("\n");
}

Deno.test("check() finds statistics and tags that are not of the rows", async () => {
  assertEquals(await described(() => ({})), "");
  const stats = (from: RegExp, to: string) =>
    described((add) => ({ stats: (add.stats ?? "").replace(from, to) }));
  assertStringIncludes(
    await stats(/"numRecords":1/, `"numRecords":2`),
    "1 rows, not 2",
  );
  assertStringIncludes(
    await stats(/("maxValues":.*"version":)1/, "$10"),
    "its highest version is 1",
  );
  assertStringIncludes(
    await stats(/("minValues":\{"part_id":")0/, "$11"),
    "its lowest part_id is 0",
  );
  assertStringIncludes(
    await stats(/("nullCount":\{"part_id":)0/, "$11"),
    "its part_id is null nowhere",
  );
  assertStringIncludes(await stats(/^.*$/, "{"), "statistics can't be read");
  // Wider bounds exclude nothing.
  assertEquals(await stats(/("maxValues":.*"version":)1/, "$19"), "");
  const parts = "c".repeat(32);
  assertStringIncludes(
    await described(({ tags }) => ({ tags: { ...tags, parts } })),
    "its tag parts is not of its rows",
  );
});

Deno.test("check() finds a data file that the log places outside of the table", async () => {
  for (const path of ["../pond.json", "/etc/passwd", "s3://b/x.parquet"]) {
    const found = await described(() => ({ path }));
    assertStringIncludes(found, `names a file outside of it: ${path}`);
  }
});

Deno.test("check() tells of a table that needs what pond doesn't know", async () => {
  const host = await withRows([rootRow([{}]), fileRow()]);
  const path = `${POND}/oplog/_delta_log/${"2".padStart(20, "0")}.json`;
  const protocol = {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ["deletionVectors"],
    writerFeatures: ["deletionVectors"],
  };
  const text = JSON.stringify({ protocol });
  host.files.plant(path, new TextEncoder().encode(`${text}\n`));
  const { findings } = await checked(host);
  assertEquals(findings.map(({ kind }) => kind), ["log"]);
  assertStringIncludes(findings[0]?.problem ?? "", "deletionVectors");
});
