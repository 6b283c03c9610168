/** Cases of pond redo. */
import type { CommandCases } from "../case.ts";

/** What `pond redo` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "the last undo",
      line: "pond redo",
      setup: ["pond undo"],
    },
    {
      says: "only shown",
      line: "pond redo -n",
      setup: ["pond undo"],
    },
    {
      says: "for programs",
      line: "pond redo --json",
      setup: ["pond undo"],
    },
    {
      says: "nothing was undone",
      line: "pond redo",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "something is staged",
      line: "pond redo",
      error: "INVALID_ARGUMENT",
      setup: ["pond undo", "pond touch --no-sync /staged.txt"],
    },
    {
      says: "two words",
      line: "pond redo v1 v2",
      error: "INVALID_ARGUMENT",
    },
  ],
};
