/** Cases of pond mv. */
import type { CommandCases } from "../case.ts";

/** What `pond mv` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond mv /sensors/a.csv /sensors/c.csv",
    },
    {
      says: "into a directory",
      line: "pond mv /latest /big.bin /notes",
    },
    {
      says: "only shown",
      line: "pond mv -n /latest /newest",
    },
    {
      says: "for programs",
      line: "pond mv /latest /newest --json",
    },
    {
      says: "not there",
      line: "pond mv /nothing /a",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond mv /nothing /latest /sensors",
      error: "NOT_FOUND",
    },
    {
      says: "a directory into itself",
      line: "pond mv /sensors /sensors/x",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "several to what is no directory",
      line: "pond mv /sensors/a.csv /sensors/b.csv /latest",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "one word",
      line: "pond mv /a",
      error: "INVALID_ARGUMENT",
    },
  ],
};
