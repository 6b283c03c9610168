/** Cases of pond why. */
import type { Case, CommandCases } from "../case.ts";

const ORIGINS = [
  ["2026-01-01T00:00:00.000Z", "2026-01-01T11:00:00.000Z", 24, 1, "a"],
  ["2026-01-01T12:00:00.000Z", "2026-01-02T00:00:00.000Z", 26, 2, "b"],
].map(([from, to, readings, page, hash]) =>
  JSON.stringify({
    requested: "2026-01-03T10:00:00.000Z",
    url:
      "https://www.hydrovu.com/public-api/v1/locations/1/data?startTime=1767225600",
    page,
    sha256: String(hash).repeat(64),
    from,
    to,
    readings,
  })
);

const COLLECTED: Pick<Case, "files" | "setup"> = {
  files: { "origin.jsonl": `${ORIGINS.join("\n")}\n`, "data": "data" },
  setup: [
    "pond mkdir -p /HydroVu/noyo/origin",
    "pond mkdir /HydroVu/noyo/data",
    "pond put data /HydroVu/noyo/data/A-1",
    "pond put origin.jsonl /HydroVu/noyo/origin/A-1.jsonl",
  ],
};

/** What `pond why` is asked. */
export const CASES: CommandCases = {
  cases: [
    { ...COLLECTED, says: "all", line: "pond why /HydroVu/noyo/data/A-1" },
    {
      ...COLLECTED,
      says: "for programs",
      line: "pond why /HydroVu/noyo/data/A-1 --json",
    },
    {
      ...COLLECTED,
      says: "of one row",
      line: "pond why /HydroVu/noyo/data/A-1 --time 2026-01-01T12:00Z",
    },
    {
      ...COLLECTED,
      says: "of a row that there is not",
      line: "pond why /HydroVu/noyo/data/A-1 --time 2025-01-01",
      exit: 4,
    },
    {
      says: "of a file that nobody has collected",
      line: "pond why /sensors/a.csv",
      error: "NOT_FOUND",
    },
    {
      says: "of a file that there is not",
      line: "pond why /HydroVu/noyo/data/A-1",
      error: "NOT_FOUND",
    },
    {
      says: "of nothing",
      line: "pond why",
      error: "INVALID_ARGUMENT",
    },
    {
      ...COLLECTED,
      says: "a time that is none",
      line: "pond why /HydroVu/noyo/data/A-1 --time noon",
      error: "INVALID_ARGUMENT",
    },
  ],
};
