/** pond reads the checkpoints of other engines as the commits that they are of. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import { denoHost } from "../../src/host/deno_host.ts";
import { type AddFile, DeltaTable } from "../../src/oplog/mod.ts";
import { actionsRowByRow } from "../support/checkpoint_rows.ts";
import { PROJECT_ROOT, runProgram } from "../support/deno_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { Engine } from "./engine.ts";
import { canRunSpark } from "./java.ts";

const PYTHON = Deno.env.get("POND_PYTHON") ?? "";
const SCRIPT = `${PROJECT_ROOT}/tests/interop/rewrite_parquet.py`;
const FORMS = [
  "v2 pages, zstd",
  "no dictionary, small pages",
  "small pages, dictionary",
  "row groups",
  "deltas",
];
const SEED = 5;

const FIELDS = ["a", "b", "id"].map((name) => ({
  name,
  type: name === "id" ? "long" : "string",
  nullable: true,
  metadata: {},
}));

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

/** Files with everything that may be there, or not. */
const addFile: fc.Arbitrary<AddFile> = fc.record({
  path: text.map((path) => `f${encodeURIComponent(path)}`),
  partitionValues: fc.record({ a: fc.option(text), b: fc.option(text) }),
  size: fc.maxSafeNat(),
  modificationTime: fc.nat(),
  dataChange: fc.constant(true),
  stats: fc.tuple(fc.nat(), long, long).map(([rows, min, max]) =>
    `{"numRecords":${rows},"minValues":{"id":${min}},` +
    `"maxValues":{"id":${max}},"nullCount":{"id":0}}`
  ),
  tags: fc.dictionary(text, text, { maxKeys: 2, noNullPrototype: true }),
}, {
  requiredKeys: [
    "path",
    "partitionValues",
    "size",
    "modificationTime",
    "dataChange",
  ],
});

/** Makes a table of such files, which aren't there. */
async function makeTable(directory: string): Promise<void> {
  const unique = fc.uniqueArray(addFile, {
    selector: ({ path }) => path,
    minLength: 100,
    maxLength: 100,
  });
  const [adds = []] = fc.sample(unique, { seed: SEED, numRuns: 1 });
  await Deno.mkdir(directory);
  const commit = { commitInfo: { operation: "WRITE" }, timestampMs: 1 };
  const table = await DeltaTable.create(denoHost(), directory, {
    schema: { type: "struct", fields: FIELDS },
    partitionColumns: ["a", "b"],
    configuration: {},
  }, { ...commit, adds: adds.slice(0, 60) });
  await table.commit({ ...commit, adds: adds.slice(60) });
}

/** The files by their paths, without what a checkpoint doesn't keep. */
async function filesOf(directory: string): Promise<unknown[]> {
  const { snapshot } = await DeltaTable.open(denoHost(), directory);
  assertEquals(snapshot.fileCount, 100);
  return [...snapshot.adds]
    .map(({ dataChange: _, tags = {}, ...add }) => ({ ...add, tags }))
    .sort((a, b) => a.path < b.path ? -1 : 1);
}

/** The only checkpoint, beside which no first commit can tell the same. */
async function onlyCheckpoint(log: string): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(log), ({ name }) => name);
  const [name, ...others] = names.filter((name) => name.endsWith(".parquet"));
  assertEquals([typeof name, others.length], ["string", 0]);
  const first = `${"0".repeat(20)}.json`;
  // Spark has cleaned it away: its time is that of the epoch.
  if (names.includes(first)) await Deno.remove(`${log}/${first}`);
  return `${log}/${name}`;
}

for (const name of ["deltalake", "spark"] as const) {
  const options = {
    name: `a checkpoint of ${name} is read as the commits that it is of`,
    ignore: name === "spark" && !canRunSpark,
  };
  Deno.test(options, async () => {
    await using temp = await tempDirectory();
    await using engine = await Engine.start(name);
    const table = temp.join("table");
    await makeTable(table);
    const expected = await filesOf(table);
    await engine.tell({ do: "checkpoint", table });
    const path = await onlyCheckpoint(`${table}/_delta_log`);
    assertEquals(await filesOf(table), expected);
    const original = await Deno.readFile(path);
    const actions = await actionsRowByRow(original, path);
    assertGreater(actions.length, 100);
    for (const form of name === "deltalake" ? FORMS : []) {
      const { code, stderr } = await runProgram(PYTHON, [SCRIPT, path, form]);
      assertEquals(code, 0, stderr);
      assert((await Deno.stat(path)).size !== original.length, form);
      assertEquals(await filesOf(table), expected, form);
      await Deno.writeFile(path, original);
    }
  });
}
