import { assertEquals } from "@std/assert";
import { queryScratch } from "./scratch.ts";

const TEXT = await Deno.readTextFile(
  new URL("../../docs/sql.md", import.meta.url),
);

Deno.test("each statement of docs/sql.md answers", async () => {
  await using scratch = await queryScratch();
  const { fs } = scratch;
  await fs.createDirectory("/sensors");
  await fs.createDirectory("/sensors/north");
  await fs.createFile("/x.csv", "t\n1\n");
  await fs.commit();
  await fs.createFile(
    "/sensors/north/2026-01.csv",
    "t,temperature\n1,20\n2,22\n",
  );
  await fs.updateFile("/x.csv", "t\n1\n2\n");
  await fs.commit();
  const answers = new Map<string, number>();
  for (const [, block = ""] of TEXT.matchAll(/```sql\n([^`]+)```/g)) {
    for (const sql of block.split(";").filter((part) => part.trim() !== "")) {
      answers.set(sql.trim(), (await scratch.rows(sql)).length);
    }
  }
  const counts = [...answers.values()];
  assertEquals(counts.length >= 8, true, `${counts.length} statements`);
  const empty = [...answers].filter(([, rows]) => rows === 0);
  assertEquals(empty, []);
});
