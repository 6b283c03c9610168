/**
 * Names in SQL: which of them are paths, and how they are quoted.
 *
 * @module
 */

/**
 * Whether a table's name in SQL can mean a path: it starts with a slash, or
 * has a slash or a dot in it, as no name of a table of ours has.
 */
export function isPathName(name: string): boolean {
  return /[/.]/.test(name);
}

/** Text as a literal of SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an identifier of SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
