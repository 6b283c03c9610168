/** Stops a run of a mirror at each write to the disk, in each way. */
import { LAYOUTS } from "../mirror/support.ts";
import { MIRROR_ENDS, stopMirror } from "../support/mirror_crash.ts";

for (const layout of LAYOUTS) {
  for (const end of MIRROR_ENDS) {
    Deno.test(`a mirror (${layout}) that is stopped at each write (${end}) goes on with the next run`, async () => {
      await stopMirror(layout, [[end, 1]]);
    });
  }
}
