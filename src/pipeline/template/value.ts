/**
 * What a template works on: plain data.
 *
 * A map is a `Map`, so that a name in a template finds a member or nothing: there
 * is no prototype to climb, no function to get hold of, and no object of the host.
 *
 * @module
 */

/** A value. */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | ValueMap;

/** Named values. */
export type ValueMap = ReadonlyMap<string, Value>;

/** A map in which every name is there, and has a map like it. */
class Nothing extends Map<string, Value> {
  override get(): Value {
    return this;
  }
}

/**
 * What was exported, where nothing was: whatever a page asks of it, there is none,
 * and that is no error.
 */
export const NOTHING_EXPORTED: ValueMap = new Nothing();

/** Whether a value stands for what was not exported. */
export function isNothing(value: Value | undefined): value is Nothing {
  return value instanceof Nothing;
}

/** Whether a value is a list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether a value is a map. */
export function isMap(value: Value | undefined): value is ValueMap {
  return value instanceof Map;
}

/** Makes a value of JSON, in which maps may stand for objects. */
export function valueOf(json: unknown): Value {
  if (json === null || json === undefined) return null;
  if (Array.isArray(json)) return json.map(valueOf);
  if (json instanceof Map) {
    return new Map([...json].map(([name, it]) => [String(name), valueOf(it)]));
  }
  switch (typeof json) {
    case "boolean":
    case "number":
    case "string":
      return json;
    case "object":
      return new Map(
        Object.entries(json).map(([name, member]) => [name, valueOf(member)]),
      );
    default:
      throw new TypeError(`${typeof json} is no value of a template`);
  }
}

/** What a value is called in errors. */
export function typeOf(value: Value | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (isList(value)) return "a list";
  if (isMap(value)) return "a map";
  return TYPES[typeof value] ?? typeof value;
}

const TYPES: Readonly<Record<string, string>> = {
  boolean: "true or false",
  number: "a number",
  string: "a text",
};

/** Whether a value counts as true: what is empty, zero or missing doesn't. */
export function isTrue(value: Value | undefined): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  return Boolean(value);
}

/** Whether two values are the same. */
export function isEqual(a: Value, b: Value, budget: Budget): boolean {
  return budget.nested(() => {
    if (isList(a)) {
      return isList(b) && a.length === b.length &&
        a.every((element, i) => isEqual(element, b[i] ?? null, budget));
    }
    if (isMap(a)) {
      return isMap(b) && a.size === b.size &&
        [...a].every(([name, member]) => {
          const other = b.get(name);
          return other !== undefined && isEqual(member, other, budget);
        });
    }
    return a === b;
  });
}

/** The names of a map, in their order. */
export function sortedNames(map: ValueMap): readonly string[] {
  return [...map.keys()].sort();
}

/** Values may be in each other so deep. */
const MAX_DEPTH = 100;

/**
 * How much a template may still do: everything it does is counted, so that it ends,
 * and what it makes fits into memory.
 */
export class Budget {
  #left: number;
  #depth = 0;

  constructor(steps: number) {
    this.#left = steps;
  }

  /**
   * Counts work.
   *
   * @throws {BudgetError} When it is too much.
   */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new BudgetError("it does too much");
  }

  /** Counts a text or list that was made, by its length. */
  made<T extends Value>(value: T): T {
    if (isList(value)) this.spend(1 + value.length);
    else this.spend(typeof value === "string" ? 1 + value.length / 8 : 1);
    return value;
  }

  /** Goes into a value, a level deeper. */
  nested<T>(work: () => T): T {
    this.spend(1);
    if (++this.#depth > MAX_DEPTH) {
      throw new BudgetError(
        `its values are more than ${MAX_DEPTH} levels deep`,
      );
    }
    const done = work();
    this.#depth--;
    return done;
  }
}

/** A template does too much. */
export class BudgetError extends Error {
  /** The name of the class. */
  override readonly name: string = "BudgetError";
}

/** The characters of a text; they are counted before they are made. */
export function charactersOf(text: string, budget: Budget): string[] {
  budget.spend(text.length);
  return [...text];
}

/** Texts as one, which is counted before it is made. */
export function joined(
  texts: readonly string[],
  separator: string,
  budget: Budget,
): string {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  budget.spend(
    1 + texts.length + (length + texts.length * separator.length) / 8,
  );
  return texts.join(separator);
}

/** The text that a value becomes in the output. */
export function textOf(value: Value, budget: Budget): string {
  if (typeof value === "string") return value;
  if (value === null || isNothing(value)) return "";
  if (isMap(value)) return "[object]";
  if (!isList(value)) return String(value);
  return budget.nested(() => {
    const texts = value.map((element) => textOf(element, budget));
    return `[${joined(texts, ", ", budget)}]`;
  });
}

/**
 * A value as JSON, the members of maps in the order of their names.
 *
 * @param indent What a line begins with; on one line when left out.
 */
export function jsonOf(value: Value, budget: Budget, indent?: string): string {
  if (!isList(value) && !isMap(value)) {
    return budget.made(JSON.stringify(value));
  }
  return budget.nested(() => {
    const inner = indent === undefined ? undefined : `${indent}  `;
    const members = isList(value)
      ? value.map((element) => jsonOf(element, budget, inner))
      : sortedNames(value).map((name) => {
        const member = jsonOf(value.get(name) ?? null, budget, inner);
        return `${JSON.stringify(name)}:${
          indent === undefined ? "" : " "
        }${member}`;
      });
    const [open, close] = isList(value) ? "[]" : "{}";
    const isShort = inner === undefined || members.length === 0;
    return budget.made(
      isShort
        ? `${open}${members.join(",")}${close}`
        : `${open}\n${inner}${members.join(`,\n${inner}`)}\n${indent}${close}`,
    );
  });
}
