/**
 * Statements with values between their pieces.
 *
 * Where a value stands, only the parser knows: so each text is put there as a
 * quoted name at first, which both a table and a column can be called. What the
 * tree then has as a table is one; everything else is a parameter.
 *
 * @module
 */
import type { QueryParam, QueryParams, SqlTemplate } from "../tinylogfs/mod.ts";
import { quoteName } from "./paths.ts";

/** A statement, and what is bound to its parameters. */
export interface BoundStatement {
  /** The statement. */
  readonly sql: string;
  /** The values. */
  readonly params: QueryParams;
}

/**
 * Makes a statement of a template.
 *
 * @param tablesOf Says which tables a statement names.
 */
export async function bindTemplate(
  { texts, values }: SqlTemplate,
  tablesOf: (sql: string) => Promise<readonly string[]>,
): Promise<BoundStatement> {
  const mark = unusedName(texts);
  const tried = values.map((value, i) =>
    typeof value === "string" ? quoteName(`${mark}${i}`) : `$${i + 1}`
  );
  const isAnyText = values.some((value) => typeof value === "string");
  const tables = isAnyText ? await tablesOf(woven(texts, tried)) : [];
  const params: QueryParam[] = [];
  const pieces = values.map((value, i) =>
    typeof value === "string" && tables.includes(`${mark}${i}`)
      ? quoteName(value)
      : `$${params.push(value)}`
  );
  return { sql: woven(texts, pieces), params };
}

function unusedName(texts: readonly string[]): string {
  let name = "value";
  while (texts.some((text) => text.includes(name))) name += "_";
  return name;
}

function woven(texts: readonly string[], pieces: readonly string[]): string {
  return texts.map((text, i) => text + (pieces[i] ?? "")).join("");
}
