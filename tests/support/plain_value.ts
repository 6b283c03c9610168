/**
 * Values of rows in a form that JSON has, without loss.
 *
 * @module
 */
import { encodeHex } from "../../src/bytes.ts";
import type { DataValue, RowBatch } from "../../src/oplog/mod.ts";

/** A value as JSON; 64-bit numbers as text with an `n`, bytes as `0x…`. */
export function plainValue(value: DataValue | undefined): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") {
    return Number.isFinite(value)
      ? value
      : String(value).toLowerCase().replace("infinity", "inf");
  }
  if (value instanceof Uint8Array) return `0x${encodeHex(value)}`;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, plainValue(item)]),
  );
}

/** The rows of batches, one object for each. */
export async function plainRows(
  batches: AsyncIterable<RowBatch>,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const { columns, numRows, values } of batches) {
    for (let row = 0; row < numRows; row++) {
      rows.push(Object.fromEntries(
        columns.map(({ name }, i) => [name, plainValue(values[i]?.[row])]),
      ));
    }
  }
  return rows;
}

/** Rows in an order of their own, as tables have none. */
export function inAnyOrder(rows: readonly unknown[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
