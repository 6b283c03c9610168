/** Cases of pond switch. */
import type { CommandCases } from "../case.ts";

/** What `pond switch` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "to another",
      line: "pond switch trial",
    },
    {
      says: "to the current one",
      line: "pond switch main",
    },
    {
      says: "to a new one",
      line: "pond switch -c second",
    },
    {
      says: "for programs",
      line: "pond switch trial --json",
    },
    {
      says: "only shown",
      line: "pond switch -n trial",
    },
    {
      says: "a new one, only shown, for programs",
      line: "pond switch -nc second --json",
    },
    {
      says: "not there, only shown",
      line: "pond switch -n trail",
      error: "NOT_FOUND",
    },
    {
      says: "not there",
      line: "pond switch trail",
      error: "NOT_FOUND",
    },
    {
      says: "there already",
      line: "pond switch -c trial",
      error: "ALREADY_EXISTS",
    },
    {
      says: "no name",
      line: "pond switch",
      error: "INVALID_ARGUMENT",
    },
  ],
};
