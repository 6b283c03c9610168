/**
 * Writes what a template says.
 *
 * A name that is nowhere is an error, except in a condition, before `default`, and
 * for `is defined`. Maps are gone through in the order of their names.
 *
 * @module
 */
import { didYouMean, nearest } from "../../suggest.ts";
import type { Arguments, Body, Call, Expression, Statement } from "./ast.ts";
import { CallArguments, CallError, numberIn, textIn, wrong } from "./call.ts";
import { FILTERS } from "./filters.ts";
import { FUNCTIONS } from "./functions.ts";
import { type Offset, TemplateFault } from "./lexer.ts";
import { contains, TESTS } from "./tests.ts";
import {
  Budget,
  BudgetError,
  charactersOf,
  isEqual,
  isList,
  isMap,
  isNothing,
  isTrue,
  sortedNames,
  textOf,
  typeOf,
  type Value,
  type ValueMap,
} from "./value.ts";

/** What a template may do: a step a value, or eight characters. */
const MAX_STEPS = 2_000_000;

/** So much of a name is shown in errors. */
const MAX_SHOWN = 100;

/** Filters that make something of what was not exported. */
const OF_NOTHING = new Set(["length", "json_encode", "as_str"]);

/** How a body ended. */
type Flow = "next" | "break" | "continue";

type Binary = Expression & { readonly type: "binary" };
type Loop = Statement & { readonly type: "for" };

/**
 * Renders a template.
 *
 * @param context What names mean.
 * @throws {TemplateFault} For what is missing, or of the wrong kind, or too much.
 */
export function renderBody(body: Body, context: ValueMap): string {
  return new Renderer(context).render(body);
}

class Renderer {
  readonly #budget = new Budget(MAX_STEPS);
  /** Names, those of the innermost loop last. */
  readonly #scopes: Map<string, Value>[];
  #output: string[] = [];
  /** What is evaluated, for errors that don't know where they are. */
  #at: Offset = 0;

  constructor(context: ValueMap) {
    this.#scopes = [new Map(context)];
  }

  render(body: Body): string {
    try {
      this.#body(body);
      return this.#output.join("");
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
      throw new TemplateFault(error.message, this.#at);
    }
  }

  #body(body: Body): Flow {
    for (const statement of body) {
      const flow = this.#statement(statement);
      if (flow !== "next") return flow;
    }
    return "next";
  }

  #statement(statement: Statement): Flow {
    switch (statement.type) {
      case "text":
        this.#write(statement.text);
        return "next";
      case "output":
        this.#write(textOf(this.#value(statement.value), this.#budget));
        return "next";
      case "if": {
        const branch = statement.branches.find(({ condition }) =>
          this.#isTrue(condition)
        );
        return this.#body(branch?.body ?? statement.otherwise);
      }
      case "for":
        return this.#loop(statement);
      case "set": {
        const scope = this.#scopes.at(statement.isGlobal ? 0 : -1);
        scope?.set(statement.name, this.#value(statement.value));
        return "next";
      }
      case "filtered":
        return this.#filtered(statement.filter, statement.body);
      case "break":
      case "continue":
        return statement.type;
      default:
        return statement satisfies never;
    }
  }

