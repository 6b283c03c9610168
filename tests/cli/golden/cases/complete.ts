/** Cases of pond complete. */
import type { CommandCases } from "../case.ts";

/** What `pond complete` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a command",
      line: "pond complete -- che",
    },
    {
      says: "a path",
      line: "pond complete -- ls /se",
    },
    {
      says: "an option",
      line: "pond complete -- ls --re",
    },
    {
      says: "a tag",
      line: "pond complete -- ls --at f",
    },
    {
      says: "nothing",
      line: "pond complete -- nothing",
    },
  ],
};
