/** Bytes all over a pond's files, with a bit of each flipped, and a check. */
import { assert } from "@std/assert";
import { flipAndCheck } from "../support/check_flips.ts";
import { pondWithHistory } from "../support/checked_pond.ts";

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`a byte in twenty-three of each file of a pond (${layout}), with a bit flipped, is found by check(), or everything reads as before`, async () => {
    const host = await pondWithHistory(layout);
    const counts = await flipAndCheck(host, function* (path, sizeBytes) {
      // All of a blob is under one digest: a part stands for the whole.
      const step = path.includes("/blobs/") ? 5003 : 23;
      for (let at = 0; at < sizeBytes; at += step) yield at * 8 + at % 8;
    });
    assert(counts.found > counts.harmless * 5, JSON.stringify(counts));
  });
}
