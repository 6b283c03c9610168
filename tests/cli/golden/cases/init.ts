/** Cases of pond init. */
import type { CommandCases } from "../case.ts";

/** What `pond init` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "a directory",
      line: "pond init fresh",
    },
    {
      says: "only shown, for programs",
      line: "pond init -n fresh --json",
    },
    {
      says: "the directory of POND",
      line: "pond init",
      env: { POND: "/home/ana/other" },
    },
    {
      says: "for programs",
      line: "pond init fresh --json",
    },
    {
      says: "only shown",
      line: "pond init -n fresh",
    },
    {
      says: "there already, only shown",
      line: "pond init -n",
      error: "ALREADY_EXISTS",
    },
    {
      says: "below what there is not, only shown",
      line: "pond init -n no/where",
      error: "NOT_FOUND",
    },
    {
      says: "there already",
      line: "pond init",
      error: "ALREADY_EXISTS",
    },
    {
      says: "a directory with something in it",
      line: "pond init notes",
      error: "ALREADY_EXISTS",
    },
    {
      says: "below what there is not",
      line: "pond init no/where",
      error: "NOT_FOUND",
    },
    {
      says: "a layout that there is not",
      line: "pond init --layout=flat fresh",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a directory that may not be written",
      line: "pond init fresh",
      error: "PERMISSION_DENIED",
      refuse: { method: "makeDirectory", code: "PERMISSION_DENIED" },
    },
  ],
};
