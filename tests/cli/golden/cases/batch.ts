/** Cases of pond batch. */
import type { CommandCases } from "../case.ts";

/** What `pond batch` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "from standard input",
      line: "pond batch -m setup",
      stdin: 'mkdir /batch\nwrite /batch/a "one\\n"\n',
    },
    {
      says: "only shown",
      line: "pond batch -n",
      stdin: "mkdir /batch\n",
    },
    {
      says: "for programs",
      line: "pond batch --json",
      stdin: "mkdir /batch\n",
    },
    {
      says: "nothing to do",
      line: "pond batch",
      stdin: "# nothing\n",
    },
    {
      says: "a line that is none",
      line: "pond batch",
      error: "INVALID_ARGUMENT",
      stdin: "mkdir /batch\nmkdirr /b\n",
    },
    {
      says: "a line that fails",
      line: "pond batch",
      error: "NOT_FOUND",
      stdin: "rm /nothing\n",
    },
    {
      says: "there already",
      line: "pond batch",
      error: "ALREADY_EXISTS",
      stdin: "mkdir /sensors\n",
    },
    {
      says: "a file that there is not",
      line: "pond batch nothing.txt",
      error: "NOT_FOUND",
    },
    {
      says: "a directory",
      line: "pond batch",
      error: "IS_A_DIRECTORY",
      stdin: "rm /sensors\n",
    },
  ],
};
