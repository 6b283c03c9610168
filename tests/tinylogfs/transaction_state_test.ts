import { assert, assertEquals } from "@std/assert";
import { encodeUtf8 } from "../../src/bytes.ts";
import { decodeOplogEntries } from "../../src/oplog/mod.ts";
import type { NodeId } from "../../src/tinyfs/mod.ts";
import { memoryHost } from "../../src/host/memory.ts";
import { DirectoryCache } from "../../src/tinylogfs/directories.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import type { Operation } from "../../src/tinylogfs/operation.ts";
import { Transaction } from "../../src/tinylogfs/transaction.ts";
import { TransactionState } from "../../src/tinylogfs/transaction_state.ts";

const ROOT = "0".repeat(32) as NodeId;
const STARTED_US = 1_767_225_600_000_000;

function id(n: number): NodeId {
  return `${n}`.padStart(32, "0") as NodeId;
}

/** An operation on the node `n`, named after it. */
function operation(n: number, change: Partial<Operation> = {}): Operation {
  return {
    kind: "create",
    fileType: "file",
    nodeId: id(n),
    directoryId: ROOT,
    name: `${n}`,
    path: `/${n}`,
    nodeVersion: 1,
    expected: null,
    attributes: { createdUs: 1, modifiedUs: 2, sizeBytes: 3, mode: 0o644 },
    content: encodeUtf8(`content of ${n}`),
    ...change,
  };
}

function newState(): TransactionState {
  return new TransactionState(id(99), STARTED_US);
}

Deno.test("TransactionState begins with an id and a time, without operations", () => {
  const state = newState();
  assertEquals([state.id, state.startedAtUs], [id(99), STARTED_US]);
  assertEquals([state.operationCount, state.sizeBytes], [0, 0]);
  assertEquals([...state.entries()], []);
});

Deno.test("TransactionState.append() adds a row to each column, and counts operations and bytes", () => {
  const state = newState();
  state.append(operation(1));
  const small = state.sizeBytes;
  state.append(operation(2, { content: new Uint8Array(5000) }));
  assertEquals(state.operationCount, 2);
  assert(state.sizeBytes - small >= 5000);
  const { metadata, ...row } = state.entry(0);
  assertEquals(row, {
    partId: ROOT,
    nodeId: id(1),
    fileType: "file",
    content: encodeUtf8("content of 1"),
    operation: "create",
    nodeVersion: 1,
    position: 0,
    name: "1",
    path: "/1",
  });
  assertEquals(JSON.parse(metadata), {
    created: 1,
    modified: 2,
    size: 3,
    mode: 0o644,
  });
});

Deno.test("TransactionState.append() takes every kind of operation, each into its partition", () => {
  const state = newState();
  state.append(operation(1));
  state.append(operation(2, { fileType: "directory", content: null }));
  state.append(operation(3, { fileType: "symlink" }));
  state.append(operation(1, { kind: "update", nodeVersion: 2 }));
  state.append(operation(3, { kind: "move", fileType: "symlink" }));
  state.append(operation(1, { kind: "delete", content: null }));
  const rows = [...state.entries()];
  assertEquals(rows.map((r) => `${r.position} ${r.operation} ${r.fileType}`), [
    "0 create file",
    "1 create directory",
    "2 create symlink",
    "3 update file",
    "4 move symlink",
    "5 delete file",
  ]);
  assertEquals(rows.map(({ partId }) => partId), [
    ROOT,
    id(2),
    ROOT,
    ROOT,
    ROOT,
    ROOT,
  ]);
});

Deno.test("TransactionState.snapshot() is one batch of the rows so far, and leaves them where they are", () => {
  const state = newState();
  for (let n = 1; n <= 3; n++) state.append(operation(n));
  const snapshot = state.snapshot();
  state.append(operation(4));
  assertEquals(
    decodeOplogEntries(snapshot, "snapshot"),
    [...state.entries()].slice(0, 3),
  );
  assertEquals(state.operationCount, 4);
  assertEquals(decodeOplogEntries(state.snapshot(), "snapshot").length, 4);
});

Deno.test("Transaction.apply() takes more operations than a call may have arguments", async () => {
  const host = memoryHost();
  await using fs = await TinyLogFS.initEmpty(host, "/pond");
  const directories = new DirectoryCache(fs.oplog, host.clock, 1000);
  const transaction = new Transaction(newState(), directories);
  const operations = Array.from({ length: 150_000 }, (_, n) => operation(n));
  await transaction.apply(operations);
  assertEquals(transaction.operations.length, 150_000);
  assertEquals([...await transaction.list(ROOT)].length, 150_000);
});
