/**
 * Values checked against the part of JSON Schema (2020-12) that resources use:
 * the same schemas are published for editors.
 *
 * NOT SUPPORTED: `$ref`, `allOf`, `if`; `oneOf` is understood for sets of
 * required members only.
 *
 * @see {@link https://json-schema.org/draft/2020-12/json-schema-validation}
 * @module
 */
import { didYouMean, nearest } from "../suggest.ts";

/** A schema. */
export interface JsonSchema {
  /** What it is, in a word. */
  readonly title?: string;
  /** What it is. */
  readonly description?: string;
  /** The kind of value. */
  readonly type?: JsonType;
  /** The members of an object. */
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  /** Members that must be there. */
  readonly required?: readonly string[];
  /** Whether an object has members beside these, or what they are. */
  readonly additionalProperties?: false | JsonSchema;
  /** Exactly one of these sets of members must be there. */
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  /** What is in an array. */
  readonly items?: JsonSchema;
  /** The fewest elements. */
  readonly minItems?: number;
  /** The smallest number. */
  readonly minimum?: number;
  /** The largest number. */
  readonly maximum?: number;
  /** The fewest characters. */
  readonly minLength?: number;
  /** A regular expression that a text must match. */
  readonly pattern?: string;
  /** What a text that doesn't is told (as editors know it, too). */
  readonly patternErrorMessage?: string;
  /** The only values. */
  readonly enum?: readonly string[];
  /** The only value. */
  readonly const?: string;
  /** What it is when left out. */
  readonly default?: string | number | boolean;
  /** Values for people to begin with. */
  readonly examples?: readonly unknown[];
  /** A secret: nothing that shows the resource ever shows the value. */
  readonly writeOnly?: true;
}

/** The kinds of value. */
export type JsonType =
  | "object"
  | "array"
  | "string"
  | "integer"
  | "number"
  | "boolean";

/** The way to a value: members and places. */
export type ValuePath = readonly (string | number)[];

/** Something that is wrong with a value. */
export interface SchemaIssue {
  /** Where. */
  readonly path: ValuePath;
  /** Whether the name of the member is meant, not its value. */
  readonly isKey: boolean;
  /** What is wrong. It never has the value of a secret. */
  readonly message: string;
}

/** Everything that is wrong with a value. */
export function schemaIssues(
  schema: JsonSchema,
  value: unknown,
  path: ValuePath = [],
): readonly SchemaIssue[] {
  const issue = (message: string): SchemaIssue[] => [
    { path, isKey: false, message: `${nameOf(path)} ${message}` },
  ];
  const { type } = schema;
  if (type !== undefined && !isOfType(type, value)) {
    return issue(`must be ${ARTICLES[type]}, not ${typeName(value)}`);
  }
  if (typeof value === "string") {
    const problem = textProblem(schema, value);
    return problem === undefined ? [] : issue(problem);
  }
  if (typeof value === "number") {
    const { maximum = Infinity, minimum = -Infinity } = schema;
    if (value < minimum) return issue(`must be at least ${minimum}`);
    return value > maximum ? issue(`must be at most ${maximum}`) : [];
  }
  if (Array.isArray(value)) {
    const { items, minItems = 0 } = schema;
    if (value.length < minItems) {
      return issue(`must have at least ${minItems} element(s)`);
    }
    return items === undefined
      ? []
      : value.flatMap((element, i) =>
        schemaIssues(items, element, [...path, i])
      );
  }
  return isObject(value) ? memberIssues(schema, value, path) : [];
}

function memberIssues(
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  path: ValuePath,
): SchemaIssue[] {
  const { properties = {}, required = [], additionalProperties, oneOf } =
    schema;
  const issues: SchemaIssue[] = [];
  for (const [name, member] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name)
      ? properties[name]
      : additionalProperties;
    const at = [...path, name];
    if (own === false) {
      const hint = didYouMean(nearest(name, Object.keys(properties))) ??
        `there are ${Object.keys(properties).join(", ")}`;
      issues.push({
        path: at,
        isKey: true,
        message: `unknown field "${name}" in ${nameOf(path)}: ${hint}`,
      });
    } else if (own !== undefined) {
      issues.push(...schemaIssues(own, member, at));
    }
  }
  const missing = (what: string) =>
    issues.push({ path, isKey: false, message: `${nameOf(path)} ${what}` });
  for (const name of required) {
    if (!Object.hasOwn(value, name)) missing(`lacks the field "${name}"`);
  }
  if (oneOf !== undefined) {
    const met = oneOf.filter(({ required }) =>
      required.every((name) => Object.hasOwn(value, name))
    );
    const names = oneOf.map(({ required }) => required.join(" and "));
    if (met.length !== 1) missing(`must have one of ${names.join(" or ")}`);
  }
  return issues;
}

/** What is wrong with a text, without the text. */
function textProblem(
  schema: JsonSchema,
  value: string,
): string | undefined {
  const { minLength = 0, pattern, patternErrorMessage } = schema;
  if ([...value].length < minLength) return "can't be empty";
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const hint = didYouMean(nearest(value, schema.enum));
    return `can't be "${value}": ${
      hint ?? `there are ${schema.enum.join(", ")}`
    }`;
  }
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) {
    return patternErrorMessage ?? `must match ${pattern}`;
  }
  return undefined;
}

const ARTICLES: Readonly<Record<JsonType, string>> = {
  object: "a map of fields",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

function isOfType(type: JsonType, value: unknown): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    default:
      return type satisfies never;
  }
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return ARTICLES.array;
  if (isObject(value)) return ARTICLES.object;
  switch (typeof value) {
    case "string":
      return ARTICLES.string;
    case "boolean":
      return ARTICLES.boolean;
    case "number":
      return Number.isInteger(value) && !Number.isSafeInteger(value)
        ? "a whole number of more than 53 bits"
        : ARTICLES.number;
    default:
      return "something else";
  }
}

/** Whether a value is a map with texts as its keys. */
export function isObject(
  value: unknown,
): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Such as `spec.devices[0].id`. */
export function nameOf(path: ValuePath): string {
  if (path.length === 0) return "the resource";
  return path.map((step, i) =>
    typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`
  ).join("");
}
