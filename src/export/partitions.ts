/**
 * Hive partitions: which directory a row's file is in.
 *
 * ```text
 * <directory>/year=2026/month=1/<source>.parquet
 * ```
 *
 * Values are written as Spark and DuckDB write them: numbers without zeros in front,
 * in UTC; of text, what a name can't have as `%` and two hexadecimal digits.
 *
 * @see {@link https://duckdb.org/docs/stable/data/partitioning/hive_partitioning}
 * @module
 */
import { encodeHex, encodeUtf8, sha256Hex } from "../bytes.ts";
import { PondError } from "../errors.ts";
import { quoteName } from "../query/paths.ts";
import type { QueryBatch, QueryColumn } from "../tinylogfs/mod.ts";

/** What Hive calls the directory of rows without a value. */
const NO_VALUE = "__HIVE_DEFAULT_PARTITION__";

/** What a name of a directory keeps as it is. */
const PLAIN = /[A-Za-z0-9 _.\-]/;

/** Columns that no table has, behind its own: one for each partition. */
const COLUMN = "__pond_partition_";

/** Parts of time, and the SQL for them. */
const PARTS: Readonly<Record<string, (time: string) => string>> = {
  year: (time) => `year(${time})`,
  quarter: (time) => `quarter(${time})`,
  month: (time) => `month(${time})`,
  day: (time) => `day(${time})`,
  hour: (time) => `hour(${time})`,
  date: (time) => `strftime(${time}, '%Y-%m-%d')`,
};

const TIMES = /^(?:DATE|TIMESTAMP.*)$/;

/** The query for the rows of a source. */
export interface SourceQuery {
  /** The statement. */
  readonly sql: string;
  /** The columns that are written. */
  readonly columns: readonly QueryColumn[];
}

/** What the rows of a source are chosen and divided by. */
export interface Division {
  /** The names of the directories. */
  readonly partitionBy: readonly string[];
  /** The column with the time, if it was named. */
  readonly timeColumn: string | undefined;
  /** Which rows. */
  readonly where: string | undefined;
}

/**
 * The statement that gives a source's rows, those of a partition after each other.
 *
 * @param table How the source is called in SQL, quoted.
 * @param columns Its columns.
 * @param path Its path, for errors.
 * @throws {PondError} `INVALID_ARGUMENT` for a partition that its columns don't have.
 */
export function planQuery(
  table: string,
  columns: readonly QueryColumn[],
  path: string,
  division: Division,
): SourceQuery {
  const { partitionBy, where } = division;
  const isColumn = (name: string) => columns.some((it) => it.name === name);
  const time = partitionBy.every(isColumn)
    ? undefined
    : timeOf(columns, path, division);
  const kept = columns.filter(({ name }) => !partitionBy.includes(name));
  if (kept.length === 0) {
    throw invalid(path, "it would have no columns beside its partitions");
  }
  const parts = partitionBy.map((name) => {
    if (isColumn(name)) return `CAST(${quoteName(name)} AS VARCHAR)`;
    const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    if (part !== undefined && time !== undefined) {
      return `CAST(${part(time)} AS VARCHAR)`;
    }
    throw invalid(
      path,
      `"${name}" is no column of it, and no part of a time`,
      `${Object.keys(PARTS).join(", ")}, or one of ${
        columns.map((column) => column.name).join(", ")
      }`,
    );
  });
  const selected = [
    ...kept.map(({ name }) => quoteName(name)),
    ...parts.map((part, index) => `${part} AS ${COLUMN}${index}`),
  ];
  const order = [
    ...parts.map((_, index) => `${COLUMN}${index}`),
    ...(parts.length > 0 && time !== undefined ? [time] : []),
  ];
  // On lines of its own: it may end with a comment.
  const rows = where === undefined ? "" : `\nWHERE (\n${where}\n)`;
  const sorted = order.length === 0 ? "" : `\nORDER BY ${order.join(", ")}`;
  return {
    sql: `SELECT ${selected.join(", ")}\nFROM ${table}${rows}${sorted}`,
    columns: kept,
  };
}

/** The time as SQL, without a zone: that of UTC. */
function timeOf(
  columns: readonly QueryColumn[],
  path: string,
  { timeColumn }: Division,
): string {
  const column = timeColumn === undefined
    ? columns.find(({ type }) => TIMES.test(type))
    : columns.find(({ name }) => name === timeColumn);
  if (column === undefined) {
    throw invalid(
      path,
      timeColumn === undefined
        ? "no column of it has times"
        : `it has no column "${timeColumn}"`,
      `name one: --time ${columns.map(({ name }) => name).join("|")}`,
    );
  }
  const name = quoteName(column.name);
  return column.type === "TIMESTAMP WITH TIME ZONE"
    ? `make_timestamp(epoch_us(${name}))`
    : `CAST(${name} AS TIMESTAMP)`;
}

