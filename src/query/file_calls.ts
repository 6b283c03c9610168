/**
 * Functions that read files, over files of the pond.
 *
 * ```text
 * FROM read_csv('/a.csv', delim = ';')
 * FROM read_csv(['/pond/blobs/…'], delim = ';')
 * ```
 *
 * The tree says at which byte of the text the argument is; there it must be,
 * quoted as SQL quotes it. What has come of it is parsed again, and must name
 * and call what it did before. So no path but those that are put there is read.
 *
 * @module
 */
import { invariant } from "../errors.ts";
import { listOf, type ReadableFile } from "./formats.ts";
import { quoteText } from "./paths.ts";
import {
  FILE_READERS,
  refused,
  type Statement,
  type StatementNames,
  type TableCall,
} from "./statement.ts";
import { isEqual, STRANGE_BLANK } from "./substitution.ts";

/** Options that leave tables behind, in a database that others get next. */
const REJECTS = /^(store_rejects|rejects_(limit|scan|table))$/i;

/** What is put in the place of something. */
interface Change {
  readonly offset: number;
  readonly before: string;
  readonly after: string;
}

/**
 * Puts the files of the pond into calls that read files.
 *
 * @param statement The statement.
 * @param names What it names.
 * @param find The files that a path or pattern means.
 * @param parse Reads what a statement names.
 * @returns The same where it has no such calls.
 * @throws {PondError} `QUERY` for a call whose files aren't one constant text.
 */
export async function placeFiles(
  statement: Statement,
  names: StatementNames,
  find: (name: string) => Promise<readonly ReadableFile[]>,
  parse: (statement: Statement) => Promise<StatementNames>,
): Promise<{ readonly statement: Statement; readonly names: StatementNames }> {
  const calls = names.calls.filter(({ name }) => FILE_READERS.has(name));
  if (calls.length === 0) return { statement, names };
  if (STRANGE_BLANK.test(statement.select)) throw unplaced(calls[0]);
  requirePlain(calls, names);
  const changes: Change[] = [];
  for (const call of calls) {
    const [path] = call.arguments;
    if (path?.text === undefined || path.name !== "") throw unplaced(call);
    const after = argumentOf(await find(path.text), call);
    changes.push({ offset: path.offset, before: quoteText(path.text), after });
  }
  const select = replaced(statement.select, changes);
  if (select === undefined) throw unplaced(calls[0]);
  const sql = statement.sql.slice(0, -statement.select.length) + select;
  const placed = { source: sql, sql, select };
  const after = await parse(placed);
  const callsOf = (all: StatementNames) => all.calls.map(({ name }) => name);
  const isSame = isEqual(names.tables, after.tables) &&
    isEqual(callsOf(names), callsOf(after));
  if (!isSame) throw unplaced(calls[0]);
  return { statement: placed, names: after };
}

/** Nothing that would show where files are on the host, or stay for others. */
function requirePlain(
  calls: readonly TableCall[],
  { needs }: StatementNames,
): void {
  const options = calls.flatMap((call) =>
    call.arguments.map(({ name }) => name)
  );
  const rejects = options.find((name) => REJECTS.test(name));
  if (rejects !== undefined) {
    throw refused(
      `the option ${rejects} is not allowed`,
      "leave rows out that can't be read: ignore_errors = true",
    );
  }
  const isShown = options.some((name) => name.toLowerCase() === "filename") ||
    needs.names.has("filename");
  if (!isShown) return;
  throw refused(
    "functions that read files know no paths of the pond",
    "files named without a function have them: SELECT filename FROM '/sensors/*.csv'",
  );
}

/** A list of files, with what their names would have said to DuckDB. */
function argumentOf(files: readonly ReadableFile[], call: TableCall): string {
  const [first] = files;
  invariant(first !== undefined, "what matches nothing is an error before");
  const { compression, format } = first.kind;
  const has = (option: string) =>
    call.arguments.some(({ name }) => name === option);
  const isPacked = compression !== "none" && format !== "parquet";
  return [
    listOf(files),
    ...(isPacked && !has("compression")
      ? [`compression = ${quoteText(compression)}`]
      : []),
    // Parts of a series may have more columns than the first one.
    ...(files.length > 1 && !has("union_by_name")
      ? ["union_by_name = true"]
      : []),
    // DuckDB would make a column of each directory a=b on the way to the pond.
    ...(has("hive_partitioning") ? [] : ["hive_partitioning = false"]),
  ].join(", ");
}

/** A text with other pieces in it; nothing where one isn't where it should be. */
function replaced(
  select: string,
  changes: readonly Change[],
): string | undefined {
  const text = new TextEncoder().encode(select);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parts: string[] = [];
  let done = 0;
  const inOrder = changes.toSorted((a, b) => a.offset - b.offset);
  for (const { after, before, offset } of inOrder) {
    const end = offset + new TextEncoder().encode(before).length;
    const isThere = offset >= done &&
      decoder.decode(text.subarray(offset, end)) === before;
    if (!isThere) return undefined;
    parts.push(decoder.decode(text.subarray(done, offset)), after);
    done = end;
  }
  return [...parts, decoder.decode(text.subarray(done))].join("");
}

function unplaced(call: TableCall | undefined) {
  return refused(
    `${call?.name}() is not given one path of the pond as a text`,
    "write it so: read_csv('/sensors/*.csv', delim = ';')",
  );
}
