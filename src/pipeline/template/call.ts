/**
 * Calls of filters and functions: what they are given, by name.
 *
 * @module
 */
import { didYouMean, nearest } from "../../suggest.ts";
import {
  type Budget,
  isList,
  isMap,
  typeOf,
  type Value,
  type ValueMap,
} from "./value.ts";

/** What is wrong with a call; where is known by who made it. */
export class CallError extends Error {
  /** The name of the class. */
  override readonly name: string = "CallError";
}

/** The arguments of a call. */
export class CallArguments {
  /** What counts the work. */
  readonly budget: Budget;
  readonly #values: ReadonlyMap<string, Value>;

  /**
   * @param values The arguments.
   * @param names Those that the filter or function knows.
   * @throws {CallError} For one that it doesn't.
   */
  constructor(
    values: ReadonlyMap<string, Value>,
    names: readonly string[],
    budget: Budget,
  ) {
    for (const name of values.keys()) {
      if (names.includes(name)) continue;
      const hint = didYouMean(nearest(name, names)) ??
        (names.length === 0 ? "it takes none" : `it takes ${names.join(", ")}`);
      throw new CallError(`there is no argument ${name}: ${hint}`);
    }
    this.#values = values;
    this.budget = budget;
  }

  /** An argument, if it is there. */
  find(name: string): Value | undefined {
    return this.#values.get(name);
  }

  /** An argument that must be there. */
  get(name: string): Value {
    const value = this.find(name);
    if (value !== undefined) return value;
    throw new CallError(`it lacks the argument ${name}`);
  }

  /** A text that must be there, unless there is another one for it. */
  text(name: string, otherwise?: string): string {
    const value = this.find(name) ?? otherwise;
    return textIn(value ?? this.get(name), `the argument ${name}`);
  }

  /** A whole number that must be there, unless there is another one for it. */
  integer(name: string, otherwise?: number): number {
    const value = this.find(name) ?? otherwise ?? this.get(name);
    if (Number.isSafeInteger(value)) return Number(value);
    throw wrong(`the argument ${name}`, "a whole number", value);
  }
}

/** A text. */
export function textIn(value: Value, what = "it"): string {
  if (typeof value === "string") return value;
  throw wrong(what, "a text", value);
}

/** A number. */
export function numberIn(value: Value, what = "it"): number {
  if (typeof value === "number") return value;
  throw wrong(what, "a number", value);
}

/** A list. */
export function listIn(value: Value, what = "it"): readonly Value[] {
  if (isList(value)) return value;
  throw wrong(what, "a list", value);
}

/** A map. */
export function mapIn(value: Value, what = "it"): ValueMap {
  if (isMap(value)) return value;
  throw wrong(what, "a map", value);
}

/** What a value is found at, member after member: `a.b`. */
export function attributeOf(value: Value, path: string): Value | undefined {
  let at: Value | undefined = value;
  for (const step of path.split(".")) {
    at = isMap(at)
      ? at.get(step)
      : isList(at) && /^\d{1,9}$/.test(step)
      ? at[Number(step)]
      : undefined;
  }
  return at;
}

/** Says that a value is of the wrong kind. */
export function wrong(
  what: string,
  wanted: string,
  value: Value | undefined,
): CallError {
  return new CallError(`${what} must be ${wanted}, not ${typeOf(value)}`);
}
