/**
 * Content in a row of a data file without a digest, as other engines leave them:
 * nothing but the row's own hash says what it was.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { decodeUtf8, encodeUtf8 } from "../../src/bytes.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { OplogTable } from "../../src/oplog/mod.ts";
import { DataFile, encodeRecords } from "../../src/oplog/data_file.ts";
import { type Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { checked, newHost, POND } from "../support/checked_pond.ts";
import { assertCode } from "./scratch.ts";

const LAYOUTS: readonly Layout[] = ["clustered", "hive"];
const CONTENT = "the depth of the lake: 20.5 m\n";
const OTHER = "the depth of the lake: 10.5 m\n";

/** A pond with a file in two versions, whose rows another engine has merged. */
async function foreign(
  layout: Layout,
  damage: (bytes: Uint8Array) => Uint8Array,
): Promise<MemoryHost> {
  const host = newHost();
  {
    await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
    await fs.writeFile("/lake.txt", CONTENT);
    await fs.commit();
    await fs.setAttributes("/lake.txt", { place: "Bodensee" });
    await fs.commit();
  }
  const { delta } = await OplogTable.open(host, `${POND}/oplog`, {
    headPath: `${POND}/head`,
  });
  const before = [...delta.snapshot.adds];
  const adds = [];
  for (const { tags: _, ...add } of before) {
    const path = `${POND}/oplog/${decodeURIComponent(add.path)}`;
    const file = DataFile.open(await host.files.read(path), add, {
      source: path,
    });
    const every = { minVersion: 0, maxVersion: Number.MAX_SAFE_INTEGER };
    const records = (await file.rows(every)).map((record) => ({
      ...record,
      content: new Uint8Array(damage(record.content)),
    }));
    const withPartId = layout === "clustered";
    const bytes = await encodeRecords(records, {
      withPartId,
      filteredBytes: Infinity,
    });
    const name = `${add.path.replace(/\.parquet$/, "")}-merged.parquet`;
    host.files.plant(`${POND}/oplog/${decodeURIComponent(name)}`, bytes);
    adds.push({ ...add, path: name, size: bytes.length, dataChange: false });
  }
  await delta.commit({
    adds,
    removes: before.map(({ partitionValues, path, size }) => ({
      path,
      size,
      partitionValues,
      dataChange: false,
      deletionTimestamp: 1,
      extendedFileMetadata: true,
    })),
    commitInfo: { operation: "OPTIMIZE" },
    timestampMs: 1,
  });
  return host;
}

/** The same bytes but for one of the content, wherever it is. */
function flipped(bytes: Uint8Array): Uint8Array {
  // One byte a character: what isn't the content stays as it is.
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.indexOf(CONTENT);
  return at < 0 ? bytes : Uint8Array.from([
    ...bytes.slice(0, at),
    ...encodeUtf8(OTHER),
    ...bytes.slice(at + CONTENT.length),
  ]);
}

for (const layout of LAYOUTS) {
  Deno.test(`content of a data file without a digest is what was written, or an integrity error (${layout})`, async () => {
    {
      const host = await foreign(layout, (bytes) => bytes);
      await using fs = await TinyLogFS.open(host, POND);
      assertEquals(decodeUtf8(await fs.readFile("/lake.txt")), CONTENT);
      assertEquals((await checked(host)).findings, []);
    }
    const host = await foreign(layout, flipped);
    await using fs = await TinyLogFS.open(host, POND);
    await using then = await fs.at("v1");
    for (
      const read of [
        () => fs.readFile("/lake.txt"),
        () => fs.streamFile("/lake.txt"),
        () => then.readFile("/lake.txt"),
        () => fs.contentLocation("/lake.txt"),
        () => Array.fromAsync(fs.fileVersions("/lake.txt")),
        () => Array.fromAsync(fs.blame("/lake.txt")),
        () => fs.copy("/lake.txt", "/copy.txt"),
      ]
    ) {
      const { message } = await assertCode("INTEGRITY", read);
      assertStringIncludes(message, "its content has 30 bytes");
    }
    // A file that is written anew gets a digest: not with this in it.
    await fs.writeFile("/lake.txt", "new");
    await fs.commit();
    await assertCode("INTEGRITY", () => fs.optimize());
    assertEquals((await fs.readFile("/lake.txt")).length, 3);
    const { findings } = await checked(host);
    assertEquals(findings.map(({ kind }) => kind), ["node", "node"]);
  });
}
