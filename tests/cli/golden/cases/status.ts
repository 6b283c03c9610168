/** Cases of pond status. */
import type { Case, CommandCases } from "../case.ts";

const BUOY = `every: 10m
      columns: [{name: Level.m, waves: [{type: sine, period: 12h}]}]`;

const SERIES: Pick<Case, "files" | "setup"> = {
  files: {
    "buoys.yaml": `kind: Synthetic
name: buoys
spec:
  series:
    - name: old
      start: "2025-01-01"
      end: "2025-01-02"
      ${BUOY}
    - name: new
      start: "2026-01-01"
      ${BUOY}
`,
  },
  setup: ["pond apply -f buoys.yaml", "pond run"],
};

/** What `pond status` is asked. */
export const CASES: CommandCases = {
  cases: [
    {
      says: "nothing is staged",
      line: "pond status",
    },
    {
      says: "something is staged",
      line: "pond status",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "short",
      line: "pond status -s",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "for programs",
      line: "pond status --json",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "what is staged, for programs",
      line: "pond status --pending --json",
      setup: [
        "pond touch --no-sync /staged.txt",
        "pond rm --no-sync /sensors/b.csv",
      ],
    },
    {
      says: "it no longer fits",
      line: "pond status",
      setup: ["pond touch --no-sync /staged.txt", "pond mkdir /staged.txt"],
    },
    {
      says: "with backups",
      line: "pond status",
      setup: [
        "pond backup add new ../new",
        "pond backup add usb ../usb",
        "pond backup run usb",
        "pond backup drill usb",
        "pond mkdir /behind",
      ],
    },
    {
      ...SERIES,
      says: "stale series",
      line: "pond status --stale 2d",
      exit: 1,
    },
    {
      ...SERIES,
      says: "stale series, for programs",
      line: "pond status --stale 2d --json",
      exit: 1,
    },
    {
      ...SERIES,
      says: "none is stale",
      line: "pond status --stale 2d /Synthetic/buoys/new",
    },
    {
      ...SERIES,
      says: "there is no such series",
      line: "pond status --stale 2d '/Inbox/**'",
      error: "NOT_FOUND",
    },
    {
      says: "an age that is none",
      line: "pond status --stale soon",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a path without --stale",
      line: "pond status /sensors",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "stale and short",
      line: "pond status --stale 2h --short",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a branch that there is not",
      line: "pond status --branch nothing",
      error: "NOT_FOUND",
    },
  ],
};
