/** Cases of pond completions. */
import type { CommandCases } from "../case.ts";

/** What `pond completions` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "for fish",
      line: "pond completions fish",
    },
    {
      says: "for a shell that there is not",
      line: "pond completions tcsh",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "for none",
      line: "pond completions",
      error: "INVALID_ARGUMENT",
    },
  ],
};
