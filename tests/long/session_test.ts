/** Many long sessions with a pond. */
import { sessionModel } from "../property/session_model.ts";

for (const layout of ["clustered", "hive"] as const) {
  sessionModel(layout, { sessions: 150, steps: 120 });
}
