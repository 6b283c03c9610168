/** Cases of pond doctor. */
import type { CommandCases } from "../case.ts";

/** What `pond doctor` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "everything",
      line: "pond doctor",
    },
    {
      says: "for programs",
      line: "pond doctor --json",
    },
    {
      says: "a disk that nobody may write to",
      line: "pond doctor",
      refuse: { method: "create", code: "PERMISSION_DENIED" },
      exit: 1,
    },
    {
      says: "no pond",
      line: "pond doctor",
      env: { POND: "" },
      cwd: "/home",
    },
    {
      says: "a word too many",
      line: "pond doctor /sensors",
      error: "INVALID_ARGUMENT",
    },
  ],
};
