/** Cases of pond maintain. */
import type { CommandCases } from "../case.ts";

/** What `pond maintain` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "everything",
      line: "pond maintain",
    },
    {
      says: "one task",
      line: "pond maintain vacuum --yes",
    },
    {
      says: "only shown",
      line: "pond maintain optimize -n",
    },
    {
      says: "for programs",
      line: "pond maintain --json",
    },
    {
      says: "a task that there is not",
      line: "pond maintain vaccum",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a retention that is too short",
      line: "pond maintain vacuum --retention 1h",
      error: "INVALID_ARGUMENT",
    },
  ],
};
