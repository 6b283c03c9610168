/** Cases of pond attr. */
import type { CommandCases } from "../case.ts";

/** What `pond attr` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "set",
      line: "pond attr set /sensors/b.csv unit=mm depth:=3.5",
    },
    {
      says: "all of them",
      line: "pond attr ls /sensors/a.csv",
    },
    {
      says: "one of them",
      line: "pond attr get /sensors/a.csv unit",
    },
    {
      says: "set, only shown",
      line: "pond attr set -n /sensors/b.csv unit=mm",
    },
    {
      says: "taken away",
      line: "pond attr rm /sensors/a.csv unit",
    },
    {
      says: "for programs",
      line: "pond attr ls --json /sensors/a.csv",
    },
    {
      says: "one that is not set",
      line: "pond attr get /sensors/a.csv color",
      error: "NOT_FOUND",
    },
    {
      says: "not there",
      line: "pond attr ls /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "below a file",
      line: "pond attr ls /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a verb that there is not",
      line: "pond attr show /sensors/a.csv",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a value that is no JSON",
      line: "pond attr set /sensors/a.csv depth:=deep",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond attr ls --at v99 /latest",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
