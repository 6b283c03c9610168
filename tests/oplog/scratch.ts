/**
 * Oplogs in memory, and rows to put into them.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import {
  type CommitNote,
  type OplogEntry,
  type OplogLayout,
  OplogTable,
  type RecordDraft,
} from "../../src/oplog/mod.ts";

/** Where the table lies. */
export const TABLE = "/t";

/** Both layouts. */
export const LAYOUTS: readonly OplogLayout[] = ["clustered", "hive"];

/** What is said of a commit. */
export const NOTE: CommitNote = {
  operation: "WRITE",
  transactionId: "t",
  userName: "u",
  message: "m",
  operations: 1,
};

/** An identity. */
export function id(n: number): string {
  return String(n).padStart(32, "0");
}

/** The row of a file. */
export function entry(
  partId: string,
  name: string,
  text: string = name,
): OplogEntry {
  return {
    partId,
    nodeId: id(7),
    fileType: "file",
    metadata: "{}",
    content: encodeUtf8(text),
    operation: "create",
    nodeVersion: 1,
    position: 0,
    name,
    path: `/${name}`,
  };
}

/** A new table with one row in it. */
export async function newTable(
  layout: OplogLayout,
  first: string,
): Promise<{ host: MemoryHost; table: OplogTable }> {
  const host = memoryHost();
  const entries = [entry(id(0), first)];
  const drafts: RecordDraft[] = [{ partId: id(0), entries }];
  const plan = () => drafts;
  const table = await OplogTable.create(host, TABLE, layout, plan, NOTE);
  return { host, table };
}

/** Commits rows. */
export async function append(
  table: OplogTable,
  ...drafts: RecordDraft[]
): Promise<void> {
  const result = await table.append(drafts, table.nextPoint(), NOTE);
  assertEquals(result.status, "committed");
}
