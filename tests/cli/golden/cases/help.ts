/** Cases of pond help. */
import type { CommandCases } from "../case.ts";

/** What `pond help` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "everything",
      line: "pond help",
    },
    {
      says: "a command",
      line: "pond help rm",
    },
    {
      says: "in short",
      line: "pond rm -h",
    },
    {
      says: "a topic",
      line: "pond help revisions",
    },
    {
      says: "another",
      line: "pond help exit-codes",
    },
    {
      says: "a command, for programs",
      line: "pond help sync --json",
    },
    {
      says: "a topic, for programs",
      line: "pond help globs --json",
    },
    {
      says: "what there is not",
      line: "pond help lss",
      error: "INVALID_ARGUMENT",
    },
  ],
};
