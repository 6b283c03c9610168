/** Cases of pond touch. */
import type { CommandCases } from "../case.ts";

/** What `pond touch` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a new file",
      line: "pond touch /empty.txt",
    },
    {
      says: "the time of a file",
      line: "pond touch -d 2026-01-01T10:00Z /sensors/a.csv",
    },
    {
      says: "only shown",
      line: "pond touch -n /empty.txt /sensors/a.csv",
    },
    {
      says: "staged",
      line: "pond touch --no-sync /empty.txt",
    },
    {
      says: "for programs",
      line: "pond touch /empty.txt --json",
    },
    {
      says: "without its directory",
      line: "pond touch /nowhere/a",
      error: "NOT_FOUND",
    },
    {
      says: "below a file",
      line: "pond touch /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a time that is none",
      line: "pond touch -d yesterday /a",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a name that is too long",
      line:
        "pond touch /xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      error: "INVALID_NAME",
    },
  ],
};
