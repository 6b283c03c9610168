/** Cases of pond resource. */
import type { Case, CommandCases } from "../case.ts";

const RESOURCES = `kind: Inbox
name: field
desc: Tables from the field
spec:
  pattern: /home/ana/sensors/*.csv
---
kind: Scribble
name: field
spec: {count_min: 1, count_max: 2, probs: {data: 1}}
`;

const APPLIED: Pick<Case, "files" | "setup"> = {
  files: { "resources.yaml": RESOURCES },
  setup: ["pond apply -f resources.yaml"],
};

const SCHEDULED = ["every: 15m", 'cron: "30 6 * * MON-FRI"'].map((when, i) =>
  `kind: Inbox
name: ${i === 0 ? "often" : "nightly"}
desc: Tables
schedule: { ${when} }
spec:
  pattern: /home/ana/sensors/*.csv
`
).join("---\n");

/** What `pond resource` is asked. */
export const CASES: CommandCases = {
  cases: [
    { ...APPLIED, says: "all", line: "pond resource" },
    { ...APPLIED, says: "for programs", line: "pond resource --json" },
    {
      says: "with schedules",
      files: { "resources.yaml": SCHEDULED },
      setup: ["pond apply -f resources.yaml", "pond run nightly"],
      line: "pond resource",
    },
    {
      says: "with schedules, for programs",
      files: { "resources.yaml": SCHEDULED },
      setup: ["pond apply -f resources.yaml", "pond run nightly"],
      line: "pond resource --json",
    },
    { ...APPLIED, says: "those of a kind", line: "pond resource list Inbox" },
    { says: "none yet", line: "pond resource" },
    { ...APPLIED, says: "one", line: "pond resource show Inbox/field" },
    {
      ...APPLIED,
      says: "one, for programs",
      line: "pond resource show Inbox/field --json",
    },
    {
      ...APPLIED,
      says: "one of two with a name",
      line: "pond resource show field",
      error: "INVALID_ARGUMENT",
    },
    { ...APPLIED, says: "two go", line: "pond resource delete field" },
    {
      ...APPLIED,
      says: "one would go",
      line: "pond resource delete -n Scribble",
    },
    {
      ...APPLIED,
      says: "none of this name",
      line: "pond resource delete feild",
      error: "NOT_FOUND",
    },
    {
      ...APPLIED,
      says: "the disk is full",
      line: "pond resource delete Inbox",
      refuse: { method: "link", code: "NO_SPACE" },
      error: "NO_SPACE",
    },
    {
      ...APPLIED,
      says: "the disk is read-only",
      line: "pond resource delete Inbox",
      refuse: { method: "create", code: "READ_ONLY" },
      error: "READ_ONLY",
    },
    {
      ...APPLIED,
      says: "others are faster each time",
      line: "pond resource delete Inbox",
      refuse: { method: "link", code: "ALREADY_EXISTS" },
      error: "LOCKED",
      isSlow: true,
    },
    {
      ...APPLIED,
      says: "the disk fails while a commit gets its name",
      line: "pond resource delete Inbox",
      refuse: { method: "link", code: "IO" },
      error: "OUTCOME_UNKNOWN",
    },
    {
      says: "no verb",
      line: "pond resource lst",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "no name",
      line: "pond resource show",
      error: "INVALID_ARGUMENT",
    },
    {
      ...APPLIED,
      says: "the disk is full",
      line: "pond resource delete Scribble",
      refuse: { method: "link", code: "NO_SPACE" },
      error: "NO_SPACE",
    },
  ],
};
