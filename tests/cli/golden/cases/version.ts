/** Cases of pond version. */
import type { CommandCases } from "../case.ts";

/** What `pond version` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "the version",
      line: "pond version",
    },
    {
      says: "for programs",
      line: "pond version --json",
    },
  ],
};
