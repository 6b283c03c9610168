/** Cases of pond mirror. */
import { encodeUtf8 } from "../../../../src/bytes.ts";
import type { CommandCases } from "../case.ts";
import { HOME } from "../world.ts";

/** What `pond mirror` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "the pond to a new directory",
      line: "pond mirror push copy",
    },
    {
      says: "a directory into the pond",
      line: "pond mirror pull notes /notebook",
    },
    {
      says: "only shown",
      line: "pond mirror push -n sensors /sensors",
      exit: 5,
    },
    {
      says: "only shown, to a directory that isn't there yet",
      line: "pond mirror push -n copy",
    },
    {
      says: "both ways, with conflicts",
      line: "pond mirror sync sensors /sensors",
      exit: 5,
    },
    {
      says: "a conflict that is decided",
      line: "pond mirror sync sensors /sensors --prefer pond",
    },
    {
      says: "what each side would get",
      line: "pond mirror status notes /sensors",
    },
    {
      says: "what each side would get, for programs",
      line: "pond mirror status sensors /sensors --json",
      exit: 5,
    },
    {
      says: "nothing to do",
      line: "pond mirror sync copy",
      setup: ["pond mirror push copy"],
    },
    {
      says: "deletions that are not asked for",
      line: "pond mirror status copy",
      setup: ["pond mirror push copy", "pond rm -r /notes"],
    },
    {
      says: "deletions",
      line: "pond mirror push --delete --json copy",
      setup: ["pond mirror push copy", "pond rm -r /notes"],
    },
    {
      says: "what can't be written",
      line: "pond mirror push copy",
      setup: ["pond put readings.csv '/a\\b'"],
      exit: 3,
    },
    {
      says: "a pull from what is not there",
      line: "pond mirror pull nowhere",
      error: "NOT_FOUND",
    },
    {
      says: "a file",
      line: "pond mirror push readings.csv",
      error: "NOT_A_DIRECTORY",
    },
    {
      says: "a directory of the pond that there is not",
      line: "pond mirror push sensors /nothing",
      error: "NOT_FOUND",
    },
    {
      says: "the directory that the pond lies in",
      line: "pond mirror push .",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "the mirror of another directory of the pond",
      line: "pond mirror push copy /sensors",
      setup: ["pond mirror push copy"],
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a last sync that is damaged",
      line: "pond mirror push copy",
      setup: ["pond mirror push copy"],
      prepare: async (disk) =>
        await disk.replace(
          `${HOME}/copy/.pond-mirror/state`,
          encodeUtf8("nothing\n"),
        ),
      error: "INTEGRITY",
    },
    {
      says: "while another program does so",
      line: "pond mirror push sensors",
      refuse: { method: "tryLock", code: "nothing" },
      error: "LOCKED",
    },
    {
      says: "the disk fails while a commit gets its name",
      line: "pond mirror pull notes /notebook",
      refuse: { method: "link", code: "IO" },
      error: "OUTCOME_UNKNOWN",
    },
    {
      says: "no verb",
      line: "pond mirror copy sensors",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a watch that decides",
      line: "pond mirror watch sensors --prefer pond",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a time that is none",
      line: "pond mirror watch sensors --settle soon",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "what is of watch alone",
      line: "pond mirror push sensors --both",
      error: "INVALID_ARGUMENT",
    },
  ],
};
