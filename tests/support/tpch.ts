/**
 * The data of TPC-H twice: as files of the host, and the same files in a pond.
 *
 * @module
 */
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBValue,
} from "@duckdb/node-api";
import { denoHost } from "../../src/host/mod.ts";
import { initPond } from "../../src/pond.ts";
import { tempDirectory } from "./temp_directory.ts";
import { TPCH_TABLES, type TpchQuery, type TpchTable } from "./tpch_queries.ts";

/** Who answers queries of TPC-H. */
export interface Tpch extends AsyncDisposable {
  /** The answer over the pond, row by row, as text. */
  askPond(query: TpchQuery): Promise<readonly string[]>;
  /** The answer of DuckDB over the host's files, on a connection that is kept. */
  askHost(query: TpchQuery): Promise<readonly string[]>;
  /** The same, in a database that is opened for the query. */
  askNewHost(query: TpchQuery): Promise<readonly string[]>;
}

/**
 * Generates the data and puts it into a pond.
 *
 * `tpchgen-cli` has to lie beside the Python of `POND_PYTHON`, or on the PATH.
 */
export async function openTpch(scaleFactor: number): Promise<Tpch> {
  const temp = await tempDirectory();
  const directory = temp.join("files");
  await generate(scaleFactor, directory);
  const fs = await initPond(denoHost(), temp.join("pond"), {
    author: "tester",
  });
  await fs.createDirectory("/tpch");
  for (const table of TPCH_TABLES) {
    const file = await Deno.open(`${directory}/${table}.parquet`);
    await fs.createFile(`/tpch/${table}.parquet`, file.readable);
  }
  await fs.commit();
  const from = (name: (table: TpchTable) => string) =>
    Object.fromEntries(
      TPCH_TABLES.map((table) => [table, name(table)]),
    ) as Record<TpchTable, string>;
  const ours = from((table) => `'/tpch/${table}.parquet'`);
  const theirs = from((table) => `'${directory}/${table}.parquet'`);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const ask = async (connection: DuckDBConnection, query: TpchQuery) => {
    const reader = await connection.runAndReadAll(query.sql(theirs));
    return reader.getRows().map(rowOf);
  };
  return {
    askPond: async (query) => {
      await using result = await fs.queryHistory(query.sql(ours));
      const rows: string[] = [];
      for await (const { numRows, values } of result) {
        for (let i = 0; i < numRows; i++) {
          rows.push(rowOf(values.map((column) => column[i])));
        }
      }
      return rows;
    },
    askHost: (query) => ask(connection, query),
    askNewHost: async (query) => {
      const instance = await DuckDBInstance.create(":memory:");
      const connection = await instance.connect();
      try {
        return await ask(connection, query);
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    },
    [Symbol.asyncDispose]: async () => {
      connection.closeSync();
      instance.closeSync();
      await fs.close();
      await temp[Symbol.asyncDispose]();
    },
  };
}

function rowOf(values: readonly (DuckDBValue | object | undefined)[]): string {
  return JSON.stringify(values.map((value) => String(value)));
}

async function generate(scaleFactor: number, directory: string): Promise<void> {
  const python = Deno.env.get("POND_PYTHON");
  const beside = python?.replace(/[^/]*$/, "") ?? "";
  const { code, stderr } = await new Deno.Command(`${beside}tpchgen-cli`, {
    args: [
      "parquet",
      `--scale-factor=${scaleFactor}`,
      `--output-dir=${directory}`,
      "--quiet",
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) {
    throw new Error(`tpchgen-cli failed: ${new TextDecoder().decode(stderr)}`);
  }
}
