/** One flipped bit in any file is found by a check, or has no effect. */
import { assert } from "@std/assert";
import { SeededRandom } from "../../src/host/memory.ts";
import { flipAndCheck } from "../support/check_flips.ts";
import { pondWithBranches, pondWithHistory } from "../support/checked_pond.ts";

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`a flipped bit in any file of a pond (${layout}) is found by check(), or everything reads as before`, async () => {
    const random = new SeededRandom(layout.length);
    const host = await pondWithHistory(layout);
    const counts = await flipAndCheck(host, function* (_path, sizeBytes) {
      if (sizeBytes === 0) return;
      // A few in each file, its first and last bytes among them.
      yield Math.floor(random.fraction() * 8);
      yield (sizeBytes - 1) * 8 + Math.floor(random.fraction() * 8);
      for (let i = 0; i < 4; i++) {
        yield Math.floor(random.fraction() * sizeBytes * 8);
      }
    });
    assert(counts.found > counts.harmless * 5, JSON.stringify(counts));
  });
}

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`a flipped bit in any file of a branch (${layout}) is found by check(), or everything reads as before`, async () => {
    const random = new SeededRandom(layout.length + 1);
    const host = await pondWithBranches(layout);
    const counts = await flipAndCheck(host, function* (path, sizeBytes) {
      const isOfBranch = /\/branch(es\/.*)?$/.test(path);
      if (sizeBytes === 0 || !isOfBranch) return;
      yield Math.floor(random.fraction() * 8);
      yield (sizeBytes - 1) * 8 + Math.floor(random.fraction() * 8);
      yield Math.floor(random.fraction() * sizeBytes * 8);
    });
    assert(counts.found > counts.harmless * 5, JSON.stringify(counts));
  });
}
