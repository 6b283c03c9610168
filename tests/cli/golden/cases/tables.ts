/** Cases of pond tables. */
import type { CommandCases } from "../case.ts";

/** What `pond tables` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "the tables",
      line: "pond tables",
    },
    {
      says: "the columns of one, for programs",
      line: "pond tables pending --json",
    },
    {
      says: "the columns of one",
      line: "pond tables files",
    },
    {
      says: "for programs",
      line: "pond tables --json",
    },
    {
      says: "not there",
      line: "pond tables filse",
      error: "NOT_FOUND",
    },
  ],
};
