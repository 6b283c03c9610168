/** Cases of pond grep. */
import type { CommandCases } from "../case.ts";

/** What `pond grep` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "everything",
      line: "pond grep t,v",
    },
    {
      says: "how many, for programs",
      line: "pond grep -c , /sensors --json",
    },
    {
      says: "names alone, for programs",
      line: "pond grep -l , /sensors --json",
    },
    {
      says: "every version, for programs",
      line: "pond grep --history 1,10 --json",
    },
    {
      says: "with numbers, in either case",
      line: "pond grep -in T,V '/sensors/*.csv'",
    },
    {
      says: "names alone",
      line: "pond grep -l 1, /sensors",
    },
    {
      says: "how many",
      line: "pond grep -c , /sensors",
    },
    {
      says: "every version",
      line: "pond grep --history 1,10 /sensors",
    },
    {
      says: "what is no text",
      line: "pond grep 4567 /big.bin",
    },
    {
      says: "for programs",
      line: "pond grep --json 2,11",
    },
    {
      says: "nothing matches",
      line: "pond grep nowhere",
      exit: 1,
    },
    {
      says: "not there",
      line: "pond grep x /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "one of two is not there",
      line: "pond grep t,v /sensors /nothing",
      exit: 3,
    },
    {
      says: "below a file",
      line: "pond grep x /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a pattern that is none",
      line: "pond grep '(' /sensors",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond grep x --at v99",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
