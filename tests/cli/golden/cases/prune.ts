/** Cases of pond prune. */
import type { CommandCases } from "../case.ts";

/** What `pond prune` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "done",
      line: "pond prune --before v3 --yes",
    },
    {
      says: "only shown",
      line: "pond prune --before v3",
    },
    {
      says: "for programs",
      line: "pond prune --before v3 --json",
    },
    {
      says: "others commit each time",
      line: "pond prune --before v3 --yes",
      refuse: { method: "link", code: "ALREADY_EXISTS" },
      isSlow: true,
      error: "VERSION_CONFLICT",
    },
    {
      says: "without a revision",
      line: "pond prune",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a revision that there is not",
      line: "pond prune --before v99",
      error: "REVISION_NOT_FOUND",
    },
  ],
};
