/** Cases of pond mkdir. */
import type { CommandCases } from "../case.ts";

/** What `pond mkdir` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a directory",
      line: "pond mkdir /reports",
    },
    {
      says: "with its parents",
      line: "pond mkdir -p /reports/2026/01",
    },
    {
      says: "only shown",
      line: "pond mkdir -n /reports",
    },
    {
      says: "staged",
      line: "pond mkdir --no-sync /reports",
    },
    {
      says: "for programs",
      line: "pond mkdir /reports --json",
    },
    {
      says: "quietly",
      line: "pond mkdir -q /reports",
    },
    {
      says: "there already",
      line: "pond mkdir /sensors",
      error: "ALREADY_EXISTS",
    },
    {
      says: "without its parent",
      line: "pond mkdir /a/b",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is there already",
      line: "pond mkdir /reports /sensors",
      error: "ALREADY_EXISTS",
    },
    {
      says: "below a file",
      line: "pond mkdir /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a name that is too long",
      line:
        "pond mkdir /xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      error: "INVALID_NAME",
    },
    {
      says: "somebody else has staged",
      line: "pond mkdir /staged.txt",
      setup: ["pond touch --no-sync /staged.txt"],
    },
  ],
};
