/**
 * Rows that a program hands over to be written: what they must be.
 *
 * @module
 */
import { PondError } from "../../../errors.ts";
import {
  type DataField,
  type DataType,
  type DataValue,
  typeText,
} from "../../data_type.ts";
import { isObject } from "../actions.ts";

/**
 * Rows, column by column: arrays of one length, by the names of the columns.
 * Columns that are left out are null.
 */
export type RowValues = Readonly<Record<string, readonly DataValue[]>>;

/** Integers of so many bits. */
const INTEGER_BITS: Readonly<Partial<Record<DataType["kind"], number>>> = {
  byte: 8,
  short: 16,
  integer: 32,
  date: 32,
};

/**
 * Checks rows against the columns of a table.
 *
 * @param fields The columns.
 * @returns The values: one array for each column, in their order.
 * @throws {PondError} `INVALID_ARGUMENT`, naming the column and the row.
 */
export function checkedValues(
  fields: readonly DataField[],
  rows: RowValues,
): {
  readonly values: readonly (readonly DataValue[])[];
  readonly numRows: number;
} {
  const names = Object.keys(rows);
  const [first] = Object.values(rows);
  const numRows = first?.length ?? 0;
  for (const name of names) {
    if (!fields.some((field) => field.name === name)) {
      throw refused(`there is no column ${name}`);
    }
    if (rows[name]?.length !== numRows) {
      throw refused(
        `the column ${name} has ${rows[name]?.length} values, and ${
          names[0]
        } has ${numRows}`,
      );
    }
  }
  const values = fields.map((field) => {
    const column = Object.hasOwn(rows, field.name)
      ? rows[field.name]
      : undefined;
    if (column === undefined) {
      if (field.nullable || numRows === 0) {
        return new Array<DataValue>(numRows).fill(null);
      }
      throw refused(`the column ${field.name} takes no null`);
    }
    for (const [row, value] of column.entries()) {
      const problem = problemOf(field.type, field.nullable, value);
      if (problem === undefined) continue;
      throw refused(`the column ${field.name} of row ${row} ${problem}`);
    }
    return column;
  });
  return { values, numRows };
}

/** What is wrong with a value; `undefined` when nothing is. */
function problemOf(
  type: DataType,
  nullable: boolean,
  value: unknown,
): string | undefined {
  if (value === null) return nullable ? undefined : "takes no null";
  const isOf = fits(type, value);
  if (isOf === true) return undefined;
  return isOf === false ? `takes ${typeText(type)}` : isOf;
}

/** Whether a value is of a type; what is wrong with a part of it. */
function fits(type: DataType, value: unknown): boolean | string {
  const bits = INTEGER_BITS[type.kind];
  if (bits !== undefined) {
    return Number.isInteger(value) && inBits(BigInt(value as number), bits);
  }
  switch (type.kind) {
    case "boolean":
      return typeof value === "boolean";
    case "float":
    case "double":
      return typeof value === "number";
    case "long":
    case "timestamp":
    case "timestamp_ntz":
      return typeof value === "bigint" && inBits(value, 64);
    case "decimal":
      return typeof value === "bigint" &&
        (value < 0n ? -value : value) < 10n ** BigInt(type.precision);
    case "string":
      return typeof value === "string" && value.isWellFormed();
    case "binary":
      return value instanceof Uint8Array;
    case "array":
      return Array.isArray(value) &&
        (value.map((item) => problemOf(type.element, true, item))
          .find((problem) => problem !== undefined) ?? true);
    case "map":
      return Array.isArray(value) && mapFits(type, value);
    case "struct": {
      if (!isObject(value)) return false;
      for (const { name, nullable, type: part } of type.fields) {
        const problem = problemOf(part, nullable, value[name] ?? null);
        if (problem !== undefined) return `has ${name}, which ${problem}`;
      }
      const unknown = Object.keys(value).find((name) =>
        !type.fields.some((field) => field.name === name)
      );
      return unknown === undefined ? true : `has no field ${unknown}`;
    }
    default:
      return false;
  }
}

function mapFits(
  type: DataType & { readonly kind: "map" },
  entries: readonly unknown[],
): boolean | string {
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) return false;
    const problem = problemOf(type.key, false, entry[0]) ??
      problemOf(type.value, true, entry[1]);
    if (problem !== undefined) return problem;
  }
  return true;
}

function inBits(value: bigint, bits: number): boolean {
  return BigInt.asIntN(bits, value) === value;
}

function refused(problem: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot write these rows: ${problem}`,
    { hint: "see the columns with columns(), and the values of DataValue" },
  );
}
