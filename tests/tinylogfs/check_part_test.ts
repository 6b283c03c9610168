/** A check that reads a part of all blobs. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  checked,
  copyOf,
  newHost,
  pathsLike,
  POND,
} from "../support/checked_pond.ts";
import { assertCode } from "./scratch.ts";

const BLOBS = 30;

async function pondOfBlobs() {
  const host = newHost();
  await using fs = await TinyLogFS.initEmpty(host, POND);
  for (let i = 0; i < BLOBS; i++) {
    await fs.createFile(`/b${i}`, new Uint8Array(66_000 + i).fill(i));
  }
  await fs.commit();
  return host;
}

Deno.test("check() of the parts 1/t to t/t reads each blob in one of them", async () => {
  const start = await pondOfBlobs();
  const blobs = pathsLike(start, /\/blobs\//);
  assertEquals(blobs.length, BLOBS);
  const found = new Map<string, number>();
  let read = 0;
  const host = copyOf(start);
  for (const path of blobs) host.files.flipBit(path, 12_345);
  for (let number = 1; number <= 4; number++) {
    const { counts, findings } = await checked(host, {
      part: { number, of: 4 },
    });
    assertGreater(counts.blobsRead, 0);
    assertEquals(findings.length, counts.blobsRead);
    read += counts.blobsRead;
    for (const { path } of findings) found.set(path, number);
  }
  assertEquals([found.size, read], [BLOBS, BLOBS]);
});

Deno.test("check() of N percent reads so many of the bytes, other ones each time", async () => {
  const host = await pondOfBlobs();
  const seen = new Set<string>();
  for (const path of pathsLike(host, /\/blobs\//)) host.files.flipBit(path, 7);
  for (let i = 0; i < 8; i++) {
    const { counts, findings } = await checked(host, { part: { percent: 20 } });
    assertEquals(findings.length, counts.blobsRead);
    assertEquals(counts.blobs, BLOBS);
    const share = counts.blobBytesRead / counts.blobBytes;
    assert(share >= 0.2 && share < 0.2 + 1.1 / BLOBS, String(share));
    for (const { path } of findings) seen.add(path);
  }
  assertGreater(seen.size, 6);
  const { counts } = await checked(host, { part: { percent: 0.001 } });
  assertEquals(counts.blobsRead, 1);
  const all = await checked(host, { part: { percent: 100 } });
  assertEquals(all.counts.blobsRead, BLOBS);
});

Deno.test("check({repair}) reads the same sample after the repair, and tells of its damage", async () => {
  const host = await pondOfBlobs();
  for (const path of pathsLike(host, /\/blobs\//)) host.files.flipBit(path, 7);
  host.files.plant(`${POND}/head`, new Uint8Array(3));
  const { counts, findings, isSound } = await checked(host, {
    part: { percent: 10 },
    repair: true,
  });
  assertEquals(isSound, false);
  assertEquals(
    findings.filter(({ kind }) => kind === "blob").length,
    counts.blobsRead,
  );
});

Deno.test("check() refuses parts that there can't be, and a part without data", async () => {
  const host = await pondOfBlobs();
  for (
    const part of [
      { percent: 0 },
      { percent: 100.5 },
      { percent: NaN },
      { number: 0, of: 3 },
      { number: 4, of: 3 },
      { number: 1.5, of: 3 },
      { number: 1, of: 2_000_000 },
    ]
  ) await assertCode("INVALID_ARGUMENT", () => checked(host, { part }));
  await assertCode(
    "INVALID_ARGUMENT",
    () => checked(host, { part: { percent: 5 }, depth: "rows" }),
  );
});
