/**
 * `{{ name }}` in the fields of a resource, as the values of `-v name=value`.
 *
 * @module
 */
import { didYouMean, nearest } from "../suggest.ts";
import type { ValuePath } from "./json_schema.ts";

/** The values, by their names. */
export type Variables = ReadonlyMap<string, string>;

/** What was expanded. */
export interface Expanded {
  /** The value, with all variables in their places. */
  readonly value: unknown;
  /** What can't be. */
  readonly issues: readonly {
    readonly path: ValuePath;
    readonly message: string;
  }[];
}

/**
 * Expands the texts in a value.
 *
 * @param isVerbatim Tells the fields that stay as they are.
 * @param used Is told which variables were used.
 */
export function expandVariables(
  value: unknown,
  variables: Variables,
  isVerbatim: (path: ValuePath) => boolean,
  used: Set<string>,
): Expanded {
  const issues: { path: ValuePath; message: string }[] = [];
  const expandText = (text: string, path: ValuePath) =>
    text.replace(/\{\{([^{}]*)\}\}/g, (whole, inside: string) => {
      const name = inside.trim();
      if (!/^[A-Za-z_]\w*$/.test(name)) {
        issues.push({
          path,
          message: `${whole} is no variable: write {{ NAME }}`,
        });
        return whole;
      }
      const known = variables.get(name);
      if (known !== undefined) {
        used.add(name);
        return known;
      }
      const hint = didYouMean(nearest(name, variables.keys())) ??
        `give it with -v ${name}=VALUE`;
      issues.push({
        path,
        message: `the variable ${name} has no value: ${hint}`,
      });
      return whole;
    });
  const expand = (value: unknown, path: ValuePath): unknown => {
    if (isVerbatim(path)) return value;
    if (typeof value === "string") return expandText(value, path);
    if (Array.isArray(value)) {
      return value.map((it, i) => expand(it, [...path, i]));
    }
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        expand(member, [...path, name]),
      ]),
    );
  };
  return { value: expand(value, []), issues };
}