function invalid(path: string, why: string, hint?: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot export ${path}: ${why}`,
    { path, ...(hint === undefined ? {} : { hint }) },
  );
}

/** Rows of one partition. */
export interface Partition {
  /** Its values, as text; `null` for none. */
  readonly values: readonly (string | null)[];
  /** Its rows; to be read before the next partition is asked for. */
  readonly batches: AsyncIterable<QueryBatch>;
}

/**
 * Divides rows that are sorted by partition. Only one batch is in memory at a time.
 *
 * @param columns The columns before those of the partitions.
 */
export async function* divided(
  batches: AsyncIterable<QueryBatch>,
  columns: readonly QueryColumn[],
): AsyncGenerator<Partition> {
  const rows = new SortedRows(batches, columns);
  try {
    while (await rows.hasMore()) {
      const values = rows.key();
      yield { values, batches: rows.withKey(values) };
    }
  } finally {
    await rows.close();
  }
}

class SortedRows {
  readonly #batches: AsyncIterator<QueryBatch>;
  readonly #columns: readonly QueryColumn[];
  #batch: QueryBatch | undefined;
  #row = 0;

  constructor(
    batches: AsyncIterable<QueryBatch>,
    columns: readonly QueryColumn[],
  ) {
    this.#batches = batches[Symbol.asyncIterator]();
    this.#columns = columns;
  }

  /** Whether there is a row; reads on where the batch has ended. */
  async hasMore(): Promise<boolean> {
    while (this.#batch === undefined || this.#row >= this.#batch.numRows) {
      const { done, value } = await this.#batches.next();
      if (done) return false;
      this.#batch = value;
      this.#row = 0;
    }
    return true;
  }

  /** The partition of the row. */
  key(row: number = this.#row): readonly (string | null)[] {
    const parts = this.#batch?.values.slice(this.#columns.length) ?? [];
    return parts.map((values) => {
      const value = values[row] ?? null;
      return value === null ? null : String(value);
    });
  }

  /** The rows of a partition, from this one on. */
  async *withKey(
    key: readonly (string | null)[],
  ): AsyncGenerator<QueryBatch> {
    while (await this.hasMore()) {
      const batch = this.#batch;
      if (batch === undefined) return;
      const start = this.#row;
      let end = start;
      while (end < batch.numRows && isSame(this.key(end), key)) end++;
      if (end === start) return;
      this.#row = end;
      yield {
        columns: this.#columns,
        numRows: end - start,
        values: this.#columns.map((_, index) =>
          (batch.values[index] ?? []).slice(start, end)
        ),
      };
    }
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}

function isSame(
  a: readonly (string | null)[],
  b: readonly (string | null)[],
): boolean {
  return a.every((value, index) => value === b[index]);
}

/** The directory of a partition, below that of the export. */
export function partitionPath(
  names: readonly string[],
  values: readonly (string | null)[],
): string {
  return names.map((name, index) => {
    const value = values[index] ?? null;
    const text = value === null
      ? NO_VALUE
      // An empty name is none; Hive does the same.
      : value === ""
      ? NO_VALUE
      : escaped(value);
    return `${escaped(name)}=${text}`;
  }).join("/");
}

/** Text as a part of a name that leads nowhere else. */
function escaped(text: string): string {
  return [...text].map((character) =>
    PLAIN.test(character) || (character.codePointAt(0) ?? 0) > 0x9f
      ? character
      : [...encodeUtf8(character)].map((byte) =>
        `%${encodeHex(Uint8Array.of(byte)).toUpperCase()}`
      ).join("")
  ).join("");
}

/**
 * The name of a source's files: of what can be read in its path, and of what tells
 * apart all others.
 */
export async function sourceName(
  path: string,
  extension: string,
): Promise<string> {
  const readable = path.slice(1).replaceAll(/[^A-Za-z0-9.-]+/g, "_")
    .replace(/^[._]+/, "").slice(-80);
  const digest = (await sha256Hex(encodeUtf8(path))).slice(0, 8);
  return `${readable || "table"}-${digest}.${extension}`;
}
