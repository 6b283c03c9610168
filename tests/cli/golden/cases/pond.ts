/** Cases of pond without a command. */
import type { CommandCases } from "../case.ts";

/** What `pond` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "inside of a pond",
      line: "pond",
    },
    {
      says: "outside of one",
      line: "pond",
      env: { POND: "" },
      cwd: "/home",
    },
    {
      says: "the version",
      line: "pond --version",
    },
    {
      says: "help",
      line: "pond --help",
    },
    {
      says: "a command that there is not",
      line: "pond lss",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "an option that there is not",
      line: "pond --jsno",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "an option without a command",
      line: "pond --at v1",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a cache size that is none",
      line: "pond --cache-size big",
      error: "INVALID_ARGUMENT",
    },
  ],
};
