/**
 * A pond with tables, a directory to export to, and DuckDB that reads it.
 *
 * @module
 */
import { DuckDBInstance } from "@duckdb/node-api";
import { encodeHex, encodeUtf8 } from "../../src/bytes.ts";
import {
  type ExportedSource,
  type ExportOptions,
  type ExportReport,
  exportTables,
} from "../../src/export/mod.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import type { Host } from "../../src/host/host.ts";
import { initPond } from "../../src/pond.ts";
import type { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";

/** A pond, and where it is exported to. */
export interface ExportScratch extends AsyncDisposable {
  readonly host: Host;
  readonly fs: TinyLogFS;
  /** The directory of the export. */
  readonly lake: string;
  /** Exports; by year and month unless told otherwise. */
  run(options?: Partial<ExportOptions>, host?: Host): Promise<ExportRun>;
  /** Files in the directory, but for the export's own, with their content. */
  files(): Promise<ReadonlyMap<string, string>>;
  /** What DuckDB reads of all of them. */
  read(sql: string): Promise<unknown[][]>;
}

/** What an export has said. */
export interface ExportRun {
  readonly report: ExportReport;
  /** `new /a.csv` and the like. */
  readonly told: readonly string[];
  readonly sources: readonly ExportedSource[];
}

/** Two tables over two years, as CSV, with a time zone in neither. */
export const STATION = [
  "t,v,place",
  "2025-12-31 23:59:59,1.5,inlet",
  "2026-01-01 00:00:00,2.5,outlet",
  "2026-01-31 12:00:00,3.5,inlet",
  "2026-02-01 00:00:00,4.5,",
  "",
].join("\n");

/** Makes the pond. */
export async function exportScratch(): Promise<ExportScratch> {
  const host = denoHost();
  const temp = await tempDirectory();
  const lake = temp.join("lake");
  const fs = await initPond(host, temp.join("pond"));
  await fs.createFile("/a.csv", STATION);
  await fs.createFile("/b.csv", STATION.replaceAll("inlet", "weir"));
  await fs.commit();
  const run: ExportScratch["run"] = async (
    options = {},
    on = host,
  ) => {
    const sources: ExportedSource[] = [];
    const report = await exportTables(on, fs, {
      glob: "/*.csv",
      directory: lake,
      partitionBy: ["year", "month"],
      timeColumn: undefined,
      where: undefined,
      format: "parquet",
      onSource: (source) => void sources.push(source),
      ...options,
    });
    const told = sources.map(({ outcome, path }) => `${outcome} ${path}`);
    return { report, told, sources };
  };
  return {
    host,
    fs,
    lake,
    run,
    files: () => filesIn(lake),
    read: async (sql) => await readAll(lake, sql),
    async [Symbol.asyncDispose]() {
      await fs[Symbol.asyncDispose]();
      await temp[Symbol.asyncDispose]();
    },
  };
}

async function filesIn(
  directory: string,
  prefix = "",
  found = new Map<string, string>(),
): Promise<ReadonlyMap<string, string>> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  for (const { isDirectory, name } of entries) {
    if (name === ".pond-export") continue;
    const path = `${directory}/${name}`;
    if (isDirectory) await filesIn(path, `${prefix}${name}/`, found);
    else {
      const bytes = await Deno.readFile(path);
      found.set(prefix + name, encodeHex(bytes));
    }
  }
  return new Map([...found].sort());
}

async function readAll(lake: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(
      sql.replace(
        "LAKE",
        `read_parquet('${lake}/**/*.parquet', hive_partitioning = true, union_by_name = true)`,
      ),
    );
    return reader.getRowsJson() as unknown[][];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Writes a host file. */
export async function plant(path: string, text: string): Promise<void> {
  await Deno.writeFile(path, encodeUtf8(text));
}
