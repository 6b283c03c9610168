import { assertEquals, assertThrows } from "@std/assert";
import { IntegrityError } from "../../../src/errors.ts";
import {
  type Action,
  formatAction,
  parseAction,
} from "../../../src/oplog/delta/actions.ts";

const ACTIONS: readonly Action[] = [
  {
    kind: "protocol",
    protocol: {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["a"],
      writerFeatures: ["a", "b"],
    },
  },
  {
    kind: "metaData",
    metaData: {
      id: "af23c9d7-fff1-4a5a-a2c8-55c59bd782aa",
      name: "n",
      description: "d",
      format: { provider: "parquet", options: {} },
      schemaString: `{"type":"struct","fields":[]}`,
      partitionColumns: ["part_id"],
      configuration: { "delta.appendOnly": "true" },
      createdTime: 1515491537026,
    },
  },
  {
    kind: "add",
    add: {
      path: "part%20id=1/a.parquet",
      partitionValues: { part_id: "1", other: null },
      size: 841454,
      modificationTime: 1512909768000,
      dataChange: true,
      stats: `{"numRecords":1}`,
      tags: { sha256: "00" },
    },
  },
  {
    kind: "remove",
    remove: {
      path: "a.parquet",
      dataChange: false,
      deletionTimestamp: 1515488792485,
      extendedFileMetadata: true,
      partitionValues: {},
      size: 3,
    },
  },
  { kind: "txn", txn: { appId: "a", version: 364475, lastUpdated: 1 } },
  { kind: "commitInfo", commitInfo: { operation: "WRITE", anything: [1] } },
];

Deno.test("parseAction() inverts formatAction() for every action", () => {
  for (const action of ACTIONS) {
    assertEquals(parseAction(formatAction(action), "log"), action);
  }
});

Deno.test("parseAction() ignores unknown actions and unknown members", () => {
  assertEquals(parseAction(`{"sidecar":{"path":"x"}}`, "log"), undefined);
  assertEquals(parseAction(`{}`, "log"), undefined);
  const line = `{"txn":{"appId":"a","version":1,"new":{"x":[]}}}`;
  assertEquals(parseAction(line, "log"), {
    kind: "txn",
    txn: { appId: "a", version: 1 },
  });
});

Deno.test("parseAction() takes null for a member that is left out", () => {
  const line =
    `{"add":{"path":"p","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true,"stats":null,"tags":null}}`;
  assertEquals(parseAction(line, "log"), {
    kind: "add",
    add: {
      path: "p",
      partitionValues: {},
      size: 1,
      modificationTime: 2,
      dataChange: true,
    },
  });
});

Deno.test("parseAction() refuses what is no action, naming the file", () => {
  for (
    const line of [
      "",
      "{",
      "[]",
      "null",
      "1",
      `{"add":1}`,
      `{"add":{}}`,
      `{"add":{"path":1,"size":1,"modificationTime":1,"dataChange":true}}`,
      `{"add":{"path":"p","size":"1","modificationTime":1,"dataChange":true}}`,
      `{"add":{"path":"p","size":1,"modificationTime":1,"dataChange":1}}`,
      `{"add":{"path":"p","size":1,"modificationTime":1,"dataChange":true,"tags":{"a":1}}}`,
      `{"add":{"path":"p","size":1,"modificationTime":1,"dataChange":true,"deletionVector":{}}}`,
      `{"txn":{"version":1}}`,
      `{"metaData":{"schemaString":"{}"}}`,
      `{"protocol":{"minReaderVersion":1}}`,
    ]
  ) {
    const error = assertThrows(
      () => parseAction(line, "log/1.json"),
      IntegrityError,
    );
    assertEquals(error.path, "log/1.json", line);
  }
});