  #write(text: string): void {
    this.#output.push(this.#budget.made(text));
  }

  #loop({ body, names, of, otherwise }: Loop): Flow {
    const entries = this.#entries(
      this.#value(of),
      names.length === 2,
      of.offset,
    );
    if (entries.length === 0) return this.#body(otherwise);
    const [first, second] = names;
    for (const [i, [key, value]] of entries.entries()) {
      const scope = new Map<string, Value>();
      if (second === undefined) scope.set(first, value);
      else scope.set(first, key).set(second, value);
      scope.set("loop", placeIn(i, entries.length));
      this.#scopes.push(scope);
      const flow = this.#body(body);
      this.#scopes.pop();
      if (flow === "break") break;
    }
    return "next";
  }

  /** What a loop goes through. */
  #entries(
    value: Value,
    hasNames: boolean,
    offset: Offset,
  ): readonly (readonly [string, Value])[] {
    if (isNothing(value)) return [];
    const isRight = hasNames
      ? isMap(value)
      : isList(value) || typeof value === "string";
    if (!isRight) {
      throw new TemplateFault(
        hasNames
          ? `for with two names goes through a map, not ${typeOf(value)}`
          : `for goes through a list or a text, not ${typeOf(value)}${
            isMap(value) ? ": a map needs two names" : ""
          }`,
        offset,
      );
    }
    if (isMap(value)) {
      return sortedNames(value).map((name) => [name, value.get(name) ?? null]);
    }
    const elements = isList(value)
      ? value
      : charactersOf(textOf(value, this.#budget), this.#budget);
    return this.#budget.made(elements).map((element) => ["", element]);
  }

  #filtered(filter: Call, body: Body): Flow {
    const outer = this.#output;
    this.#output = [];
    const flow = this.#body(body);
    const text = this.#output.join("");
    this.#output = outer;
    this.#write(textOf(this.#filter(filter, text), this.#budget));
    return flow;
  }

  // Expressions

  #isTrue(condition: Expression): boolean {
    return isTrue(this.#find(condition));
  }

  /** A value that must be there. */
  #value(expression: Expression): Value {
    const value = this.#find(expression);
    if (value !== undefined) return value;
    throw this.#missing(expression);
  }

  /** A value; nothing, where a name is nowhere. */
  #find(expression: Expression): Value | undefined {
    this.#budget.spend(1);
    this.#at = expression.offset;
    switch (expression.type) {
      case "literal":
        return expression.value;
      case "list":
        return this.#budget.made(
          expression.elements.map((it) => this.#value(it)),
        );
      case "variable":
        return this.#variable(expression.name);
      case "member": {
        const of = this.#find(expression.of);
        return of === undefined
          ? undefined
          : this.#member(of, this.#value(expression.key), expression.offset);
      }
      case "call":
        return this.#call(expression);
      case "filter":
        return this.#filter(
          expression.filter,
          this.#find(expression.of),
          expression.of,
        );
      case "test":
        return this.#test(expression);
      case "not":
        return !this.#isTrue(expression.of);
      case "binary":
        return this.#binary(expression);
      default:
        return expression satisfies never;
    }
  }

  #variable(name: string): Value | undefined {
    return this.#scopes.findLast((scope) => scope.has(name))?.get(name);
  }

  #member(of: Value, key: Value, offset: Offset): Value | undefined {
    if (isMap(of) && typeof key === "string") return of.get(key);
    if (isMap(of) && typeof key === "number") return of.get(String(key));
    if (isList(of) && typeof key === "number") return of[key];
    if (isList(of) && typeof key === "string") return undefined;
    if (!isMap(of) && !isList(of)) return undefined;
    throw new TemplateFault(`${typeOf(key)} can't name a member`, offset);
  }

  #test(
    { args, name, of, offset }: Expression & { readonly type: "test" },
  ): boolean {
    const value = this.#find(of);
    if (name === "defined") return value !== undefined;
    if (name === "undefined") return value === undefined;
    if (value === undefined) throw this.#missing(of);
    const [argument, ...others] = args;
    return this.#calling(offset, name, () => {
      if (others.length > 0) throw new CallError("it takes one argument");
      const test = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
      const given = () => {
        if (argument === undefined) {
          throw new CallError("it lacks its argument");
        }
        return this.#value(argument);
      };
      return test?.(value, given, this.#budget) === true;
    });
  }

  #call({ args, name, offset }: Call): Value {
    const called = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (called === undefined) {
      throw new TemplateFault(`there is no ${name}`, offset);
    }
    const values = this.#arguments(args);
    return this.#calling(offset, name, () =>
      this.#budget.made(
        called.call(new CallArguments(values, called.takes, this.#budget)),
      ));
  }

  /** @param of Where the value is from; none for the text of a block. */
  #filter(
    { args, name, offset }: Call,
    value: Value | undefined,
    of?: Expression,
  ): Value {
    const isDefault = name === "default";
    const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (!isDefault && filter === undefined) {
      throw new TemplateFault(`there is no filter ${name}`, offset);
    }
    if (!isDefault && value === undefined && of !== undefined) {
      throw this.#missing(of);
    }
    const values = this.#arguments(args);
    return this.#calling(offset, name, () => {
      const takes = filter?.takes ?? ["value"];
      const given = new CallArguments(values, takes, this.#budget);
      if (filter === undefined || value === undefined) {
        return value === undefined || isNothing(value)
          ? given.get("value")
          : value;
      }
      if (isNothing(value) && !OF_NOTHING.has(name)) return value;
      this.#budget.made(value);
      return this.#budget.made(filter.apply(value, given));
    });
  }

  #arguments(args: Arguments): ReadonlyMap<string, Value> {
    return new Map(args.map(([name, value]) => [name, this.#value(value)]));
  }

  /** Calls something, and says where it was when it fails. */
  #calling<T>(offset: Offset, name: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      throw new TemplateFault(`${name}: ${error.message}`, offset);
    }
  }

  #binary(expression: Binary): Value {
    const { left, offset, operator, right } = expression;
    switch (operator) {
      case "and":
        return this.#isTrue(left) && this.#isTrue(right);
      case "or":
        return this.#isTrue(left) || this.#isTrue(right);
      default: {
        const [a, b] = [this.#value(left), this.#value(right)];
        return this.#calling(
          offset,
          operator,
          () => this.#operate(operator, a, b),
        );
      }
    }
  }

  #operate(
    operator: Exclude<Binary["operator"], "and" | "or">,
    a: Value,
    b: Value,
  ): Value {
    const budget = this.#budget;
    switch (operator) {
      case "==":
        return isEqual(a, b, budget);
      case "!=":
        return !isEqual(a, b, budget);
      case "in":
        return contains(b, a, budget);
      case "~":
        return budget.made(joinable(a) + joinable(b));
      case "<":
        return order(a, b) < 0;
      case "<=":
        return order(a, b) <= 0;
      case ">":
        return order(a, b) > 0;
      case ">=":
        return order(a, b) >= 0;
      case "+":
        return numberIn(a) + numberIn(b);
      case "-":
        return numberIn(a) - numberIn(b);
      case "*":
        return numberIn(a) * numberIn(b);
      case "/":
        return numberIn(a) / nonZero(b);
      case "%":
        return numberIn(a) % nonZero(b);
      default:
        return operator satisfies never;
    }
  }

  /** The name that is nowhere, with those that are like it. */
  #missing(expression: Expression): TemplateFault {
    if (expression.type === "variable") {
      const { name, offset } = expression;
      const names = this.#scopes.flatMap((scope) => [...scope.keys()]);
      return new TemplateFault(noSuch(name, "", names), offset);
    }
    if (expression.type !== "member") {
      return new TemplateFault("it has no value", expression.offset);
    }
    const { key, of, offset } = expression;
    const whole = this.#find(of);
    if (whole === undefined) return this.#missing(of);
    const name = textOf(this.#value(key), this.#budget);
    const where = pathOf(of);
    if (isMap(whole)) {
      return new TemplateFault(noSuch(name, where, sortedNames(whole)), offset);
    }
    const why = isList(whole)
      ? `${where} has ${whole.length} element(s), and no ${name}`
      : `${where} is ${typeOf(whole)}, and has no ${name}`;
    return new TemplateFault(why, offset);
  }
}

