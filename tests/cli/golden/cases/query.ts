/** Cases of pond query. */
import type { CommandCases } from "../case.ts";

/** What `pond query` is asked. */
export const CASES: CommandCases = {
  onHost: true,
  cases: [
    {
      says: "a file",
      line: "pond query \"FROM '/sensors/a.csv'\"",
    },
    {
      says: "wide rows",
      line:
        "pond query \"SELECT 'a long text that says little but takes its place' AS first, 'another one that is just as long as the first' AS second, 3 AS n\"",
    },
    {
      says: "the tree",
      line: 'pond query "SELECT path, type, size FROM files ORDER BY path"',
    },
    {
      says: "for programs",
      line:
        "pond query \"SELECT 9007199254740993 AS big, NULL AS nothing, 'x' AS text\" --json",
    },
    {
      says: "what is read",
      line: 'pond query "SELECT count(*) AS n FROM files" --explain',
    },
    {
      says: "a chart",
      line: "pond query \"FROM '/sensors/b.csv'\" --chart",
    },
    {
      says: "into the pond",
      line: "pond query \"FROM '/sensors/a.csv'\" --into /a.parquet",
    },
    {
      says: "binary rows to standard output",
      line: 'pond query "SELECT 1 AS a" -o rows.parquet',
    },
    {
      says: "a statement that is none",
      line: "pond query 'SELEC 1'",
      error: "QUERY",
    },
    {
      says: "a column that there is not",
      line: "pond query 'SELECT paht FROM files'",
      error: "QUERY",
    },
    {
      says: "a statement that changes something",
      line: "pond query 'DROP TABLE files'",
      error: "QUERY",
    },
    {
      says: "a file that there is not",
      line: "pond query \"FROM '/nothing.csv'\"",
      error: "NOT_FOUND",
    },
    {
      says: "a revision that there is not",
      line: "pond query \"FROM '/sensors/a.csv@v99'\"",
      error: "REVISION_NOT_FOUND",
    },
    {
      says: "a full disk",
      line: "pond query 'SELECT 1 AS a' --into /a.csv",
      error: "NO_SPACE",
      refuse: { method: "link", code: "NO_SPACE" },
    },
    {
      says: "a format that is none",
      line: "pond query 'SELECT 1' --format xml",
      error: "INVALID_ARGUMENT",
    },
    {
      says: "a file of the host that exists",
      line: "pond query 'SELECT 1 AS a' -o readings.csv",
      error: "ALREADY_EXISTS",
    },
  ],
};
