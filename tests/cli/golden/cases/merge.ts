/** Cases of pond merge. */
import type { CommandCases } from "../case.ts";

/** What `pond merge` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "another branch",
      line: "pond merge trial",
    },
    {
      says: "only shown",
      line: "pond merge trial -n",
    },
    {
      says: "for programs",
      line: "pond merge trial --json",
    },
    {
      says: "nothing new",
      line: "pond merge trial",
      setup: ["pond merge trial"],
    },
    {
      says: "where both have changed the same",
      line: "pond merge trial",
      exit: 3,
      setup: ["pond mkdir /trial.txt"],
    },
    {
      says: "for programs, with conflicts",
      line: "pond merge trial --json",
      exit: 3,
      setup: ["pond mkdir /trial.txt"],
    },
    {
      says: "settled by what is here",
      line: "pond merge trial --ours",
      setup: ["pond mkdir /trial.txt"],
    },
    {
      says: "not there",
      line: "pond merge trail",
      error: "NOT_FOUND",
    },
    {
      says: "itself",
      line: "pond merge main",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "something is staged",
      line: "pond merge trial",
      error: "INVALID_ARGUMENT",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
  ],
};
