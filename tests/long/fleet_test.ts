/**
 * Two, four and eight processes append to one pond and read it for a while, and
 * one of them is killed every second.
 */
import { assert } from "@std/assert";
import { SeededRandom } from "../../src/host/memory.ts";
import { checkFleetPond, Fleet, initFleetPond } from "../support/fleet.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const SECONDS = 25;

for (const layout of ["clustered", "hive"] as const) {
  for (const size of [2, 4, 8]) {
    Deno.test(`${size} processes (${layout}) append and read, one is killed every second, and nothing is lost or doubled`, async () => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      await Deno.stdout.write(new TextEncoder().encode(`seed ${seed}\n`));
      const random = new SeededRandom(seed);
      await using temp = await tempDirectory();
      const pond = temp.join("pond");
      await initFleetPond(pond, layout);
      const fleet = new Fleet(pond, { size, count: 1_000_000 });
      const running = fleet.run();
      for (let second = 0; second < SECONDS; second++) {
        // Somewhere within the second.
        const ms = random.fraction() * 1000;
        await sleep(ms);
        fleet.kill(random.fraction());
        await sleep(1000 - ms);
      }
      await fleet.stop();
      await running;
      assert(fleet.kills > SECONDS / 2, `only ${fleet.kills} were killed`);
      assert(fleet.said.size > 100, `only ${fleet.said.size} were said`);
      await checkFleetPond(pond, fleet.said);
    });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
