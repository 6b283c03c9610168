/**
 * Ponds on a simulated disk, and what tests ask of them.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { PondError, type PondErrorCode } from "../../src/errors.ts";
import { type MemoryHost, memoryHost } from "../../src/host/memory.ts";
import { type HistoryRow, TinyLogFS } from "../../src/tinylogfs/mod.ts";

const POND = "/pond";

/** A pond, and the disk it is on. */
export interface Scratch {
  /** The platform. */
  readonly host: MemoryHost;
  /** The pond. */
  readonly fs: TinyLogFS;
  /** Opens it once more, as another process. */
  open(): Promise<TinyLogFS>;
}

/** Calls a test with a new pond. */
export async function withPond(
  body: (scratch: Scratch) => Promise<void>,
): Promise<void> {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  const open = () => TinyLogFS.open(memoryHost({ files: host.files }), POND);
  await body({ host, fs, open });
}

/** Requires a failure with a code. */
export async function assertCode(
  code: PondErrorCode,
  work: () => Promise<unknown>,
): Promise<PondError> {
  const error = await assertRejects(work, PondError);
  assertEquals(error.code, code, error.message);
  return error;
}

/** How many operations on the disk some work takes. */
export async function diskOperations(
  host: MemoryHost,
  work: () => Promise<unknown>,
): Promise<number> {
  const before = host.files.operations.length;
  await work();
  return host.files.operations.length - before;
}

/** Such as `move 2 /b`. */
export function describeRow(row: HistoryRow): string {
  return `${row.operation} ${row.nodeVersion} ${row.path}`;
}

/** The versions of a node, newest first; never more than a few. */
export async function historyOf(
  fs: TinyLogFS,
  node: string,
): Promise<string[]> {
  const rows: string[] = [];
  for await (const row of fs.getNodeHistory(node)) {
    rows.push(describeRow(row));
    if (rows.length > 20) break;
  }
  return rows;
}
