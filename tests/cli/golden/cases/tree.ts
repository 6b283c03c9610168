/** Cases of pond tree. */
import type { CommandCases } from "../case.ts";

/** What `pond tree` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "everything",
      line: "pond tree",
    },
    {
      says: "hidden names, too",
      line: "pond tree -a /sensors",
    },
    {
      says: "directories",
      line: "pond tree -d -L 1",
    },
    {
      says: "as it was",
      line: "pond tree --at v1",
    },
    {
      says: "for programs",
      line: "pond tree --json /sensors",
    },
    {
      says: "not there",
      line: "pond tree /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "below a file",
      line: "pond tree /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a revision that there is not",
      line: "pond tree --at v99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "a level that is none",
      line: "pond tree -L x",
      error: "INVALID_ARGUMENT",
    },
  ],
};
