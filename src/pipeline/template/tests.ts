/**
 * What `is` asks.
 *
 * Tera's `matching` is left out: a regular expression may take for ever.
 *
 * @module
 */
import { numberIn, textIn, wrong } from "./call.ts";
import { type Budget, isEqual, isList, isMap, type Value } from "./value.ts";

/** A question, for a value and at most one argument. */
type Test = (value: Value, argument: () => Value, budget: Budget) => boolean;

/** The questions; `defined` and `undefined` are asked of what may not be there. */
export const TESTS: Readonly<Record<string, Test>> = {
  odd: (value) => Math.abs(numberIn(value) % 2) === 1,
  even: (value) => numberIn(value) % 2 === 0,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  iterable: (value) => isList(value) || isMap(value),
  object: (value) => isMap(value),
  divisibleby: (value, argument) =>
    numberIn(value) % numberIn(argument(), "its argument") === 0,
  starting_with: (value, argument) =>
    textIn(value).startsWith(textIn(argument(), "its argument")),
  ending_with: (value, argument) =>
    textIn(value).endsWith(textIn(argument(), "its argument")),
  containing: (value, argument, budget) => contains(value, argument(), budget),
};

/** Their names. */
export const TEST_NAMES: readonly string[] = [
  "defined",
  "undefined",
  ...Object.keys(TESTS),
];

/** Whether a text has a part, a list an element, or a map a name. */
export function contains(whole: Value, part: Value, budget: Budget): boolean {
  if (typeof whole === "string") {
    return budget.made(whole).includes(
      textIn(part, "what is looked for in a text"),
    );
  }
  if (isMap(whole)) {
    return whole.has(textIn(part, "what is looked for in a map"));
  }
  if (!isList(whole)) {
    throw wrong("what is looked in", "a list, a map or a text", whole);
  }
  return budget.made(whole).some((element) => isEqual(element, part, budget));
}
