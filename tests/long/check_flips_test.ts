/** Bytes all over a pond's files, each changed by itself, and a check. */
import { assert } from "@std/assert";
import { changeAndCheck } from "../support/check_flips.ts";
import { neededFiles, pondOfFifty } from "../support/checked_pond.ts";

/** Of files up to this size, every byte. */
const SMALL_BYTES = 512;

for (const layout of ["clustered", "hive"] as const) {
  Deno.test(`any byte of a small file, and one in 131 of others, of a pond of fifty files (${layout}), when it changes, is found by check(), or means nothing`, async () => {
    const host = await pondOfFifty(layout);
    const needed = await neededFiles(host);
    const counts = await changeAndCheck(host, function* (path, sizeBytes) {
      const isSmall = sizeBytes <= SMALL_BYTES;
      // All of a blob is under one digest: a part stands for the whole.
      const step = isSmall ? 1 : path.includes("/blobs/") ? 9973 : 131;
      for (let offset = 0; offset < sizeBytes; offset += step) {
        yield { offset, mask: 1 + (offset * 37) % 255 };
      }
    }, (path) => needed.has(path));
    assert(counts.found > counts.harmless.size * 5, JSON.stringify(counts));
  });
}
