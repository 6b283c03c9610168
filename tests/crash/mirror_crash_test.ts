/**
 * Stops a run of a mirror at writes to the disk, in all the ways there are; at each of
 * them in tests/long.
 */
import type { Layout } from "../../src/tinylogfs/mod.ts";
import { LAYOUTS } from "../mirror/support.ts";
import { type MirrorEnd, stopMirror } from "../support/mirror_crash.ts";

/** How it is stopped, and at which writes: each, or each so many. */
const ENDS: Readonly<
  Record<Layout, readonly (readonly [MirrorEnd, number])[]>
> = {
  clustered: [
    ["killed", 1],
    ["nothing survives", 3],
    ["random", 2],
    ["NO_SPACE", 3],
    ["IO", 5],
    ["PERMISSION_DENIED", 5],
  ],
  hive: [["random", 4], ["IO", 9]],
};

for (const layout of LAYOUTS) {
  Deno.test(`a mirror (${layout}) that is stopped at any write goes on with the next run`, async () => {
    await stopMirror(layout, ENDS[layout]);
  });
}
