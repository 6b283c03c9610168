/** Cases of pond debug. */
import type { CommandCases } from "../case.ts";

/** What `pond debug` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "the snapshot",
      line: "pond debug snapshot pond",
    },
    {
      says: "the log",
      line: "pond debug log pond --from 7",
    },
    {
      says: "the rows of a node",
      line:
        "pond debug record pond 00000000000000000000000000000000 --version 1",
    },
    {
      says: "for programs",
      line: "pond debug log pond --version 7 --json",
    },
    {
      says: "not there",
      line: "pond debug log nothing",
      error: "NOT_FOUND",
    },
    {
      says: "a version that there is not",
      line: "pond debug rows pond/oplog --version 99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "what there is not",
      line: "pond debug lgo pond",
      error: "INVALID_ARGUMENT",
    },
  ],
};
