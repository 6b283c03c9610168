/** Cases of pond edit. */
import { encodeUtf8 } from "../../../../src/bytes.ts";
import type { CommandCases, Program } from "../case.ts";

/** An editor that makes this of the file. */
function write(text: string): Program {
  return async (command, disk) => {
    await disk.replace(command.at(-1) ?? "", encodeUtf8(text));
    return 0;
  };
}

/** What `pond edit` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a file",
      line: "pond edit -m calibrated /sensors/a.csv",
      program: write("t,v\n1,9\n"),
    },
    {
      says: "nothing has changed",
      line: "pond edit /sensors/a.csv",
      program: () => Promise.resolve(0),
    },
    {
      says: "only shown",
      line: "pond edit -n /new.txt",
      program: write("new\n"),
    },
    {
      says: "the editor fails",
      line: "pond edit /sensors/a.csv",
      error: "IO",
      program: () => Promise.resolve(1),
    },
    {
      says: "a directory",
      line: "pond edit /sensors",
      error: "IS_A_DIRECTORY",
    },
    {
      says: "without its directory",
      line: "pond edit /nowhere/a",
      error: "NOT_FOUND",
      program: write("new\n"),
    },
    {
      says: "below a file",
      line: "pond edit /sensors/a.csv/x",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "no path",
      line: "pond edit",
      error: "INVALID_ARGUMENT",
    },
  ],
};
