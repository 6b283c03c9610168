/** The statements that the requirements write out, word for word. */
import { assertEquals } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { decodeDirectoryEntries } from "../../src/oplog/mod.ts";
import { initPond } from "../../src/pond.ts";
import type { QueryBatch, TinyLogFS } from "../../src/tinylogfs/mod.ts";

async function withPond(body: (fs: TinyLogFS) => Promise<void>): Promise<void> {
  await using fs = await initPond(memoryHost(), "/pond");
  await body(fs);
}

async function batchesOf(
  fs: TinyLogFS,
  sql: string,
  pending: boolean = false,
): Promise<QueryBatch[]> {
  await using result = await fs.queryWithPending(sql, pending);
  return await Array.fromAsync(result);
}

/** The values of the one batch that there is, column by column. */
async function columnsOf(
  fs: TinyLogFS,
  sql: string,
  pending: boolean = false,
): Promise<QueryBatch["values"]> {
  const [batch, ...others] = await batchesOf(fs, sql, pending);
  assertEquals(others, []);
  return batch?.values ?? [];
}

Deno.test("the scenario's statements: one batch of two rows with pending, the same two after the commit", async () => {
  await withPond(async (fs) => {
    await fs.createFile("/A", "content of file A");
    await fs.createSymlink("/B", "/A");
    const rows = "SELECT name, file_type FROM oplog_entries ORDER BY timestamp";
    const count = "SELECT COUNT(*) as count FROM oplog_entries";
    const all = "SELECT * FROM oplog_entries ORDER BY timestamp";
    for (const pending of [true, false]) {
      const [batch, ...others] = await batchesOf(fs, rows, pending);
      assertEquals([batch?.numRows, others.length], [2, 0]);
      assertEquals(batch?.values, [["A", "B"], ["file", "symlink"]]);
      assertEquals(await columnsOf(fs, count, pending), [[2n]]);
      assertEquals((await batchesOf(fs, all, pending))[0]?.numRows, 2);
      if (pending) assertEquals((await fs.commit()).operationsCommitted, 2);
    }
  });
});

Deno.test("the read patterns: content of a file, entries of a directory with pending, projected metadata", async () => {
  await withPond(async (fs) => {
    await fs.createDirectory("/d");
    await fs.createFile("/d/f", "content");
    const { nodeId: file } = await fs.getMetadata("/d/f");
    const { nodeId: directory } = await fs.getMetadata("/d");
    await fs.commit();
    await fs.createFile("/d/g", "pending");
    const [contents] = await columnsOf(
      fs,
      `SELECT content FROM oplog_entries WHERE node_id = '${file}'`,
    );
    assertEquals(contents?.length, 1);
    assertEquals(textOf(contents?.[0]), "content");
    const [entries] = await columnsOf(
      fs,
      `SELECT content FROM oplog_entries
         WHERE node_id = '${directory}' AND file_type = 'directory'`,
    );
    const bytes = entries?.[0];
    const names = bytes instanceof Uint8Array
      ? decodeDirectoryEntries(bytes, "test").map(({ name }) => name)
      : [];
    assertEquals(names, ["f"]);
    const [withPending] = await columnsOf(
      fs,
      `SELECT name FROM directory_entries WHERE directory_id = '${directory}'`,
      true,
    );
    assertEquals(withPending, ["f", "g"]);
    const projected = await columnsOf(
      fs,
      `SELECT part_id, node_id, file_type FROM oplog_entries
         WHERE node_id = '${file}'`,
    );
    assertEquals(projected, [[directory], [file], ["file"]]);
  });
});

Deno.test("the restore pattern: the most recent row of each node up to a time", async () => {
  await withPond(async (fs) => {
    await fs.createFile("/f", "1");
    await fs.createFile("/g", "1");
    await fs.commit();
    await fs.updateFile("/f", "2");
    await fs.delete("/g");
    await fs.commit();
    const [then] = await columnsOf(
      fs,
      "SELECT timestamp FROM transactions WHERE version = 2",
    );
    await fs.updateFile("/f", "3");
    await fs.commit();
    const latest = await columnsOf(
      fs,
      `SELECT path, operation, node_version FROM oplog_entries
         WHERE timestamp <= '${then?.[0]}'
         QUALIFY row_number() OVER (
           PARTITION BY part_id, node_id ORDER BY version DESC, position DESC
         ) = 1 ORDER BY path`,
    );
    assertEquals(latest, [["/f", "/g"], ["update", "delete"], [2n, 2n]]);
  });
});

Deno.test("the command line's statement: committed files, and staged ones when asked for", async () => {
  await withPond(async (fs) => {
    await fs.createFile("/f", "");
    await fs.commit();
    await fs.createFile("/g", "");
    await fs.createDirectory("/d");
    const sql = "SELECT * FROM oplog_entries WHERE file_type = 'file'";
    const names = async (pending: boolean) => {
      const [batch] = await batchesOf(fs, sql, pending);
      const index = batch?.columns.findIndex(({ name }) => name === "name");
      return batch?.values[index ?? 0];
    };
    assertEquals(await names(false), ["f"]);
    assertEquals(await names(true), ["f", "g"]);
  });
});

function textOf(value: unknown): string | undefined {
  return value instanceof Uint8Array ? decodeUtf8(value.slice()) : undefined;
}
