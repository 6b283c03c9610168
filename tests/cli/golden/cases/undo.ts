/** Cases of pond undo. */
import type { CommandCases } from "../case.ts";

/** What `pond undo` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "the last one",
      line: "pond undo",
    },
    {
      says: "only shown, for programs",
      line: "pond undo -n --json",
    },
    {
      says: "only shown",
      line: "pond undo -n",
    },
    {
      says: "for programs",
      line: "pond undo --json",
    },
    {
      says: "an earlier one",
      line: "pond undo v5",
    },
    {
      says: "what later ones have changed",
      line: "pond undo v1",
      error: "CONFLICT",
    },
    {
      says: "something is staged",
      line: "pond undo",
      error: "INVALID_ARGUMENT",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "a revision that there is not",
      line: "pond undo v99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "two words",
      line: "pond undo v1 v2",
      error: "INVALID_ARGUMENT",
    },
  ],
};
