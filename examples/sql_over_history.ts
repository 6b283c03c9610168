// deno-lint-ignore-file no-console -- an example prints what it does
/**
 * SQL over the files of a pond, over its history, and over what isn't
 * committed yet.
 *
 * ```text
 * $ deno run -A examples/sql_over_history.ts
 * highest: [["north",21.5],["south",24]]
 * changes: [["/north.csv",2],["/south.csv",1]]
 * pending: [["/notes.txt","create"]]
 * committed: []
 * ```
 *
 * @module
 */
import { Pond, type QueryResult } from "@duckpond/pond";

const directory = await Deno.makeTempDir();
await using pond = await Pond.init(`${directory}/pond`);

await pond.createFile("/north.csv", "site,c\nnorth,20.5\n");
await pond.createFile("/south.csv", "site,c\nsouth,24\n");
await pond.commit();
await pond.updateFile("/north.csv", "site,c\nnorth,20.5\nnorth,21.5\n");
await pond.commit();

// A path, or a pattern, is a table.
const highest = "SELECT site, max(c) AS c FROM '/*.csv' GROUP BY site";
await show("highest", await pond.queryHistory(`${highest} ORDER BY site`));

// So is everything that ever happened.
const changes = `
  SELECT path, count(*)::INTEGER AS changes
  FROM oplog_entries GROUP BY path ORDER BY path`;
await show("changes", await pond.queryHistory(changes));

await pond.createFile("/notes.txt", "not committed yet");
const pending = "SELECT path, operation FROM oplog_entries WHERE pending";
await show("pending", await pond.queryWithPending(pending));
await show("committed", await pond.queryHistory(pending));
await Deno.remove(directory, { recursive: true });

async function show(name: string, result: QueryResult): Promise<void> {
  await using _ = result;
  const rows: unknown[][] = [];
  for await (const { numRows, values } of result) {
    for (let i = 0; i < numRows; i++) rows.push(values.map((c) => c[i]));
  }
  console.log(`${name}: ${JSON.stringify(rows)}`);
}
