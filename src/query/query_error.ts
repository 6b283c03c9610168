/**
 * What DuckDB says of a query that fails, for those who wrote it.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { TABLES } from "./tables.ts";

const TABLES_HINT =
  `tables are ${[...TABLES.keys()].join(", ")}, and files by their paths: ` +
  "FROM '/sensors/*.csv'";

/** A table that isn't there, or a name that DuckDB takes for a file's. */
const UNKNOWN_TABLE =
  /^(Catalog Error: Table with name|Permission Error: Cannot access file)/;

/** A name like one of DuckDB's own tables, which say nothing of a pond. */
const OWN_SUGGESTION =
  /\nDid you mean "(?:pg_|duckdb_|sqlite_|pragma_)[^"]*"\?/;

const OUT_OF_MEMORY = /^Out of Memory Error/;

/** Advice about settings that nobody can change here. */
const ADVICE = /\s+Possible solutions:[\s\S]*$/;

const MEMORY_HINT =
  "give it more memory (--memory 4GiB), or fewer threads (--threads 1)";

/** Where in DuckDB it happened: no part of the reason. */
const PLACE_IN_DUCKDB = /^Fail(?:ure|ed) [a-z ]+: /;

/** The SQL of a view, which the user has not written. */
const VIEW_EXCERPT = /\s+LINE 1: CREATE VIEW [\s\S]*$/;

/** A piece of a statement in which paths of the host stand, cut off anywhere. */
const PLACED_EXCERPT = /\s+LINE \d+: [\s\S]*$/;

/**
 * Makes the error of a query from DuckDB's.
 *
 * @param cause What was thrown.
 * @param files Paths in the pond, by the paths on the host that DuckDB names.
 * @param isPlaced Whether the statement itself names some of those.
 */
export function queryError(
  cause: unknown,
  files: ReadonlyMap<string, string>,
  isPlaced: boolean,
): PondError {
  const message = cause instanceof Error ? cause.message : String(cause);
  let text = message.replace(PLACE_IN_DUCKDB, "").replace(VIEW_EXCERPT, "")
    .replace(ADVICE, "").replace(OWN_SUGGESTION, "").trim();
  if (isPlaced) text = text.replace(PLACED_EXCERPT, "");
  for (const [hostPath, path] of files) text = text.replaceAll(hostPath, path);
  return new PondError(
    "QUERY",
    `Cannot run the query: ${text}`,
    hintOf(text),
  );
}

function hintOf(text: string): { readonly hint?: string } {
  if (UNKNOWN_TABLE.test(text)) return { hint: TABLES_HINT };
  return OUT_OF_MEMORY.test(text) ? { hint: MEMORY_HINT } : {};
}

/** Whether a database does nothing any more after an error. */
export function isFatal(cause: unknown): boolean {
  const message = cause instanceof Error ? cause.message : "";
  const text = message.replace(PLACE_IN_DUCKDB, "");
  return /^(FATAL|INTERNAL) Error/.test(text);
}

/** Whether an error shows where in a statement it is. */
export function showsStatement(error: unknown): boolean {
  return error instanceof PondError && error.code === "QUERY" &&
    /^LINE \d+: /m.test(error.message);
}
