/** Cases of pond find. */
import type { CommandCases } from "../case.ts";

/** What `pond find` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "everything",
      line: "pond find",
    },
    {
      says: "by name",
      line: "pond find --name '*.csv'",
    },
    {
      says: "for xargs",
      line: "pond find -0 /notes",
    },
    {
      says: "by size and type",
      line: "pond find -t f --size +1k",
    },
    {
      says: "by attribute",
      line: "pond find --where '$[?@.attributes.unit]'",
    },
    {
      says: "for programs",
      line: "pond find /sensors --json",
    },
    {
      says: "nothing",
      line: "pond find --newer 2030-01-01",
    },
    {
      says: "not there",
      line: "pond find /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "below a file",
      line: "pond find /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "with NUL, and with another format",
      line: "pond find -0 --format csv",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a size that is none",
      line: "pond find --size big",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a condition that is none",
      line: "pond find --where '$['",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond find --at v99",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
