/** Cases of pond stat. */
import type { CommandCases } from "../case.ts";

/** What `pond stat` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond stat /sensors/a.csv",
    },
    {
      says: "a symlink and a directory",
      line: "pond stat /latest /sensors",
    },
    {
      says: "names with escape sequences",
      line: "pond stat '/notes/*red*'",
    },
    {
      says: "for programs",
      line: "pond stat --json /sensors/a.csv",
    },
    {
      says: "as rows",
      line: "pond stat --format csv /sensors/a.csv",
    },
    {
      says: "not there",
      line: "pond stat /sensors/c.csv",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond stat /latest /nothing",
      exit: 3,
    },
    {
      says: "below a file",
      line: "pond stat /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a revision that there is not",
      line: "pond stat --at v99 /latest",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
