/** Cases of pond describe. */
import type { CommandCases } from "../case.ts";

/** What `pond describe` is asked. */
export const CASES: CommandCases = {
  onHost: true,
  cases: [
    {
      says: "a file",
      line: "pond describe /sensors/b.csv",
    },
    {
      says: "gaps, for programs",
      line: "pond describe /sensors/b.csv --gaps --time t --json",
    },
    {
      says: "gaps",
      line: "pond describe /sensors/b.csv --gaps --time t",
    },
    {
      says: "for programs",
      line: "pond describe /sensors/b.csv --json",
    },
    {
      says: "a table",
      line: "pond describe transactions",
    },
    {
      says: "not there",
      line: "pond describe /nothing.csv",
      error: "NOT_FOUND",
    },
    {
      says: "a column that there is not",
      line: "pond describe /sensors/b.csv --gaps --time x",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond describe --at v99 /sensors/b.csv",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
