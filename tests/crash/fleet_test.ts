/**
 * Two, four and eight processes append to one pond and read it, all at the same
 * time; then they are killed, too. `tests/long/fleet_test.ts` has it for minutes.
 */
import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../src/host/memory.ts";
import { checkFleetPond, Fleet, initFleetPond } from "../support/fleet.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const SEED = 11;

/** How many files each of so many processes appends. */
const COUNTS = [[2, 40], [4, 16], [8, 6]] as const;

for (const layout of ["clustered", "hive"] as const) {
  for (const [size, count] of COUNTS) {
    Deno.test(`${size} processes (${layout}) that append and read at the same time lose nothing, double nothing, and leave no gap`, async () => {
      await using temp = await tempDirectory();
      const pond = temp.join("pond");
      await initFleetPond(pond, layout);
      const fleet = new Fleet(pond, { size, count });
      await fleet.run();
      assertEquals(fleet.said.size, size * count);
      assertEquals(await checkFleetPond(pond, fleet.said), size * count);
    });
  }

  Deno.test(`of 4 processes (${layout}) that append and read, of which any is killed at any time, nothing is lost or doubled (seed ${SEED})`, async () => {
    await using temp = await tempDirectory();
    const pond = temp.join("pond");
    await initFleetPond(pond, layout);
    const random = new SeededRandom(SEED);
    let killAt = 1;
    // What one says comes at any time in the work of the others.
    const fleet: Fleet = new Fleet(pond, {
      size: 4,
      count: 12,
      onSaid: (total) => {
        if (total < killAt) return;
        killAt = total + 1 + Math.floor(random.fraction() * 8);
        fleet.kill(random.fraction());
      },
    });
    await fleet.run();
    assert(fleet.kills > 3, `only ${fleet.kills} were killed`);
    // One that was killed before it said so finds its file there.
    assertEquals(fleet.said.size, 4 * 12);
    assertEquals(await checkFleetPond(pond, fleet.said), 4 * 12);
  });
}
