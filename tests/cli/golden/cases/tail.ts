/** Cases of pond tail. */
import type { CommandCases } from "../case.ts";

/** What `pond tail` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond tail -n 1 /sensors/a.csv",
    },
    {
      says: "several",
      line: "pond tail -n 1 '/sensors/*.csv'",
    },
    {
      says: "all but the first line",
      line: "pond tail -n +2 /sensors/b.csv",
    },
    {
      says: "bytes",
      line: "pond tail -c 10 /big.bin",
    },
    {
      says: "not there",
      line: "pond tail /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond tail /sensors/a.csv /nothing",
      exit: 3,
    },
    {
      says: "a directory",
      line: "pond tail /sensors",
      error: "IS_A_DIRECTORY",
    },
    {
      says: "below a file",
      line: "pond tail /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "following what does not change",
      line: "pond tail -f --at v1 /latest",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond tail --at v99 /latest",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
