/** Cases of pond log. */
import type { CommandCases } from "../case.ts";

/** What `pond log` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "all transactions",
      line: "pond log",
    },
    {
      says: "what they changed, for programs",
      line: "pond log -n 2 --stat --json",
    },
    {
      says: "the versions of a file, for programs",
      line: "pond log /sensors/a.csv --json",
    },
    {
      says: "what they changed",
      line: "pond log -n 3 --stat",
    },
    {
      says: "the versions of a file",
      line: "pond log /sensors/a.csv",
    },
    {
      says: "for programs",
      line: "pond log --json -n 1",
    },
    {
      says: "of a time",
      line: "pond log --since v3 --until v5",
    },
    {
      says: "of an author that there is not",
      line: "pond log --author nobody",
    },
    {
      says: "not there",
      line: "pond log /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "below a file",
      line: "pond log /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "two limits",
      line: "pond log -n 1 2",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond log --since v99",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
