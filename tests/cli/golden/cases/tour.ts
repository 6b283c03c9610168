/** Cases of pond tour; what it shows is in `tests/cli/tour_test.ts`. */
import type { CommandCases } from "../case.ts";

/** What `pond tour` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "what it is",
      line: "pond tour --help",
    },
    {
      says: "for programs",
      line: "pond tour --yes --json",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a word too many",
      line: "pond tour /sensors",
      error: "INVALID_ARGUMENT",
    },
  ],
};
