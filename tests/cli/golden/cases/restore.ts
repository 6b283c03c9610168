/** Cases of pond restore. */
import type { CommandCases } from "../case.ts";

/** What `pond restore` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "an earlier state",
      line: "pond restore v1",
    },
    {
      says: "only shown, for programs",
      line: "pond restore v1 -n --json",
    },
    {
      says: "only shown",
      line: "pond restore v1 -n",
    },
    {
      says: "a path",
      line: "pond restore v1 /sensors/a.csv",
    },
    {
      says: "for programs",
      line: "pond restore v1 --json",
    },
    {
      says: "the current state",
      line: "pond restore @",
    },
    {
      says: "not there",
      line: "pond restore v1 /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "something is staged",
      line: "pond restore v1",
      error: "INVALID_ARGUMENT",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "a revision that there is not",
      line: "pond restore v99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "a revision that is none",
      line: "pond restore 2026-99-99",
      error: "INVALID_ARGUMENT",
    },
  ],
};
