/** Streams of bytes, compressed and decompressed, and read by other programs. */
import { zstdCompressSync } from "node:zlib";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { concatBytes, equalBytes } from "../../src/bytes.ts";
import { IntegrityError, PondError } from "../../src/errors.ts";
import {
  compressed,
  decompressed,
  type Packing,
  unzstdAtMost,
} from "../../src/host/packing.ts";
import { SeededRandom } from "../../src/host/memory.ts";

/** Bytes that are more than one frame, half of them random. */
function sample(length: number): Uint8Array {
  const random = new SeededRandom(length);
  return Uint8Array.from(
    { length },
    (_, i) => i % 2 === 0 ? 7 : Math.floor(random.fraction() * 256),
  );
}

async function* chunks(
  bytes: Uint8Array,
  length = 100_000,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) {
    yield await Promise.resolve(bytes.subarray(at, at + length));
  }
}

async function all(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const found: Uint8Array[] = [];
  for await (const chunk of bytes) found.push(chunk.slice());
  return concatBytes(found);
}

for (const how of ["none", "gzip", "zstd"] as const satisfies Packing[]) {
  Deno.test(`decompressed() inverts compressed() (${how}), and the same bytes become the same`, async () => {
    for (const length of [0, 1, 4 * 1024 * 1024 + 5]) {
      const bytes = sample(length);
      const packed = await all(compressed(chunks(bytes), how));
      const again = await all(compressed(chunks(bytes, 70_777), how));
      assert(equalBytes(again, packed));
      for (const step of [100_001]) {
        const read = await all(decompressed(chunks(packed, step), "x"));
        assertEquals(read.length, length);
        assert(equalBytes(read, bytes));
      }
    }
  });
}

for (const how of ["gzip", "zstd"] as const) {
  Deno.test(`what is cut or damaged is an integrity error that names it (${how})`, async () => {
    const packed = await all(compressed(chunks(sample(500_000)), how));
    for (const length of [5, 20, packed.length >> 1, packed.length - 1]) {
      await assertRejects(
        () => all(decompressed(chunks(packed.subarray(0, length)), "x.tar")),
        PondError,
        "Cannot trust x.tar",
      );
    }
    const damaged = packed.slice();
    damaged[packed.length >> 1] = (damaged[packed.length >> 1] ?? 0) ^ 255;
    await assertRejects(
      () => all(decompressed(chunks(damaged), "x.tar")),
      PondError,
      "Cannot trust x.tar",
    );
  });

  Deno.test(`a source that fails ends both with its own error (${how})`, async () => {
    const packed = await all(compressed(chunks(sample(300_000)), how));
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(packed.subarray(0, 100));
      throw new PondError("IO", "the cable was pulled");
    }
    await assertRejects(
      () => all(decompressed(failing(), "x")),
      PondError,
      "cable",
    );
    await assertRejects(
      () => all(compressed(failing(), how)),
      PondError,
      "cable",
    );
  });
}

Deno.test("zstd of another program is refused with the way out, and theirs of a length that can't be", async () => {
  const foreign = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 0, 0, 0, 0, 0);
  const error = await assertRejects(
    () => all(decompressed(chunks(foreign), "x.zst")),
    PondError,
    "compressed by another program",
  );
  assertEquals(error.hint, "zstd -dc x.zst | pond unbundle - DIRECTORY");
  const huge = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 0, 0, 0, 0x40);
  await assertRejects(
    () => all(decompressed(chunks(huge), "x.zst")),
    PondError,
    "a frame has",
  );
});

Deno.test("unzstdAtMost() reads zstd of any program, and no more than expected", () => {
  const content = new TextEncoder().encode("tide ".repeat(1000));
  const packed = new Uint8Array(zstdCompressSync(content));
  assertEquals(unzstdAtMost(packed, content.length, "a"), content);
  const error = assertThrows(
    () => unzstdAtMost(new Uint8Array(9), content.length, "a"),
    IntegrityError,
  );
  assertEquals(error.path, "a");
  assertThrows(() => unzstdAtMost(packed, 4999, "a"), IntegrityError);
  const empty = new Uint8Array(zstdCompressSync(new Uint8Array()));
  assertEquals(unzstdAtMost(empty, 0, "a"), new Uint8Array());
});
