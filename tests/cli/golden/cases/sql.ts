/** Cases of pond sql. */
import type { CommandCases } from "../case.ts";

/** What `pond sql` is asked. */
export const CASES: CommandCases = {
  onHost: true,
  cases: [
    {
      says: "two statements",
      line: "pond sql \"SELECT 1 AS a; FROM '/sensors/a.csv'\"",
    },
    {
      says: "the tables",
      line: "pond sql .tables",
    },
    {
      says: "the columns of a file",
      line: "pond sql '.schema /sensors/a.csv'",
    },
    {
      says: "for programs",
      line: "pond sql --json 'SELECT 1 AS a; SELECT 2 AS b'",
    },
    {
      says: "a statement that is none",
      line: "pond sql 'SELECT 1 AS a; SELEC 2'",
      error: "QUERY",
    },
    {
      says: "a file that there is not",
      line: "pond sql \"FROM '/nothing.csv'\"",
      error: "NOT_FOUND",
    },
    {
      says: "a revision that there is not",
      line: "pond sql --at v99 'SELECT 1'",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
