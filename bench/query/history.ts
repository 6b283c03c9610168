/**
 * What questions about a long history cost, beside DuckDB over one flat Parquet
 * file of the same rows.
 *
 * ```text
 * deno task bench:query [OPERATIONS] [LAYOUT]
 * ```
 *
 * @module
 */
import { denoHost } from "../../src/host/mod.ts";
import { initPond, openPond } from "../../src/pond.ts";
import type { Layout, TinyLogFS } from "../../src/tinylogfs/mod.ts";

const [count = "1000000", layout = "clustered"] = Deno.args;
const OPERATIONS = Number(count);
const FILES_A_DIRECTORY = 1000;
const ROUNDS = 5;

if (layout !== "clustered" && layout !== "hive") {
  throw new TypeError(`${layout} is no layout`);
}

const directory = await Deno.makeTempDir({ prefix: "pond-bench-" });
try {
  await measure(layout);
} finally {
  await Deno.remove(directory, { recursive: true });
}

async function measure(layout: Layout): Promise<void> {
  const pond = `${directory}/pond`;
  {
    await using fs = await initPond(denoHost(), pond, {
      layout,
      durability: "relaxed",
    });
    await fill(fs);
  }
  await using fs = await openPond(denoHost(), pond);
  const flat = `${directory}/flat.parquet`;
  const part = (await fs.getMetadata("/d7")).nodeId;
  await writeFlat(fs, flat);
  const all = "SELECT operation, count(*) AS n FROM $T GROUP BY 1 ORDER BY 1";
  const one =
    `SELECT operation, count(*) AS n FROM $T WHERE part_id = '${part}' GROUP BY 1 ORDER BY 1`;
  for (const [name, sql] of [["all", all], ["one directory", one]] as const) {
    const ours: number[] = [];
    const theirs: number[] = [];
    let answers: [string, string] = ["", ""];
    for (let round = 0; round < ROUNDS; round++) {
      await using cold = await openPond(denoHost(), pond);
      const a = await timed(async () =>
        await rowsOf(cold, sql.replace("$T", "operations"))
      );
      const b = await timed(async () => await flatRows(flat, sql));
      ours.push(a.ms);
      theirs.push(b.ms);
      answers = [a.value, b.value];
    }
    if (answers[0] !== answers[1]) {
      throw new TypeError(`answers differ: ${answers.join(" and ")}`);
    }
    const [pondMs, flatMs] = [median(ours), median(theirs)];
    say(
      `${layout}, ${OPERATIONS} operations, ${name}: pond ${
        pondMs.toFixed(0)
      } ms, flat Parquet ${flatMs.toFixed(0)} ms, ${
        (pondMs / flatMs).toFixed(1)
      } times`,
    );
  }
  const { rss } = Deno.memoryUsage();
  say(`memory of the process: ${Math.round(rss / 2 ** 20)} MiB`);
}

async function fill(fs: TinyLogFS): Promise<void> {
  let done = 0;
  const start = performance.now();
  for (let d = 0; done < OPERATIONS; d++) {
    await fs.createDirectory(`/d${d}`);
    done++;
    const files = Math.min(FILES_A_DIRECTORY, OPERATIONS - done);
    for (let f = 0; f < files; f++) {
      await fs.createFile(`/d${d}/sensor-${f}.csv`, "time,value\n1,2\n");
    }
    done += files;
    await fs.commit({ message: `directory ${d}` });
    if (done >= OPERATIONS) break;
    const updates = Math.min(100, OPERATIONS - done);
    for (let f = 0; f < updates; f++) {
      await fs.updateFile(`/d${d}/sensor-${f}.csv`, "time,value\n1,2\n2,3\n");
    }
    done += updates;
    await fs.commit();
  }
  const seconds = (performance.now() - start) / 1000;
  say(`written in ${seconds.toFixed(0)} s`);
}

async function rowsOf(fs: TinyLogFS, sql: string): Promise<string> {
  await using result = await fs.queryHistory(sql);
  const rows: string[] = [];
  for await (const { numRows, values } of result) {
    for (let i = 0; i < numRows; i++) {
      rows.push(values.map((column) => String(column[i])).join("\t"));
    }
  }
  return rows.join("\n");
}

async function writeFlat(fs: TinyLogFS, path: string): Promise<void> {
  const { renderRows } = await import("../../src/query/mod.ts");
  await using result = await fs.queryHistory(
    "SELECT version, timestamp, operation, file_type, name, path, node_id, node_version, part_id, metadata FROM operations",
  );
  const file = await Deno.open(path, { write: true, create: true });
  const chunks = renderRows(result.columns, result, {
    format: "parquet",
    isTerminal: false,
    width: 80,
    color: false,
    header: true,
  });
  for await (const chunk of chunks) {
    const bytes = typeof chunk === "string"
      ? new TextEncoder().encode(chunk)
      : chunk;
    for (let at = 0; at < bytes.length;) {
      at += await file.write(bytes.subarray(at));
    }
  }
  file.close();
}

async function flatRows(path: string, sql: string): Promise<string> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    sql.replace("$T", `'${path}'`),
  );
  const rows = reader.getRows().map((row) => row.map(String).join("\t"));
  connection.closeSync();
  instance.closeSync();
  return rows.join("\n");
}

async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
