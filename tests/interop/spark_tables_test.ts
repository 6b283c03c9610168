/** Tables of Spark with what changes how they are read: the rows are Spark's. */
import { assertEquals } from "@std/assert";
import { tempDirectory } from "../support/temp_directory.ts";
import { Engine } from "./engine.ts";
import { generalRows } from "./general_rows.ts";
import { canRunSpark } from "./java.ts";

/** Statements that make a table, by what is special about it. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  "columns mapped by id, renamed, dropped and made anew": [
    "CREATE TABLE {table} (a INT, m MAP<STRING, STRUCT<x: INT, y: INT>>) USING delta TBLPROPERTIES ('delta.columnMapping.mode' = 'id')",
    "INSERT INTO {table} VALUES (1, map('k', named_struct('x', 1, 'y', 2)))",
    "ALTER TABLE {table} RENAME COLUMN a TO b",
    "ALTER TABLE {table} DROP COLUMN m.value.y",
    "ALTER TABLE {table} ADD COLUMN a STRING",
    "INSERT INTO {table} VALUES (2, map(), 'new')",
  ],
  "deletion vectors under mapped partitions and v2 checkpoints": [
    "CREATE TABLE {table} (a INT, p DATE) USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.enableDeletionVectors' = 'true', 'delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '3')",
    "INSERT INTO {table} SELECT cast(id AS INT), date_add(DATE'2020-01-01', cast(id % 3 AS INT)) FROM range(300)",
    "DELETE FROM {table} WHERE a % 7 = 0",
    "ALTER TABLE {table} RENAME COLUMN p TO q",
    "DELETE FROM {table} WHERE a BETWEEN 20 AND 100 AND a % 2 = 0",
    "INSERT INTO {table} VALUES (1000, NULL)",
  ],
  "types that were widened, those of parts as well": [
    "CREATE TABLE {table} (a BYTE, d FLOAT, e DECIMAL(5, 2), h SHORT, s STRUCT<x: BYTE>, m MAP<SHORT, INT>) USING delta TBLPROPERTIES ('delta.enableTypeWidening' = 'true')",
    "INSERT INTO {table} VALUES (1, 1.5, 12.34, 8, named_struct('x', 1), map(1, 2))",
    "ALTER TABLE {table} ALTER COLUMN a TYPE INT",
    "ALTER TABLE {table} ALTER COLUMN d TYPE DOUBLE",
    "ALTER TABLE {table} ALTER COLUMN e TYPE DECIMAL(12, 4)",
    "ALTER TABLE {table} ALTER COLUMN h TYPE DECIMAL(10, 0)",
    "ALTER TABLE {table} ALTER COLUMN s.x TYPE INT",
    "ALTER TABLE {table} ALTER COLUMN m.key TYPE INT",
    "INSERT INTO {table} VALUES (100000, 2.5, 12345.6789, 12345, named_struct('x', 70000), map(100000, 9))",
  ],
  "texts of char(n), in partitions as well": [
    "CREATE TABLE {table} (a CHAR(5), b VARCHAR(10), p CHAR(3)) USING delta PARTITIONED BY (p)",
    "INSERT INTO {table} VALUES ('ab', 'cd', 'x'), (NULL, '', 'yyy')",
  ],
};

Deno.test({
  name: "tables of Spark have the rows that Spark reads",
  ignore: !canRunSpark,
}, async (t) => {
  await using engine = await Engine.start("spark");
  for (const [name, statements] of Object.entries(TABLES)) {
    await t.step(name, async () => {
      await using temp = await tempDirectory();
      const table = temp.join("table");
      for (const where of statements) {
        await engine.tell({ do: "sql", table, where });
      }
      const answer = await engine.tell({ do: "select", table, where: "TRUE" });
      assertEquals(await generalRows(table), answer.rows);
    });
  }
});
