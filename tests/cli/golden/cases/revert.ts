/** Cases of pond revert. */
import type { CommandCases } from "../case.ts";

/** What `pond revert` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "everything",
      line: "pond revert",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "a path",
      line: "pond revert /staged.txt",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "only shown",
      line: "pond revert -n /staged.txt",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "only shown, for programs",
      line: "pond revert -n --json",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "for programs",
      line: "pond revert --json",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "nothing is staged",
      line: "pond revert",
    },
    {
      says: "a path with nothing staged",
      line: "pond revert /latest",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
  ],
};
