/** Cases of pond status. */
import type { CommandCases } from "../case.ts";

/** What `pond status` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "nothing is staged",
      line: "pond status",
    },
    {
      says: "something is staged",
      line: "pond status",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "short",
      line: "pond status -s",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "for programs",
      line: "pond status --json",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "what is staged, for programs",
      line: "pond status --pending --json",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "it no longer fits",
      line: "pond status",
      setup: ["pond touch --no-sync /staged.txt", "pond mkdir /staged.txt"],
    },
    {
      says: "with backups",
      line: "pond status",
      setup: [
        "pond backup add new ../new",
        "pond backup add usb ../usb",
        "pond backup run usb",
        "pond backup drill usb",
        "pond mkdir /behind",
      ],
    },
    {
      says: "a branch that there is not",
      line: "pond status --branch nothing",
      error: "NOT_FOUND",
    },
  ],
};
