/** Cases of pond man. */
import type { CommandCases } from "../case.ts";

/** What `pond man` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "of a command",
      line: "pond man mkdir",
    },
    {
      says: "what there is not",
      line: "pond man lss",
      error: "INVALID_ARGUMENT",
    },
  ],
};
