/** Content that its caller gives away. */
import { assertEquals, assertRejects } from "@std/assert";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { newHost, POND } from "../support/checked_pond.ts";

for (const sizeBytes of [1000, 100_000]) {
  Deno.test(`${sizeBytes} bytes that are given away are taken, others are copied`, async () => {
    const content = new Uint8Array(sizeBytes).fill(7);
    const [given, kept] = [content.slice(), content.slice()];
    // There is more in its buffer.
    const part = new Uint8Array(sizeBytes + 1).fill(7).subarray(1);
    await using fs = await TinyLogFS.initEmpty(newHost(), POND);
    await fs.createFile("/given", given, { transfer: true });
    await fs.createFile("/kept", kept);
    await fs.createFile("/part", part, { transfer: true });
    await fs.commit();

    const lengths = [given, kept, part].map(({ length }) => length);
    assertEquals(lengths, [0, sizeBytes, sizeBytes]);
    kept.fill(8);
    part.fill(8);
    for (const path of ["/given", "/kept", "/part"]) {
      assertEquals(await fs.readFile(path), content);
    }
  });
}

Deno.test("bytes that were given away are no empty file the second time", async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  await using fs = await TinyLogFS.initEmpty(newHost(), POND);
  await fs.writeFile("/a", bytes, { transfer: true });
  await assertRejects(() => fs.writeFile("/a", bytes), TypeError, "given away");
  assertEquals(await fs.readFile("/a"), new Uint8Array([1, 2, 3]));
});
