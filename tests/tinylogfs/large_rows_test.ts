/** Transactions whose rows of one partition are several. */
import { assert, assertEquals } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { type OplogEntry, OplogTable } from "../../src/oplog/mod.ts";
import {
  type DirectoryEntry,
  encodeDirectoryEntries,
} from "../../src/oplog/record.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { checked, newHost, POND } from "../support/checked_pond.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];

/** With so many names, a directory's record is larger than a row becomes. */
const NAMES = 13_000;

const nameOf = (number: number) => `${number}`.padStart(240, "x");

/** The rows about a directory in one of its versions, as they are stored. */
async function rowsAbout(
  host: MemoryHost,
  nodeId: string,
  version: number,
): Promise<string[][]> {
  const table = await OplogTable.open(host, `${POND}/oplog`);
  const rows: string[][] = [];
  const range = { minVersion: version, maxVersion: version };
  for await (const record of table.readPartition(nodeId, range)) {
    const own = record.entriesOf(nodeId).map(({ operation }) => operation);
    if (own.length > 0) rows.push(own);
  }
  return rows;
}

for (const layout of LAYOUTS) {
  Deno.test(`the last write of a transaction of several rows stays the last one in merged files (${layout})`, async () => {
    const host = newHost();
    {
      await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
      await fs.createDirectory("/big");
      await fs.commit();
      await fs.writeFile("/big/f", "old");
      for (let i = 0; i < 90; i++) {
        await fs.writeFile(`/big/x${i}`, "line of text\n".repeat(4600) + i);
      }
      await fs.writeFile("/big/f", "new!");
      await fs.commit();
      for (let i = 0; i < 20; i++) {
        await fs.writeFile(`/r${i}`, "r");
        await fs.commit();
      }
      await fs.optimize();
    }
    await using fs = await TinyLogFS.open(host, POND);
    assertEquals(decodeUtf8(await fs.readFile("/big/f")), "new!");
  });
}

Deno.test("a directory that is made, filled and changed in one transaction has one record in it, however large", async () => {
  const host = newHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  await fs.transaction(async (tx) => {
    await tx.createDirectory("/d");
    for (let i = 0; i < NAMES; i++) await tx.createFile(`/d/${nameOf(i)}`, "");
    await tx.setAttributes("/d", { color: "blue" });
  });
  const { customAttributes, nodeId } = await fs.getMetadata("/d");
  assertEquals(customAttributes, { color: "blue" });
  assertEquals(await rowsAbout(host, nodeId, 1), [["create", "update"]]);
  assertEquals((await checked(host)).findings, []);
});

const DIRECTORY = "d".repeat(32);

/** A row of an operation on the directory, or, with entries, its record. */
function directoryRow(
  change: Partial<OplogEntry>,
  entries?: readonly DirectoryEntry[],
  metadata: object = {},
): OplogEntry {
  const place = { directory: "0".repeat(32), name: "d" };
  return {
    partId: DIRECTORY,
    nodeId: DIRECTORY,
    fileType: "directory",
    metadata: JSON.stringify({
      created: 1,
      modified: 1,
      size: 0,
      mode: 0o755,
      place,
      ...metadata,
    }),
    content: entries === undefined ? null : encodeDirectoryEntries(entries),
    operation: "update",
    nodeVersion: 1,
    position: 0,
    name: "d",
    path: "/d",
    ...change,
  };
}

function fileEntry(number: number, childVersion: number): DirectoryEntry {
  return {
    name: `f${number}`,
    childNodeId: `${number}`.padStart(32, "a"),
    childType: "file",
    operation: "insert",
    nodeVersion: 1,
    childVersion,
    sizeBytes: 0,
    modifiedUs: 1,
    mode: 0o644,
  };
}

function fileRow(number: number, position: number): OplogEntry {
  return {
    ...directoryRow({}),
    nodeId: `${number}`.padStart(32, "a"),
    fileType: "file",
    content: new Uint8Array(),
    operation: "create",
    position,
    name: `f${number}`,
    path: `/d/f${number}`,
  };
}

const ROOT_ENTRY: DirectoryEntry = {
  ...fileEntry(0, 1),
  name: "d",
  childNodeId: DIRECTORY,
  childType: "directory",
};

function rootRow(entry: Partial<DirectoryEntry>): OplogEntry {
  return {
    ...directoryRow({}, [{ ...ROOT_ENTRY, ...entry }], { snapshot: true }),
    partId: "0".repeat(32),
    nodeId: "0".repeat(32),
    position: -1,
  };
}

/**
 * A directory of twenty files, and a change of it whose first row is in a record
 * of its own: pond wrote that so where the record was large.
 */
async function withSplitRows(layout: Layout): Promise<MemoryHost> {
  const host = newHost();
  {
    await using _fs = await TinyLogFS.initEmpty(host, POND, { layout });
  }
  const table = await OplogTable.open(host, `${POND}/oplog`, {
    headPath: `${POND}/head`,
  });
  const note = {
    operation: "WRITE",
    transactionId: "e".repeat(32),
    userName: "tester",
    message: "",
    operations: 1,
  };
  const numbers = Array.from({ length: 20 }, (_, i) => i);
  const first = numbers.map((i) => fileEntry(i, 1));
  const split = (...records: OplogEntry[][]) =>
    records.map((entries) => ({ partId: DIRECTORY, entries }));
  const create = { operation: "create", nodeVersion: 1 } as const;
  const created = directoryRow({ ...create, position: 21 }, first, {
    snapshot: true,
  });
  await table.append(
    [
      { partId: "0".repeat(32), entries: [rootRow({ nodeVersion: 2 })] },
      ...split(
        [directoryRow({ ...create })],
        [{ ...created, operation: "update", nodeVersion: 2 }],
        numbers.map((i) => fileRow(i, i + 1)),
      ),
    ],
    table.nextPoint(),
    note,
  );
  const changed = [fileEntry(20, 2), fileEntry(21, 2)];
  await table.append(
    [
      {
        partId: "0".repeat(32),
        entries: [rootRow({ nodeVersion: 4, childVersion: 2 })],
      },
      ...split(
        [directoryRow({ nodeVersion: 3 })],
        [directoryRow({ nodeVersion: 4, position: 3 }, changed)],
        [fileRow(20, 1), fileRow(21, 2)],
      ),
    ],
    table.nextPoint(),
    note,
  );
  return host;
}

async function namesIn(fs: TinyLogFS): Promise<string[]> {
  const entries = await Array.fromAsync(fs.listDirectory("/d"));
  return entries.map(({ name }) => name);
}

for (const layout of LAYOUTS) {
  Deno.test(`of a directory's rows that one transaction has written into two records, the last one is its record (${layout})`, async () => {
    const host = await withSplitRows(layout);
    assertEquals((await checked(host)).findings, []);
    await using fs = await TinyLogFS.open(host, POND);
    assertEquals((await namesIn(fs)).length, 22);
    await using then = await fs.at("v1");
    assertEquals((await namesIn(then)).length, 20);
    await fs.createFile("/d/one-more", "");
    await fs.commit();
    const { rows } = await fs.prune({ before: "@" });
    assert(rows > 0);
    assertEquals((await namesIn(fs)).length, 23);
    assertEquals((await checked(host)).findings, []);
  });
}
