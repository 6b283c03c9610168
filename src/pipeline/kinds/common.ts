/**
 * What the kinds of resources have in common.
 *
 * @module
 */
import type { JsonSchema } from "../json_schema.ts";

/** A kind of resource, as it is described. */
export interface KindSchema {
  /** What such a resource does, in a sentence. */
  readonly summary: string;
  /** The fields of `spec`. */
  readonly spec: JsonSchema;
  /** Fields in which `{{ name }}` means itself. */
  readonly verbatim?: readonly string[];
  /** Whether what it makes is computed when somebody looks at it. */
  readonly isView?: true;
  /** Whether such resources are run, and so may have a schedule. */
  readonly isRun?: true;
  /** Whether this version of pond can do what it says. */
  readonly isSupported: boolean;
  /** Where it can't, what does the same: a command to paste. */
  readonly instead?: string;
}

/** An object with these fields and no others. */
export function fields(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
): JsonSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

/** A list of at least one. */
export function listOf(items: JsonSchema, description: string): JsonSchema {
  return { type: "array", items, minItems: 1, description };
}

/** A text that isn't empty. */
export function text(description: string): JsonSchema {
  return { type: "string", minLength: 1, description };
}

/** What becomes the name of a file or directory of the pond. */
export const NAME_PATTERN = "^[\\p{L}\\p{N}_][\\p{L}\\p{N}_. -]{0,127}$";

/** A name that becomes one of the pond. */
export function pathName(description: string): JsonSchema {
  return {
    type: "string",
    pattern: NAME_PATTERN,
    patternErrorMessage:
      "must be of letters, digits, _, ., - and spaces, and begin with a letter, a digit or _ (at most 128)",
    description,
  };
}

/** A pattern of paths in the pond. */
export function pondPattern(description: string): JsonSchema {
  return {
    type: "string",
    pattern: "^/",
    patternErrorMessage: "must begin with /: it is a path in the pond",
    description,
  };
}

/** An address of a server, without a name and password in it. */
export function address(description: string): JsonSchema {
  return {
    type: "string",
    pattern: "^https?://[^\\s/@?#]+(/[^\\s@?#]*)?$",
    patternErrorMessage:
      "must be an http or https address without a user, a password or a query",
    description,
  };
}

/** A time: a date, or a date and time of day in UTC or with an offset. */
export function time(description: string): JsonSchema {
  return {
    type: "string",
    pattern:
      "^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}:\\d{2}))?$",
    patternErrorMessage:
      'must be a date, or a time with its offset: "2024-01-31T10:00Z"',
    description,
  };
}

/** A length of time, such as `15m`. */
export function duration(description: string): JsonSchema {
  return {
    type: "string",
    pattern: "^[1-9]\\d{0,8}(s|m|h|d)$",
    patternErrorMessage: "must be a number of s, m, h or d, such as 15m",
    description,
  };
}

/** The milliseconds of a {@linkcode duration}. */
export function durationMs(text: string): number {
  const unit = UNITS_MS[text.at(-1) ?? ""];
  return Number(text.slice(0, -1)) * (unit ?? NaN);
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
