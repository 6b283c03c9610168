/** Cases of pond rm. */
import type { CommandCases } from "../case.ts";

/** What `pond rm` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond rm /sensors/b.csv",
    },
    {
      says: "a directory",
      line: "pond rm -r /notes",
    },
    {
      says: "only shown",
      line: "pond rm -rn /notes",
    },
    {
      says: "what is not there, and no error",
      line: "pond rm -f /nothing",
    },
    {
      says: "for programs",
      line: "pond rm --json /latest",
    },
    {
      says: "asked, and denied",
      line: "pond rm -i /latest",
      typed: "n\n",
    },
    {
      says: "asked, and affirmed",
      line: "pond rm -i /latest",
      typed: "y\n",
    },
    {
      says: "not there",
      line: "pond rm /sensor",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond rm /latest /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "a directory, without -r",
      line: "pond rm /sensors",
      error: "IS_A_DIRECTORY",
    },
    {
      says: "the root",
      line: "pond rm -r /",
      error: "INVALID_ARGUMENT",
    },
  ],
};
