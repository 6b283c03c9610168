/**
 * Delta tables as other engines write them: actions and files, put into a
 * simulated disk one by one.
 *
 * @module
 */
import { type Bytes, encodeUtf8 } from "../../../src/bytes.ts";
import { type MemoryHost, memoryHost } from "../../../src/host/memory.ts";
import {
  DeltaTable,
  type RowBatch,
  type RowOptions,
} from "../../../src/oplog/mod.ts";
import {
  encodeNestedParquet,
  type ParquetSchemaElement,
} from "../../../src/oplog/parquet.ts";
import { plainRows } from "../../support/plain_value.ts";

/** Where the table is. */
export const TABLE = "/t";
/** Its log. */
export const LOG = `${TABLE}/_delta_log`;

/** A column of a Parquet file: its node and those below, and its values. */
export interface FixtureColumn {
  /** Depth first. */
  readonly elements: readonly ParquetSchemaElement[];
  /** The values, as the encoder takes them. */
  readonly data: unknown[];
}

/** A field of a schema. */
export function field(
  name: string,
  type: unknown,
  metadata: Readonly<Record<string, unknown>> = {},
): unknown {
  return { name, type, nullable: true, metadata };
}

/** A leaf column. */
export function leaf(
  name: string,
  element: Omit<ParquetSchemaElement, "name">,
  data: unknown[],
): FixtureColumn {
  return {
    elements: [{ name, repetition_type: "OPTIONAL", ...element }],
    data,
  };
}

/** A column of 64-bit integers. */
export function longs(name: string, ...values: number[]): FixtureColumn {
  return leaf(name, { type: "INT64" }, values.map(BigInt));
}

/** A table while it is made. */
export class Fixture {
  /** Its disk. */
  readonly host: MemoryHost = memoryHost();

  /** Puts a commit into the log. */
  commit(version: number, ...actions: readonly unknown[]): this {
    const name = `${String(version).padStart(20, "0")}.json`;
    return this.log(name, linesOf(actions));
  }

  /** Puts a file into the log. */
  log(name: string, content: string | Bytes): this {
    return this.file(`_delta_log/${name}`, content);
  }

  /** Puts a file into the table; an absolute path, elsewhere. */
  file(path: string, content: string | Bytes): this {
    const bytes = typeof content === "string" ? encodeUtf8(content) : content;
    this.host.files.plant(
      path.startsWith("/") ? path : `${TABLE}/${path}`,
      bytes,
    );
    return this;
  }

  /** Writes a Parquet file into the table. */
  async parquet(
    path: string,
    ...columns: readonly FixtureColumn[]
  ): Promise<this> {
    return this.file(path, await parquetOf(columns));
  }

  /** Opens the table. */
  async open(version?: number): Promise<DeltaTable> {
    const options = version === undefined ? {} : { version };
    return await DeltaTable.open(this.host, TABLE, options);
  }

  /** The rows, in the order of the files. */
  async rows(
    options: RowOptions & { readonly version?: number } = {},
  ): Promise<Record<string, unknown>[]> {
    const table = await this.open(options.version);
    return await plainRows(table.rows(options));
  }
}

/** A Parquet file, through our own encoder. */
export async function parquetOf(
  columns: readonly FixtureColumn[],
): Promise<Bytes> {
  return await encodeNestedParquet(
    [
      { name: "root", num_children: columns.length },
      ...columns.flatMap(({ elements }) => elements),
    ],
    columns.map(({ elements: [first], data }) => ({
      name: first?.name ?? "",
      data,
    })),
    [],
  );
}

/** Actions as lines. */
export function linesOf(actions: readonly unknown[]): string {
  return actions.map((action) => `${JSON.stringify(action)}\n`).join("");
}

/** `protocol`, with features. */
export function protocol(...features: readonly string[]): unknown {
  return {
    protocol: features.length === 0
      ? { minReaderVersion: 1, minWriterVersion: 2 }
      : {
        minReaderVersion: 3,
        minWriterVersion: 7,
        readerFeatures: features,
        writerFeatures: features,
      },
  };
}

/** `metaData` of a table with these columns. */
export function metaData(
  fields: readonly unknown[],
  more: Readonly<Record<string, unknown>> = {},
): unknown {
  return {
    metaData: {
      id: "fixture",
      format: { provider: "parquet", options: {} },
      schemaString: JSON.stringify({ type: "struct", fields }),
      partitionColumns: [],
      configuration: {},
      ...more,
    },
  };
}

/** `add` of a file. */
export function add(
  path: string,
  more: Readonly<Record<string, unknown>> = {},
): { readonly add: Readonly<Record<string, unknown>> } {
  return {
    add: {
      path,
      partitionValues: {},
      size: 1,
      modificationTime: 1,
      dataChange: true,
      ...more,
    },
  };
}

/** A table of one column `id`, with one file of these values. */
export async function idTable(
  features: readonly string[],
  values: readonly number[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<Fixture> {
  const fixture = await new Fixture().parquet("a", longs("id", ...values));
  const actions = [protocol(...features), metaData([field("id", "long")])];
  return fixture.commit(0, ...actions, add("a", more));
}

/** The values of one column. */
export async function valuesOf(
  batches: AsyncIterable<RowBatch>,
): Promise<unknown[]> {
  return (await plainRows(batches)).map((row) => Object.values(row)[0]);
}
