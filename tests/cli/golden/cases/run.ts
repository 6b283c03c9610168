/** Cases of pond run. */
import type { Case, CommandCases } from "../case.ts";

const FIELD = `kind: Inbox
name: field
spec:
  pattern: /home/ana/sensors/*.csv
`;

const LOGS = `kind: Inbox
name: logs
spec:
  pattern: /home/ana/logs/*.log
  grows: true
`;

const NOYO = `kind: HydroVu
name: noyo
spec:
  key: file:/home/ana/key
  secret: file:/home/ana/key
  devices: [{id: 1, name: BDock, scope: Vulink}]
`;

const BOTH: Pick<Case, "files" | "setup"> = {
  files: {
    "inboxes.yaml": `${FIELD}---\n${LOGS}`,
    "logs/app.log": "one\ntwo\nthr",
  },
  setup: ["pond apply -f inboxes.yaml"],
};

const HYDROVU: Pick<Case, "files" | "setup"> = {
  files: { "noyo.yaml": NOYO, "key": "k" },
  setup: ["pond apply -f noyo.yaml"],
};

const DUE: Pick<Case, "files" | "setup"> = {
  files: {
    "buoys.yaml": `kind: Synthetic
name: buoys
schedule: { cron: "30 6 1 * *" }
spec:
  series:
    - name: a
      start: "2026-01-01"
      end: "2026-01-02"
      every: 1h
      columns: [{name: Level.m, waves: [{type: sine, period: 12h}]}]
`,
  },
  setup: ["pond apply -f buoys.yaml", "pond run -n"],
};

/** What `pond run` is asked. */
export const CASES: CommandCases = {
  cases: [
    { ...BOTH, says: "everything", line: "pond run" },
    { ...BOTH, says: "for programs", line: "pond run --json" },
    { ...BOTH, says: "one of them", line: "pond run logs" },
    { ...BOTH, says: "only shown", line: "pond run -n" },
    {
      ...BOTH,
      says: "nothing is new",
      setup: ["pond apply -f inboxes.yaml", "pond run"],
      line: "pond run logs",
    },
    { says: "there are none", line: "pond run" },
    { ...DUE, says: "what is due", line: "pond run --due" },
    {
      ...DUE,
      says: "nothing is due",
      setup: ["pond apply -f buoys.yaml", "pond run --due"],
      line: "pond run --due",
    },
    {
      ...BOTH,
      says: "due and again and again",
      line: "pond run --due --watch",
      error: "INVALID_ARGUMENT",
    },
    {
      ...BOTH,
      says: "again and again, only shown",
      line: "pond run --every 15m -n",
      error: "INVALID_ARGUMENT",
    },
    {
      ...BOTH,
      says: "again and again, as a table",
      line: "pond run --watch --format csv",
      error: "INVALID_ARGUMENT",
    },
    {
      ...BOTH,
      says: "a time between runs that is none",
      line: "pond run --every often",
      error: "INVALID_ARGUMENT",
    },
    {
      ...DUE,
      says: "somebody else runs what is due",
      line: "pond run --due",
      locked: "/home/ana/pond/cache/runs.lock",
      error: "LOCKED",
    },
    {
      ...BOTH,
      says: "one fails, and the other goes on",
      setup: [
        "pond apply -f inboxes.yaml",
        "pond mkdir -p /Inbox/field/a.csv",
      ],
      line: "pond run",
      exit: 3,
    },
    {
      ...BOTH,
      says: "a log that was rewritten",
      setup: ["pond apply -f inboxes.yaml", "pond run"],
      prepare: (disk) => {
        disk.uproot("/home/ana/logs/app.log");
        disk.plant("/home/ana/logs/app.log", new Uint8Array(20));
      },
      line: "pond run logs",
      error: "CONFLICT",
    },
    {
      ...BOTH,
      says: "a file in the place of a log's series",
      setup: [
        "pond apply -f inboxes.yaml",
        "pond mkdir -p /Inbox/logs",
        "pond touch /Inbox/logs/app.log",
      ],
      line: "pond run logs",
      error: "UNSUPPORTED",
    },
    {
      ...HYDROVU,
      says: "a server that can't be understood",
      // An address that answers with an empty object, whatever it is asked.
      env: { HYDROVU_BASE_URL: "data:application/json,{}#" },
      line: "pond run",
      error: "NETWORK",
    },
    {
      ...BOTH,
      says: "none of this name",
      line: "pond run feild",
      error: "NOT_FOUND",
    },
  ],
};
