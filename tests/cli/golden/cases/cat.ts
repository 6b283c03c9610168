/** Cases of pond cat. */
import type { CommandCases } from "../case.ts";

/** What `pond cat` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a text",
      line: "pond cat /sensors/a.csv",
    },
    {
      says: "several",
      line: "pond cat '/sensors/*.csv'",
    },
    {
      says: "a part of it",
      line: "pond cat --range 0-3 /sensors/a.csv",
    },
    {
      says: "as it was",
      line: "pond cat --at v1 /sensors/a.csv",
    },
    {
      says: "as it was, by its path",
      line: "pond cat /sensors/a.csv@first",
    },
    {
      says: "not there, and one that may be meant",
      line: "pond cat /sensors/a.cvs",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond cat /sensors/a.csv /nothing",
      exit: 3,
    },
    {
      says: "a directory",
      line: "pond cat /sensors",
      error: "IS_A_DIRECTORY",
    },
    {
      says: "below a file",
      line: "pond cat /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a range that is none",
      line: "pond cat --range 3..4 /sensors/a.csv",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "no path",
      line: "pond cat",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond cat /sensors/a.csv@v99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "a link to itself",
      line: "pond cat /loop",
      error: "LOOP",
      setup: ["pond ln /loop /loop"],
    },
  ],
};
