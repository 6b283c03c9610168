import { assertEquals, assertNotEquals } from "@std/assert";
import { concatBytes } from "../../src/bytes.ts";
import {
  concatParquet,
  type FileBytes,
} from "../../src/oplog/parquet_concat.ts";
import { ParquetWriteStream } from "../../src/oplog/parquet.ts";

/** A file of one row. */
async function fileOf(row: Readonly<[string, bigint][]>): Promise<FileBytes> {
  const file = await ParquetWriteStream.open(
    row.map(([name]) => ({ name, kind: { kind: "integer", bits: 64 } })),
  );
  const cells = row.map(([, value]) => [value]);
  const bytes = concatBytes([file.append(cells), file.finish()]);
  return {
    path: "/part",
    sizeBytes: bytes.length,
    read: (offset, length) =>
      Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

Deno.test("concatParquet() puts no files together of which a column would be lost", async () => {
  const usual = await fileOf([["t", 1n], ["u", 2n]]);
  assertNotEquals(await concatParquet([usual, usual]), undefined);
  for (const name of ["t", "T"]) {
    const twice = await fileOf([["t", 1n], [name, 2n]]);
    assertEquals(await concatParquet([usual, twice]), undefined);
    assertEquals(await concatParquet([twice, twice]), undefined);
  }
});
