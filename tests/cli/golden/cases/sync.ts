/** Cases of pond sync. */
import type { CommandCases } from "../case.ts";

/** What `pond sync` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "what is staged",
      line: "pond sync",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "for programs",
      line: "pond sync --json",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "only shown",
      line: "pond sync -n --first 1",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "it no longer fits, only shown",
      line: "pond sync -n",
      error: "CONFLICT",
      setup: ["pond touch --no-sync /staged.txt", "pond mkdir /staged.txt"],
    },
    {
      says: "nothing is staged",
      line: "pond sync",
    },
    {
      says: "a path with nothing staged",
      line: "pond sync /sensors/a.csv",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "it no longer fits",
      line: "pond sync",
      error: "CONFLICT",
      setup: ["pond touch --no-sync /staged.txt", "pond mkdir /staged.txt"],
    },
  ],
};
