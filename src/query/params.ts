/**
 * The values of a statement's parameters.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { QueryParam, QueryParams } from "../tinylogfs/mod.ts";

/** Values by the names of their parameters: `1`, `2` … for those by place. */
export function paramsByName(
  params: QueryParams,
): ReadonlyMap<string, QueryParam> {
  return new Map<string, QueryParam>(
    Array.isArray(params)
      ? params.map((value, i) => [String(i + 1), value])
      : Object.entries(params),
  );
}

/**
 * Puts values into the order of the parameters.
 *
 * @param names The parameters of a statement, without their `$`; those that have
 *   only a place are called `1`, `2`, …
 * @param params The values.
 * @throws {PondError} `QUERY` when there is no value for a parameter, or no
 *   parameter for a value.
 */
export function paramsInOrder(
  names: readonly string[],
  params: QueryParams,
): readonly QueryParam[] {
  const values = paramsByName(params);
  const found = names.map((name) => {
    const value = values.get(name);
    if (value !== undefined) return value;
    throw new PondError(
      "QUERY",
      `Cannot run the query: there is no value for its parameter $${name}`,
      { hint: `give one: --param ${name}=VALUE` },
    );
  });
  for (const name of values.keys()) {
    if (names.includes(name)) continue;
    const known = names.map((name) => `$${name}`).join(", ");
    throw new PondError(
      "QUERY",
      `Cannot run the query: there is no parameter $${name} in it`,
      {
        hint: known === ""
          ? `write it into the SQL: WHERE v > $${name}`
          : `its parameters are ${known}`,
      },
    );
  }
  return found;
}
