/** Cases of pond tag. */
import type { CommandCases } from "../case.ts";

/** What `pond tag` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a new one",
      line: "pond tag second v2",
    },
    {
      says: "a new one, for programs",
      line: "pond tag second v2 --json",
    },
    {
      says: "one is deleted, for programs",
      line: "pond tag -d first --json",
    },
    {
      says: "the tags",
      line: "pond tag",
    },
    {
      says: "for programs",
      line: "pond tag --json",
    },
    {
      says: "the newest version",
      line: "pond tag newest",
    },
    {
      says: "one is deleted",
      line: "pond tag -d first",
    },
    {
      says: "one is moved",
      line: "pond tag first v2 --force",
    },
    {
      says: "a new one, only shown",
      line: "pond tag second v2 -n",
    },
    {
      says: "one is deleted, only shown",
      line: "pond tag -dn first",
    },
    {
      says: "there already, only shown",
      line: "pond tag first v2 -n",
      error: "ALREADY_EXISTS",
    },
    {
      says: "there already",
      line: "pond tag first v2",
      error: "ALREADY_EXISTS",
    },
    {
      says: "not there",
      line: "pond tag -d frist",
      error: "NOT_FOUND",
    },
    {
      says: "a revision that there is not",
      line: "pond tag new v99",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "a name that is none",
      line: "pond tag v1",
      error: "INVALID_NAME",
    },
    {
      says: "options that mean nothing",
      line: "pond tag --force",
      error: "INVALID_ARGUMENT",
    },
  ],
};
