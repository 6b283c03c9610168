/** Every byte of a pond's files, with each of its bits flipped. */
import { assert } from "@std/assert";
import { flipBits, pondToDamage } from "../support/bit_flips.ts";

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`each bit of each file of a pond (${layout}), flipped, is found or has no effect`, async () => {
    const host = await pondToDamage(layout);
    const counts = await flipBits(host, function* (path, sizeBytes) {
      // All of a blob is under one digest: a part stands for the whole.
      const step = path.includes("/blobs/") ? 1009 : 1;
      for (let bit = 0; bit < sizeBytes * 8; bit += step) yield bit;
    });
    assert(counts.found > counts.harmless, JSON.stringify(counts));
  });
}
