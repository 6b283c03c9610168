/** Cases of pond commit. */
import type { CommandCases } from "../case.ts";

/** What `pond commit` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "what is staged",
      line: 'pond commit -m "two changes"',
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "for programs",
      line: "pond commit --json",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "a part",
      line: "pond commit --first 1",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "only shown",
      line: "pond commit -n",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "only shown, of some paths",
      line: "pond commit -n message /staged.txt",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "nothing is staged",
      line: "pond commit",
    },
    {
      says: "a path with nothing staged",
      line: "pond commit again /sensors/a.csv",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "more than are staged",
      line: "pond commit --first 9",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "it no longer fits",
      line: "pond commit",
      error: "CONFLICT",
      setup: ["pond touch --no-sync /staged.txt", "pond mkdir /staged.txt"],
    },
  ],
};
