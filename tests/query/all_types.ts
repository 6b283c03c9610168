/**
 * A column of every SQL type, with its extremes.
 *
 * @module
 */

/** A column of the sample. */
export interface SampleColumn {
  /** Its name. */
  readonly name: string;
  /** Its type as SQL has it. */
  readonly type: string;
  /** Literals of its values, one a row; rows beyond them are NULL. */
  readonly values: readonly string[];
}

/** Rows of the sample; the last one is NULL in every column. */
export const SAMPLE_ROWS = 7;

/** A query whose answer is a sample. */
export function sampleSql(columns: readonly SampleColumn[]): string {
  const names = columns.map(({ name }) => `"${name}"`).join(", ");
  const rows = Array.from({ length: SAMPLE_ROWS }, (_, row) => {
    const cells = columns.map(({ type, values }) =>
      `(${values[row] ?? "NULL"})::${type}`
    );
    return `(${[row, ...cells].join(", ")})`;
  });
  return `SELECT ${names} FROM (VALUES ${rows.join(", ")})
    AS sampled(position, ${names}) ORDER BY position`;
}

/** A query that gives columns of a file their types back. */
export function typedAgainSql(
  columns: readonly SampleColumn[],
  file: string,
): string {
  const casts = columns.map(({ name, type }) =>
    `"${name}"::${type} AS "${name}"`
  );
  return `SELECT ${casts.join(", ")} FROM ${file}`;
}

/** Columns without nested values. */
export const FLAT_COLUMNS: readonly SampleColumn[] = [
  { name: "yes", type: "BOOLEAN", values: ["true", "false"] },
  { name: "i8", type: "TINYINT", values: ["-128", "127", "0"] },
  { name: "i16", type: "SMALLINT", values: ["-32768", "32767"] },
  { name: "i32", type: "INTEGER", values: ["-2147483648", "2147483647"] },
  {
    name: "i64",
    type: "BIGINT",
    values: [
      "'-9223372036854775808'",
      "9223372036854775807",
      "9007199254740993",
    ],
  },
  { name: "u8", type: "UTINYINT", values: ["0", "255"] },
  { name: "u16", type: "USMALLINT", values: ["0", "65535"] },
  { name: "u32", type: "UINTEGER", values: ["0", "4294967295"] },
  { name: "dec4_1", type: "DECIMAL(4,1)", values: ["-999.9", "999.9", "0"] },
  { name: "dec5_0", type: "DECIMAL(5,0)", values: ["-99999", "7"] },
  { name: "dec9_4", type: "DECIMAL(9,4)", values: ["-0.0001", "99999.9999"] },
  {
    name: "dec18_6",
    type: "DECIMAL(18,6)",
    values: ["-999999999999.999999", "999999999999.999999", "-0.5"],
  },
  {
    name: "f32",
    type: "FLOAT",
    values: ["0.1", "'nan'", "'inf'", "'-inf'", "'-0.0'", "3.4028235e38"],
  },
  {
    name: "f64",
    type: "DOUBLE",
    values: ["0.1", "'nan'", "'inf'", "'-inf'", "'-0.0'", "5e-324"],
  },
  {
    name: "day",
    type: "DATE",
    values: ["'1970-01-01'", "'1969-12-31'", "'0001-01-01'", "'9999-12-31'"],
  },
  {
    name: "at",
    type: "TIMESTAMP",
    values: [
      "'2026-01-05 10:00:00.000001'",
      "'1969-12-31 23:59:59.999999'",
      "'0001-01-01 00:00:00'",
      "'2026-01-05 10:00:00.5'",
    ],
  },
  {
    name: "at_s",
    type: "TIMESTAMP_S",
    values: ["'2026-01-05 10:00:01'", "'1900-01-01 00:00:00'"],
  },
  {
    name: "at_ms",
    type: "TIMESTAMP_MS",
    values: ["'2026-01-05 10:00:00.123'", "'1900-01-01 00:00:00.001'"],
  },
  {
    name: "at_tz",
    type: "TIMESTAMP WITH TIME ZONE",
    values: [
      "'2026-01-05 10:00:00.123456+02'",
      "'1969-12-31 23:59:59.999999+00'",
    ],
  },
  {
    name: "bytes",
    type: "BLOB",
    values: ["''", "'\\x00\\xFF\\x80'", "'abc'"],
  },
  {
    name: "words",
    type: "VARCHAR",
    values: [
      "''",
      "'NULL'",
      "'comma, \"quote\", it''s'",
      "'line' || chr(10) || 'break' || chr(13) || chr(9) || 'tab\\'",
      "'日本語 🦆 é'",
      "'\\N'",
    ],
  },
  { name: "mood", type: "ENUM('sad', 'it''s')", values: ["'sad'", "'it''s'"] },
  {
    name: "id",
    type: "UUID",
    values: ["'00000000-0000-0000-0000-000000000000'"],
  },
  {
    name: "time_of_day",
    type: "TIME",
    values: ["'00:00:00'", "'23:59:59.999999'"],
  },
  { name: "bits", type: "BIT", values: ["'10101'"] },
  {
    name: "i128",
    type: "HUGEINT",
    values: ["'-99999999999999999999999999999999999999'", "1"],
  },
  { name: "u64", type: "UBIGINT", values: ["18446744073709551615", "0"] },
  {
    name: "u128",
    type: "UHUGEINT",
    values: ["'99999999999999999999999999999999999999'"],
  },
  {
    name: "dec38_10",
    type: "DECIMAL(38,10)",
    values: ["'-9999999999999999999999999999.9999999999'", "0.5"],
  },
];