function placeIn(index: number, length: number): Value {
  return new Map<string, Value>([
    ["index", index + 1],
    ["index0", index],
    ["first", index === 0],
    ["last", index === length - 1],
  ]);
}

/** How an expression is written, as far as it is a name. */
function pathOf(expression: Expression): string {
  switch (expression.type) {
    case "variable":
      return expression.name;
    case "member": {
      const { key, of } = expression;
      if (key.type !== "literal") return `${pathOf(of)}[…]`;
      return typeof key.value === "string"
        ? `${pathOf(of)}.${key.value}`
        : `${pathOf(of)}[${key.value}]`;
    }
    default:
      return "it";
  }
}

function noSuch(name: string, where: string, names: readonly string[]): string {
  const shown = names.slice(0, 20).join(", ");
  const hint = didYouMean(nearest(name, names)) ??
    (names.length === 0 ? "it is empty" : `there are ${shown}`);
  const called = name.length > MAX_SHOWN
    ? `${name.slice(0, MAX_SHOWN)}…`
    : name;
  return `there is no ${called}${where === "" ? "" : ` in ${where}`}: ${hint}`;
}

function joinable(value: Value): string {
  if (typeof value === "string" || typeof value === "number") {
    return String(value);
  }
  throw wrong("each side", "a text or a number", value);
}

/** Which of two numbers or texts is greater. */
function order(a: Value, b: Value): number {
  if (typeof a === "number") return a - numberIn(b);
  const [left, right] = [textIn(a), textIn(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function nonZero(value: Value): number {
  const number = numberIn(value);
  if (number === 0) throw new CallError("it divides by zero");
  return number;
}
