/**
 * Four processes make 250 transactions each at the same time: in one directory,
 * in different ones, and on the same file.
 */
import { checkFourWriters, PLACES } from "../support/four_writers.ts";
import { tempDirectory } from "../support/temp_directory.ts";

for (const layout of ["clustered", "hive"] as const) {
  for (const place of PLACES) {
    Deno.test(`of 1000 transactions of four writers (${layout}, ${place}), each acknowledged one is there, and each refused one left nothing`, async () => {
      await using temp = await tempDirectory();
      await checkFourWriters(temp.join("pond"), layout, place, 250);
    });
  }
}
