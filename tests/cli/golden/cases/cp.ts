/** Cases of pond cp. */
import type { CommandCases } from "../case.ts";

/** What `pond cp` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond cp /sensors/a.csv /copy.csv",
    },
    {
      says: "a directory",
      line: "pond cp -r /sensors /backup",
    },
    {
      says: "only shown",
      line: "pond cp -rn /sensors /backup",
    },
    {
      says: "for programs",
      line: "pond cp /sensors/a.csv /copy.csv --json",
    },
    {
      says: "not there",
      line: "pond cp /sensors/c.csv /copy",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond cp /nothing /latest /sensors",
      error: "NOT_FOUND",
    },
    {
      says: "a directory, without -r",
      line: "pond cp /sensors /backup",
      error: "IS_A_DIRECTORY",
    },
    {
      says: "several to what is no directory",
      line: "pond cp /sensors/a.csv /sensors/b.csv /latest",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "one word",
      line: "pond cp /a",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a directory into itself",
      line: "pond cp -r /sensors /sensors/x",
      error: "INVALID_ARGUMENT",
    },
  ],
};
