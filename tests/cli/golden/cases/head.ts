/** Cases of pond head. */
import type { CommandCases } from "../case.ts";

/** What `pond head` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond head -n 2 /sensors/a.csv",
    },
    {
      says: "several",
      line: "pond head -n 1 '/sensors/*.csv'",
    },
    {
      says: "several, quietly",
      line: "pond head -q -n 1 '/sensors/*.csv'",
    },
    {
      says: "bytes",
      line: "pond head -c 10 /big.bin",
    },
    {
      says: "not there",
      line: "pond head /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond head /sensors/a.csv /nothing",
      exit: 3,
    },
    {
      says: "a directory",
      line: "pond head /sensors",
      error: "IS_A_DIRECTORY",
    },
    {
      says: "below a file",
      line: "pond head /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a number that is none",
      line: "pond head -n x /latest",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond head --at v99 /latest",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
