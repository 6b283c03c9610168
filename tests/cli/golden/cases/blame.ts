/** Cases of pond blame. */
import type { CommandCases } from "../case.ts";

/** What `pond blame` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond blame /sensors/a.csv",
    },
    {
      says: "for programs",
      line: "pond blame --json /sensors/a.csv",
    },
    {
      says: "as it was",
      line: "pond blame /sensors/a.csv@v1",
    },
    {
      says: "not there",
      line: "pond blame /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "a directory",
      line: "pond blame /sensors",
      error: "IS_A_DIRECTORY",
    },
    {
      says: "below a file",
      line: "pond blame /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a revision that there is not",
      line: "pond blame /latest@v99",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
