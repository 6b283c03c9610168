/** Changes of rows are those of Spark's feed, and those of its vectors. */
import { assertEquals } from "@std/assert";
import { tempDirectory } from "../support/temp_directory.ts";
import { Engine } from "./engine.ts";
import { generalChanges, generalRows } from "./general_rows.ts";
import { canRunSpark } from "./java.ts";

const STATEMENTS = [
  "INSERT INTO {table} SELECT id, concat('s', id % 2), id * 1.5 FROM range(100)",
  "UPDATE {table} SET value = value + 1 WHERE id % 10 = 3",
  "DELETE FROM {table} WHERE id < 20 AND site = 's0'",
  "INSERT INTO {table} VALUES (200, 's1', NULL), (201, NULL, 1.0)",
  "DELETE FROM {table} WHERE site = 's1' AND id > 90",
  "OPTIMIZE {table}",
];

Deno.test({
  name:
    "changes() of a table with a feed are those of Spark, and without one add up to the same rows",
  ignore: !canRunSpark,
}, async (t) => {
  await using engine = await Engine.start("spark");
  const sql = (table: string, where: string) =>
    engine.tell({ do: "sql", table, where });
  for (const feed of [true, false]) {
    await t.step(feed ? "with a feed" : "with deletion vectors", async () => {
      await using temp = await tempDirectory();
      const table = temp.join("table");
      const property = feed
        ? "delta.enableChangeDataFeed"
        : "delta.enableDeletionVectors";
      await sql(
        table,
        `CREATE TABLE {table} (id BIGINT, site STRING, value DOUBLE) USING delta PARTITIONED BY (site) TBLPROPERTIES (${property} = true)`,
      );
      for (const statement of STATEMENTS) await sql(table, statement);
      if (feed) {
        const { rows } = await engine.tell({
          do: "changes",
          table,
          version: 0,
        });
        assertEquals(await generalChanges(table, 0), rows);
      }
      assertEquals(
        addUp(await generalChanges(table, 0)),
        await generalRows(table),
      );
    });
  }
});

/** The rows that are left of changes. */
function addUp(changes: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of changes) {
    const pairs: readonly (readonly [string, unknown])[] = JSON.parse(line);
    const by = pairs.some(([name, value]) =>
        name === "_change_type" &&
        (value === "insert" || value === "update_postimage")
      )
      ? 1
      : -1;
    const row = pairs.filter(([name]) => !name.startsWith("_"))
      .map((pair) => JSON.stringify(pair).replace(",", ", "));
    const key = `[${row.join(", ")}]`;
    counts.set(key, (counts.get(key) ?? 0) + by);
  }
  return [...counts].flatMap(([key, count]) =>
    Array.from({ length: count }, () => key)
  ).sort();
}
