/** One changed byte in any file of a pond is found by a check, or means nothing. */
import { assert, assertGreater } from "@std/assert";
import { SeededRandom } from "../../src/host/memory.ts";
import { changeAndCheck } from "../support/check_flips.ts";
import { neededFiles, pondOfFifty } from "../support/checked_pond.ts";

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`one changed byte in any file of a pond of fifty files (${layout}) is found by check(), or means nothing, and nothing reads as something else`, async () => {
    const random = new SeededRandom(layout.length);
    const below = (end: number) => Math.floor(random.fraction() * end);
    const host = await pondOfFifty(layout);
    const needed = await neededFiles(host);
    const counts = await changeAndCheck(host, function* (_path, sizeBytes) {
      if (sizeBytes === 0) return;
      yield { offset: below(sizeBytes), mask: 1 + below(255) };
    }, (path) => needed.has(path));
    assertGreater(counts.found, 50);
    assert(counts.found > counts.harmless.size * 3, JSON.stringify(counts));
  });
}
