/** Cases of pond get. */
import type { CommandCases } from "../case.ts";

/** What `pond get` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond get /sensors/a.csv copy.csv",
    },
    {
      says: "to standard output",
      line: "pond get /sensors/a.csv -",
    },
    {
      says: "a directory",
      line: "pond get /sensors tree",
    },
    {
      says: "for programs",
      line: "pond get /sensors tree --json",
    },
    {
      says: "what is in a directory, only shown",
      line: "pond get -n /sensors/. sensors --delete --force",
    },
    {
      says: "what is in a file",
      line: "pond get /latest/. here",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "two into one, with what else is there deleted",
      line: "pond get /sensors/. /notes/. sensors --delete",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "not there",
      line: "pond get /nothing here",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond get /nothing /latest sensors",
      exit: 3,
    },
    {
      says: "a file that exists",
      line: "pond get /sensors/a.csv readings.csv",
      error: "ALREADY_EXISTS",
    },
    {
      says: "one word",
      line: "pond get /a",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "several to what is no directory",
      line: "pond get /sensors/a.csv /sensors/b.csv readings.csv",
      error: "NOT_FOUND",
    },
    {
      says: "a revision that there is not",
      line: "pond get --at v99 /latest x",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
