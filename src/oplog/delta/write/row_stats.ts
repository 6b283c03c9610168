/**
 * Statistics of the rows of a new file: right, or absent.
 *
 * ```text
 * strings      cut to 32 characters; a highest one that was cut ends with U+10FFFF
 * timestamps   in milliseconds: the lowest one rounded down, the highest one up
 * NaN, ±∞      JSON has none: the column has neither lowest nor highest value
 * booleans, bytes, lists, maps                 only nulls are counted
 * ```
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics}
 * @module
 */
import type { DataField, DataStruct, DataValue } from "../../data_type.ts";
import type { MetaData } from "../actions.ts";
import { decimalText } from "../stats_text.ts";
import { compareValues, isOrdered } from "./value_order.ts";

/** So many columns have statistics unless the table says otherwise. */
const INDEXED_COLUMNS = 32;
const MAX_CHARACTERS = 32;
const HIGHEST_CHARACTER = "\u{10ffff}";

/** What is known of a column, or of a field of one. */
type Summary =
  | {
    readonly name: string;
    readonly nulls: number;
    /** JSON; only where there is a lowest and a highest value. */
    readonly bounds: { readonly min?: string; readonly max?: string };
  }
  | { readonly name: string; readonly fields: readonly Summary[] };

/**
 * Writes statistics as the JSON of an `add` action.
 *
 * @param fields The columns of the file.
 * @param values The values: one array for each column.
 * @param numRows How many rows there are.
 * @param metaData Says which columns have statistics.
 */
export function rowStats(
  fields: readonly DataField[],
  values: readonly (readonly DataValue[])[],
  numRows: number,
  metaData: MetaData,
): string {
  const choice = new Choice(metaData);
  const summaries = fields.flatMap((field, i) =>
    summaryOf(field, values[i] ?? [], choice, "") ?? []
  );
  const bound = (name: "min" | "max") =>
    objectOf(summaries, (bounds) => bounds[name]);
  const nulls = objectOf(summaries, (_, count) => String(count));
  return `{"numRecords":${numRows},"minValues":${bound("min")},"maxValues":${
    bound("max")
  },"nullCount":${nulls}}`;
}

/** Which columns have statistics: named ones, or the first ones. */
class Choice {
  readonly #names: readonly string[] | undefined;
  #left: number;

  constructor({ configuration }: MetaData) {
    const names = configuration["delta.dataSkippingStatsColumns"];
    this.#names = names?.split(",").map((name) =>
      name.trim().replaceAll("`", "")
    );
    const count = Number(
      configuration["delta.dataSkippingNumIndexedCols"] ?? INDEXED_COLUMNS,
    );
    this.#left = count < 0 ? Infinity : count;
  }

  /** Whether a column without parts has them. */
  takes(path: string): boolean {
    if (this.#names !== undefined) {
      return this.#names.some((name) =>
        path === name || path.startsWith(`${name}.`)
      );
    }
    return --this.#left >= 0;
  }
}

function summaryOf(
  { name, type }: DataField,
  values: readonly DataValue[],
  choice: Choice,
  above: string,
): Summary | undefined {
  const path = `${above}${name}`;
  if (type.kind === "struct") {
    const fields = type.fields.flatMap((field) => {
      const below = values.map((value) =>
        value === null ? null : (value as DataStruct)[field.name] ?? null
      );
      return summaryOf(field, below, choice, `${path}.`) ?? [];
    });
    return fields.length > 0 ? { name, fields } : undefined;
  }
  if (!choice.takes(path)) return undefined;
  const there = values.filter((value) => value !== null);
  const nulls = values.length - there.length;
  const bounds = isOrdered(type) ? boundsOf(type, there) : {};
  return { name, nulls, bounds };
}

function boundsOf(
  type: DataField["type"],
  given: readonly DataValue[],
): { readonly min?: string; readonly max?: string } {
  // A file holds what a float can hold, not what was handed over.
  const values = type.kind === "float"
    ? given.map((value) => Math.fround(Number(value)))
    : given;
  let [min] = values;
  if (min === undefined) return {};
  let max = min;
  for (const value of values) {
    if (typeof value === "number" && !Number.isFinite(value)) return {};
    if (compareValues(value, min) < 0) min = value;
    if (compareValues(value, max) > 0) max = value;
  }
  const low = boundText(type, min, "min");
  const high = boundText(type, max, "max");
  return {
    ...(low === undefined ? {} : { min: low }),
    ...(high === undefined ? {} : { max: high }),
  };
}

/** A bound as JSON; `undefined` for one that can't be said. */
function boundText(
  type: DataField["type"],
  value: DataValue,
  which: "min" | "max",
): string | undefined {
  switch (type.kind) {
    case "string": {
      const text = which === "min" ? cut(String(value)) : cutUp(String(value));
      return text === undefined ? undefined : JSON.stringify(text);
    }
    case "decimal":
      return decimalText(value as bigint, type.scale);
    case "date":
      return isoDate(Number(value));
    case "timestamp":
      return isoTime(value as bigint, which, "Z");
    case "timestamp_ntz":
      return isoTime(value as bigint, which, "");
    default:
      return String(value);
  }
}

function cut(text: string): string {
  return text.length <= MAX_CHARACTERS
    ? text
    : [...text].slice(0, MAX_CHARACTERS).join("");
}

/** Not below the whole text. */
function cutUp(text: string): string | undefined {
  const short = cut(text);
  if (short.length === text.length) return text;
  const bound = `${short}${HIGHEST_CHARACTER}`;
  return compareValues(bound, text) >= 0 ? bound : undefined;
}

const MS_PER_DAY = 86_400_000;
const US_PER_MS = 1000n;
/** What has four digits of a year, which all engines read. */
const FIRST_MS = Date.UTC(1000, 0, 1);
const END_MS = Date.UTC(10_000, 0, 1);

function isoDate(day: number): string | undefined {
  const ms = day * MS_PER_DAY;
  if (ms < FIRST_MS || ms >= END_MS) return undefined;
  return JSON.stringify(new Date(ms).toISOString().slice(0, 10));
}

function isoTime(
  us: bigint,
  which: "min" | "max",
  zone: string,
): string | undefined {
  const rest = ((us % US_PER_MS) + US_PER_MS) % US_PER_MS;
  const down = (us - rest) / US_PER_MS;
  const ms = Number(which === "max" && rest > 0n ? down + 1n : down);
  if (ms < FIRST_MS || ms >= END_MS) return undefined;
  return JSON.stringify(new Date(ms).toISOString().replace("Z", zone));
}

function objectOf(
  summaries: readonly Summary[],
  textOf: (
    bounds: { readonly min?: string; readonly max?: string },
    nulls: number,
  ) => string | undefined,
): string {
  const members = summaries.flatMap((summary) => {
    const text = "fields" in summary
      ? objectOf(summary.fields, textOf)
      : textOf(summary.bounds, summary.nulls);
    if (text === undefined || text === "{}") return [];
    return [`${JSON.stringify(summary.name)}:${text}`];
  });
  return `{${members.join(",")}}`;
}
