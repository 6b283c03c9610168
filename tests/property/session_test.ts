/**
 * Sessions with a pond; `tests/long/session_test.ts` has more of them, and begins
 * elsewhere each time.
 */
import { sessionModel } from "./session_model.ts";

for (const layout of ["clustered", "hive"] as const) {
  sessionModel(layout, { sessions: 40, steps: 60, seed: 11 });
}
