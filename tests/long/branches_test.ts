/** Many branches that merge each other back and forth. */
import { meetAgain } from "../property/branch_merges.ts";

Deno.test("merge() of two branches, back and forth and with settled conflicts, makes them the same, whatever they do", async () => {
  await meetAgain(1000);
});
