/** What pyarrow and DuckDB read of an export, as one table in Hive partitions. */
import { assertEquals } from "@std/assert";
import { exportTables } from "../../src/export/mod.ts";
import { denoHost } from "../../src/host/deno_host.ts";
import { initPond } from "../../src/pond.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const python = Deno.env.get("POND_PYTHON") ?? "python3";

const PYARROW = `
import sys, pyarrow.dataset as ds
table = ds.dataset(sys.argv[1], format=sys.argv[2], partitioning="hive").to_table()
table = table.select(["year", "month", "v"]).sort_by("v")
for row in zip(*(table[name].to_pylist() for name in table.column_names)):
    print(*row)
`;

const DUCKDB = `
import sys, duckdb
lake, kind = sys.argv[1:]
rows = duckdb.sql(f"""
  SELECT year, month, v FROM read_{kind}('{lake}/**/*.{kind}', hive_partitioning = true)
  ORDER BY v""").fetchall()
for row in rows: print(*row)
`;

for (const format of ["parquet", "csv"] as const) {
  Deno.test(`pyarrow and DuckDB read an export (${format}) with its partitions, and see all rows once`, async () => {
    await using temp = await tempDirectory();
    const host = denoHost();
    await using fs = await initPond(host, temp.join("pond"));
    const expected: string[] = [];
    for (const station of [0, 1, 2]) {
      const lines = ["t,v"];
      for (let day = 0; day < 400; day++) {
        const time = new Date(Date.UTC(2025, 10, 15 + day, station));
        const value = station * 1000 + day + 0.5;
        lines.push(`${time.toISOString().slice(0, 19)},${value}`);
        expected.push(
          `${time.getUTCFullYear()} ${time.getUTCMonth() + 1} ${value}\n`,
        );
      }
      await fs.createFile(`/s${station}.csv`, `${lines.join("\n")}\n`);
    }
    await fs.commit();
    const lake = temp.join("lake");
    const { files, rows } = await exportTables(host, fs, {
      glob: "/s*.csv",
      directory: lake,
      partitionBy: ["year", "month"],
      timeColumn: undefined,
      where: undefined,
      format,
    });
    assertEquals([files, rows], [3 * 14, 1200]);
    for (const script of [PYARROW, DUCKDB]) {
      const args = ["-c", script, lake, format];
      const { stderr, stdout } = await new Deno.Command(python, { args })
        .output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals([text(stdout), text(stderr)], [expected.join(""), ""]);
    }
  });
}
