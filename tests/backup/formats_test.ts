/** What lies in a backup: encoded and decoded, and nothing else is believed. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeIndex, encodeIndex } from "../../src/backup/index_object.ts";
import { decodeRows, encodeRow } from "../../src/backup/row_piece.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
  type SnapshotContent,
} from "../../src/backup/snapshot.ts";
import { concatBytes, encodeUtf8 } from "../../src/bytes.ts";
import { IntegrityError } from "../../src/errors.ts";
import { memoryHost } from "../../src/host/memory.ts";

const compression = await memoryHost().compression();

const bytes = fc.uint8Array({ maxLength: 100 }).map((array) =>
  new Uint8Array(array)
);

const rows = fc.array(fc.record({
  partId: fc.string({ unit: "grapheme", maxLength: 40 }),
  version: fc.maxSafeNat(),
  timestampUs: fc.maxSafeNat(),
  content: bytes,
}));

Deno.test("decodeRows() inverts encodeRow(), and refuses what is cut off", () => {
  fc.assert(fc.property(rows, fc.nat(), (rows, cut) => {
    const encoded = concatBytes(rows.flatMap(encodeRow));
    const decoded = [...decodeRows(encoded, "piece")];
    assertEquals(decoded.length, rows.length);
    for (const [i, row] of rows.entries()) {
      assertEquals({ ...decoded[i] }, { ...row });
    }
    const ends = new Set([0]);
    let end = 0;
    for (const row of rows) {
      for (const chunk of encodeRow(row)) end += chunk.length;
      ends.add(end);
    }
    const length = encoded.length === 0 ? 0 : cut % encoded.length;
    if (ends.has(length)) return;
    assertThrows(
      () => [...decodeRows(encoded.slice(0, length), "piece")],
      IntegrityError,
    );
  }));
});

const hash = (n: number) => n.toString(16).padStart(64, "0");

function pieceOf(n: number) {
  return {
    sha256: hash(n),
    sizeBytes: n * 10,
    pack: hash(n % 3),
    offset: n * 7,
    storedBytes: n,
  };
}

const piece = fc.integer({ min: 1, max: 50 }).map(pieceOf);

Deno.test("decodeIndex() inverts encodeIndex()", () => {
  const segment = fc.record({
    minVersion: fc.nat(),
    maxVersion: fc.nat(),
    rows: fc.nat(),
    piece,
  });
  const blob = fc.array(piece, { minLength: 2, maxLength: 4 }).map((
    pieces,
  ) => ({
    sha256: hash(99),
    pieces,
  }));
  const single = piece.map((only) => ({
    sha256: only.sha256,
    pieces: [only],
  }));
  const index = fc.record({
    rows: fc.array(segment).map((list) => new Map([["main", list]])),
    blobs: fc.array(fc.oneof(blob, single)),
  });
  fc.assert(fc.property(index, ({ blobs, rows }) => {
    const encoded = encodeIndex({ blobs, rows, pieces: [] }, compression);
    const decoded = decodeIndex(encoded, compression, "index");
    assertEquals(decoded, { blobs, rows, pieces: [] });
  }));
  const unfinished = { rows: new Map(), blobs: [], pieces: [pieceOf(5)] };
  const encoded = encodeIndex(unfinished, compression);
  assertEquals(decodeIndex(encoded, compression, "index"), unfinished);
});

Deno.test("decodeIndex() refuses anything else, whatever length it claims", () => {
  const packed = (value: unknown) => {
    const text = encodeUtf8(JSON.stringify(value));
    const header = new Uint8Array(4);
    new DataView(header.buffer).setUint32(0, text.length, true);
    return concatBytes([header, compression.zstd(text)]);
  };
  const index = { index: 1, packs: [], pieces: [], rows: {}, blobs: [] };
  assertEquals(decodeIndex(packed(index), compression, "i").blobs, []);
  const claims = packed(index);
  claims.set([255, 255, 255, 127], 0);
  for (
    const bad of [
      new Uint8Array(),
      new Uint8Array(3),
      claims,
      packed({ ...index, index: 2 }),
      packed({ ...index, blobs: [0] }),
      packed({ ...index, blobs: ["x"] }),
      packed({ ...index, packs: ["../../etc/passwd"] }),
      packed({ ...index, pieces: [[0, 0, 1, 1, hash(1)]] }),
      packed({ ...index, rows: { main: [[0, 0, 1, 7]] } }),
      packed({ ...index, rows: [] }),
      packed([]),
    ]
  ) {
    assertThrows(() => decodeIndex(bad, compression, "i"), IntegrityError);
  }
});

const SNAPSHOT: SnapshotContent = {
  pondId: "a".repeat(32),
  pondCreated: "2026-01-01T00:00:00Z",
  createdUs: 5,
  parent: undefined,
  current: "main",
  author: "me",
  writer: "pond",
  lines: [{
    id: "main",
    name: "main",
    version: 3,
    timestampUs: 4,
    transaction: "b".repeat(32),
    transactionVersion: 3,
    wholeSince: 0,
    layout: "hive",
    rows: 7,
    counters: { "pond-pruned": 2 },
    configuration: { "delta.logRetentionDuration": "interval 1 day" },
    branch: undefined,
    base: undefined,
  }],
  indexes: [hash(1)],
  rows: 7,
  blobs: 0,
  blobBytes: 0,
};

Deno.test("decodeSnapshot() inverts encodeSnapshot(), and refuses names that leave", () => {
  const [main] = SNAPSHOT.lines;
  const branch = main && {
    ...main,
    id: "c".repeat(32),
    name: "exp",
    branch: { from: "main", version: 1, createdUs: 2, expiresUs: undefined },
    base: { line: "main", version: 1 },
  };
  const lines = main && branch ? [main, branch] : [];
  const whole = { ...SNAPSHOT, lines, current: "exp" };
  assertEquals(decodeSnapshot(encodeSnapshot(whole), "s"), whole);
  if (main === undefined || branch === undefined) return;
  for (
    const bad of [
      { ...SNAPSHOT, current: "../../etc" },
      { ...SNAPSHOT, lines: [] },
      { ...SNAPSHOT, lines: [branch] },
      { ...SNAPSHOT, lines: [{ ...main, name: ".." }] },
      { ...SNAPSHOT, lines: [main, { ...branch, id: "../x" }] },
      { ...SNAPSHOT, lines: [main, branch, branch] },
      {
        ...SNAPSHOT,
        lines: [main, { ...branch, base: { line: "no", version: 1 } }],
      },
    ]
  ) {
    assertThrows(
      () => decodeSnapshot(encodeSnapshot(bad), "s"),
      IntegrityError,
    );
  }
});
