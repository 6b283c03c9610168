/** Cases of pond schema. */
import type { CommandCases } from "../case.ts";

/** What `pond schema` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "of a list",
      line: "pond schema tag",
    },
    {
      says: "of an error",
      line: "pond schema error",
    },
    {
      says: "of a command that there is not",
      line: "pond schema tga",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "of a command that writes no JSON",
      line: "pond schema cat",
      error: "INVALID_ARGUMENT",
    },
  ],
};
