/** Cases of pond ln. */
import type { CommandCases } from "../case.ts";

/** What `pond ln` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a symlink",
      line: "pond ln -s /sensors/b.csv /b",
    },
    {
      says: "only shown",
      line: "pond ln -n /sensors/b.csv /b",
    },
    {
      says: "for programs",
      line: "pond ln /sensors/b.csv /b --json",
    },
    {
      says: "there already",
      line: "pond ln /sensors/b.csv /latest",
      error: "ALREADY_EXISTS",
    },
    {
      says: "without its directory",
      line: "pond ln /sensors/b.csv /no/b",
      error: "NOT_FOUND",
    },
    {
      says: "one word",
      line: "pond ln /a",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "below a file",
      line: "pond ln /x /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
  ],
};
