/**
 * Values on their way into DuckDB and out of it.
 *
 * @module
 */
import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { invariant, PondError } from "../errors.ts";
import {
  type QueryParam,
  type QueryValue,
  Timestamp,
} from "../tinylogfs/mod.ts";
import type { ColumnSqlType } from "./table.ts";

/** The package, which the first query loads. */
export type DuckDB = typeof import("@duckdb/node-api");

const NS_PER_DAY = 86_400_000_000_000n;

/** Translates values. */
export class DuckDBValues {
  readonly #duckdb: DuckDB;

  constructor(duckdb: DuckDB) {
    this.#duckdb = duckdb;
  }

  /** The type of a column of a pond's table. */
  typeOf(type: ColumnSqlType): DuckDBType {
    const { BIGINT, BLOB, BOOLEAN, TIMESTAMPTZ, VARCHAR } = this.#duckdb;
    switch (type) {
      case "BIGINT":
        return BIGINT;
      case "BLOB":
        return BLOB;
      case "BOOLEAN":
        return BOOLEAN;
      case "VARCHAR":
        return VARCHAR;
      case "TIMESTAMP WITH TIME ZONE":
        return TIMESTAMPTZ;
      default:
        return type satisfies never;
    }
  }

  /** A cell of a pond's table. */
  toDuckDB(value: QueryValue, type: ColumnSqlType | undefined): DuckDBValue {
    const { DuckDBBlobValue, DuckDBTimestampTZValue } = this.#duckdb;
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "string") return value;
    if (value instanceof Uint8Array) return new DuckDBBlobValue(value);
    invariant(typeof value === "number", "a cell of a pond's table is simple");
    return type === "BIGINT"
      ? BigInt(value)
      : new DuckDBTimestampTZValue(BigInt(value));
  }

  /** A value with the type that a literal of it would have. */
  toParam(param: QueryParam): [value: DuckDBValue, type: DuckDBType] {
    const duckdb = this.#duckdb;
    if (param === null) return [param, duckdb.SQLNULL];
    if (typeof param === "string") return [param, duckdb.VARCHAR];
    if (typeof param === "boolean") return [param, duckdb.BOOLEAN];
    if (typeof param === "bigint") {
      const fits = BigInt.asIntN(64, param) === param;
      if (BigInt.asIntN(128, param) !== param) {
        throw new PondError(
          "QUERY",
          `Cannot run the query: the parameter ${param} has more than 128 bits`,
          { hint: "give it as text, and cast it" },
        );
      }
      return [param, fits ? duckdb.BIGINT : duckdb.HUGEINT];
    }
    if (typeof param === "number") {
      if (!Number.isSafeInteger(param) || Object.is(param, -0)) {
        return [param, duckdb.DOUBLE];
      }
      if ((param | 0) === param) return [param, duckdb.INTEGER];
      return [BigInt(param), duckdb.BIGINT];
    }
    if (param instanceof Uint8Array) {
      return [new duckdb.DuckDBBlobValue(param), duckdb.BLOB];
    }
    const { ns, zoned } = param instanceof Date
      ? new Timestamp(BigInt(param.getTime()) * 1_000_000n, true)
      : param;
    return zoned
      ? [new duckdb.DuckDBTimestampTZValue(ns / 1000n), duckdb.TIMESTAMPTZ]
      : [new duckdb.DuckDBTimestampNanosecondsValue(ns), duckdb.TIMESTAMP_NS];
  }

  /** A value of an answer. */
  fromDuckDB(value: DuckDBValue): QueryValue {
    if (typeof value !== "object" || value === null) return value;
    const duckdb = this.#duckdb;
    const many = (items: readonly DuckDBValue[]) =>
      items.map((item) => this.fromDuckDB(item));
    if (value instanceof duckdb.DuckDBTimestampValue) {
      return timestamp(value.isFinite, value.micros * 1000n, false);
    }
    if (value instanceof duckdb.DuckDBTimestampTZValue) {
      return timestamp(value.isFinite, value.micros * 1000n, true);
    }
    if (value instanceof duckdb.DuckDBTimestampSecondsValue) {
      return timestamp(value.isFinite, value.seconds * 1_000_000_000n, false);
    }
    if (value instanceof duckdb.DuckDBTimestampMillisecondsValue) {
      return timestamp(value.isFinite, value.millis * 1_000_000n, false);
    }
    if (value instanceof duckdb.DuckDBTimestampNanosecondsValue) {
      return timestamp(value.isFinite, value.nanos, false);
    }
    if (value instanceof duckdb.DuckDBDateValue) {
      const midnight = BigInt(value.days) * NS_PER_DAY;
      const text = String(timestamp(value.isFinite, midnight, false));
      return text.replace("T00:00:00", "");
    }
    if (value instanceof duckdb.DuckDBBlobValue) {
      // A Buffer, whose slice() is no copy and whose memory others share.
      return new Uint8Array(value.bytes);
    }
    if (value instanceof duckdb.DuckDBListValue) return many(value.items);
    if (value instanceof duckdb.DuckDBArrayValue) return many(value.items);
    if (value instanceof duckdb.DuckDBStructValue) {
      const entries = Object.entries(value.entries);
      return Object.fromEntries(
        entries.map(([name, item]) => [name, this.fromDuckDB(item)]),
      );
    }
    if (value instanceof duckdb.DuckDBMapValue) {
      return value.entries.map(({ key, value }) => ({
        key: this.fromDuckDB(key),
        value: this.fromDuckDB(value),
      }));
    }
    if (
      value instanceof duckdb.DuckDBUnionValue ||
      value instanceof duckdb.DuckDBVariantValue
    ) {
      return this.fromDuckDB(value.value);
    }
    return String(value);
  }
}

/** Infinity is a time of SQL, and of nothing else. */
function timestamp(isFinite: boolean, ns: bigint, zoned: boolean): QueryValue {
  if (!isFinite) return ns < 0n ? "-infinity" : "infinity";
  return new Timestamp(ns, zoned);
}
