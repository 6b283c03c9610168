/**
 * Puts what reads files where a statement names them.
 *
 * A view for each path would do, and is what a statement gets for which this
 * doesn't work. But DuckDB plans a view when it is made, and then a statement
 * that reads files twice: when it is prepared, and when it is run. Where the
 * list of files is a parameter, the first time ends for want of a value.
 *
 * ```text
 * SELECT n FROM '/a.csv' WHERE n > 1
 * SELECT n FROM (SELECT * FROM read_csv($files1, …)) AS "/a.csv" WHERE n > 1
 * ```
 *
 * Only what is certain is replaced: the tree says at which byte of the text a
 * name is, and there the name must be, quoted as SQL quotes it. What has come of
 * it is parsed again, and must name and call what it did before, and beside it
 * only what was put there.
 *
 * @see docs/decisions/0021-files-in-the-place-of-their-names.md
 * @module
 */
import { quoteName, quoteText } from "./paths.ts";
import type { Statement, StatementNames } from "./statement.ts";

/** Files that a statement names as a table. */
export interface Replacement {
  /** The name. */
  readonly name: string;
  /** The functions that read them, each with its list of files. */
  readonly scans: readonly {
    /** The function. */
    readonly function: string;
    /** Paths on the host. */
    readonly hostPaths: readonly string[];
  }[];
  /** The SELECT, with what stands for the list of each function. */
  select(lists: readonly string[]): string;
}

/** A statement in which names are replaced. */
export interface Substituted {
  /** What is run. */
  readonly statement: Statement;
  /** Lists of files, by the names of their parameters. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/** DuckDB makes blanks of these before it counts bytes. */
export const STRANGE_BLANK: RegExp = /[^\P{Z} ]|\p{Cf}/u;

/**
 * Replaces the names of files in a statement.
 *
 * @param statement The statement.
 * @param names What it names.
 * @param replacements What is put there, each name once.
 * @returns Nothing when one of them can't be replaced for certain.
 */
export function substitute(
  statement: Statement,
  names: StatementNames,
  replacements: readonly Replacement[],
): Substituted | undefined {
  const { select } = statement;
  const parameter = parameterNames(select, names.parameters);
  if (parameter === undefined || STRANGE_BLANK.test(select)) return undefined;
  if (names.describes || names.calledByTable) return undefined;
  const lists = new Map<string, readonly string[]>();
  const selects = new Map(replacements.map((replacement) => {
    const used = replacement.scans.map(({ hostPaths }) => {
      const name = parameter(lists.size);
      lists.set(name, hostPaths);
      return `$${name}`;
    });
    return [replacement.name, replacement.select(used)];
  }));
  const replaced = replaceAll(select, names, selects);
  if (replaced === undefined) return undefined;
  const beginning = statement.sql.slice(0, -select.length);
  const sql = beginning + replaced;
  return { statement: { source: sql, sql, select: replaced }, lists };
}

/**
 * Whether a statement names and calls what it did before names were replaced,
 * and what was put there, and nothing else.
 *
 * @param before What it named.
 * @param after What it names; nothing if it is no statement.
 */
export function isSame(
  before: StatementNames,
  after: StatementNames | undefined,
  replacements: readonly Replacement[],
): boolean {
  if (after === undefined) return false;
  const replaced = new Map(replacements.map((each) => [each.name, each]));
  const isKept = (name: string) => !replaced.has(name);
  const put = before.references.flatMap(({ name }) =>
    replaced.get(name)?.scans ?? []
  );
  const calls = [
    ...before.calls.map(({ name }) => name),
    ...put.map((scan) => scan.function),
  ];
  return isEqual(before.tables.filter(isKept), after.tables) &&
    isEqual(calls, after.calls.map(({ name }) => name));
}

/** Whether two lists have the same texts, in any order. */
export function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());
}

/** All names in a text replaced; nothing if one isn't where it should be. */
function replaceAll(
  select: string,
  { commonTables, references, tables }: StatementNames,
  selects: ReadonlyMap<string, string>,
): string | undefined {
  const text = new TextEncoder().encode(select);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const isOurs = references.filter(({ name }) => selects.has(name));
  const found = new Set(isOurs.map(({ name }) => name));
  const isAll = tables.every((name) => !selects.has(name) || found.has(name));
  // One of those is read instead of the files, where it can be seen.
  const common = new Set(commonTables.map((name) => name.toLowerCase()));
  const isHidden = [...found].some((name) => common.has(name.toLowerCase()));
  if (!isAll || isHidden) return undefined;
  const parts: string[] = [];
  let done = 0;
  for (const { alias, name, offset } of isOurs.sort(byOffset)) {
    if (!(offset >= done)) return undefined;
    const written = [quoteText(name), quoteName(name)].find((quoted) => {
      const length = new TextEncoder().encode(quoted).length;
      return decoder.decode(text.subarray(offset, offset + length)) === quoted;
    });
    if (written === undefined) return undefined;
    const as = alias === "" ? ` AS ${quoteName(name)}` : "";
    parts.push(
      decoder.decode(text.subarray(done, offset)),
      `(${selects.get(name)})${as}`,
    );
    done = offset + new TextEncoder().encode(written).length;
  }
  return [...parts, decoder.decode(text.subarray(done))].join("");
}

function byOffset(
  a: { readonly offset: number },
  b: { readonly offset: number },
): number {
  return a.offset - b.offset;
}

/**
 * Names for more parameters, beside those of a statement: all have names, or all
 * have numbers. What a `?` is depends on how many there are before it.
 */
function parameterNames(
  select: string,
  parameters: readonly string[],
): ((i: number) => string) | undefined {
  const numbers = parameters.filter((name) => /^\d+$/.test(name)).map(Number);
  if (numbers.length > 0) {
    const greatest = Math.max(...numbers);
    return select.includes("?") ? undefined : (i) => `${greatest + 1 + i}`;
  }
  let prefix = "files";
  const isTaken = () => parameters.some((name) => name.startsWith(prefix));
  while (isTaken()) prefix += "_";
  return (i) => `${prefix}${i + 1}`;
}
