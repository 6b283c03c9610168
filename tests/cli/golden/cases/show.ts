/** Cases of pond show. */
import type { CommandCases } from "../case.ts";

/** What `pond show` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a transaction",
      line: "pond show v4",
    },
    {
      says: "a patch, for programs",
      line: "pond show v4 --diff --json",
    },
    {
      says: "everything",
      line: "pond show -n 3",
    },
    {
      says: "as a patch",
      line: "pond show v4 --diff",
    },
    {
      says: "for programs",
      line: "pond show v4 --json",
    },
    {
      says: "what is staged",
      line: "pond show --pending -n 1",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "a path that it has not changed",
      line: "pond show v4 /notes",
    },
    {
      says: "a revision that there is not",
      line: "pond show v99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "a time that is none",
      line: "pond show 2026-99-99",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that is none",
      line: "pond show v1..v2",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
