/**
 * Four processes make transactions at the same time, in one directory, in
 * different ones, and on the same file. `tests/long/four_writers_test.ts` has
 * more of them.
 */
import { checkFourWriters, PLACES } from "../support/four_writers.ts";
import { tempDirectory } from "../support/temp_directory.ts";

for (const layout of ["clustered", "hive"] as const) {
  for (const place of PLACES) {
    Deno.test(`of four writers (${layout}, ${place}), each acknowledged transaction is there, and each refused one left nothing`, async () => {
      await using temp = await tempDirectory();
      await checkFourWriters(temp.join("pond"), layout, place, 12);
    });
  }
}
