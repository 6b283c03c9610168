/** Cases of pond diff. */
import type { CommandCases } from "../case.ts";

/** What `pond diff` is asked. */
export const CASES: CommandCases = {
  onHost: true,
  cases: [
    {
      says: "the last transaction",
      line: "pond diff",
    },
    {
      says: "what differs, for programs",
      line: "pond diff v0 v1 --stat --json",
    },
    {
      says: "rows of a table, for programs",
      line: "pond diff v1 @ /sensors/a.csv --rows t --json",
    },
    {
      says: "a text",
      line: "pond diff v2 v3",
    },
    {
      says: "what differs",
      line: "pond diff v0 --stat",
    },
    {
      says: "names",
      line: "pond diff v0 v1 --name-only",
    },
    {
      says: "what is staged",
      line: "pond diff --pending --name-status",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "rows of a table",
      line: "pond diff v1 @ /sensors/a.csv --rows t",
    },
    {
      says: "for programs",
      line: "pond diff v0 v1 --json",
    },
    {
      says: "a difference is told",
      line: "pond diff v2 v3 --exit-code",
      exit: 1,
    },
    {
      says: "no difference",
      line: "pond diff v3 v3 --exit-code",
    },
    {
      says: "not there",
      line: "pond diff v1 /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "two outputs",
      line: "pond diff --stat --name-only",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond diff v99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "a column that there is not",
      line: "pond diff v1 @ /sensors/a.csv --rows time",
      error: "INVALID_ARGUMENT",
    },
  ],
};
