/** One flipped bit in any file is found, or has no effect. */
import { assert } from "@std/assert";
import { SeededRandom } from "../../src/host/memory.ts";
import { flipBits, pondToDamage } from "../support/bit_flips.ts";

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`a flipped bit in any file of a pond (${layout}) is an integrity error that names the file, or has no effect`, async () => {
    const random = new SeededRandom(layout.length);
    const host = await pondToDamage(layout);
    const counts = await flipBits(host, function* (_path, sizeBytes) {
      // A few in each file, its first and last bytes among them.
      yield Math.floor(random.fraction() * 8);
      yield (sizeBytes - 1) * 8 + Math.floor(random.fraction() * 8);
      for (let i = 0; i < 60; i++) {
        yield Math.floor(random.fraction() * sizeBytes * 8);
      }
    });
    assert(counts.found > counts.harmless, JSON.stringify(counts));
  });
}
