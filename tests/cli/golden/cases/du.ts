/** Cases of pond du. */
import type { CommandCases } from "../case.ts";

/** What `pond du` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "everything",
      line: "pond du",
    },
    {
      says: "what history costs",
      line: "pond du --history",
    },
    {
      says: "for programs",
      line: "pond du --json",
    },
    {
      says: "a path",
      line: "pond du /sensors",
    },
    {
      says: "not there",
      line: "pond du /nothing",
      error: "NOT_FOUND",
    },
  ],
};
