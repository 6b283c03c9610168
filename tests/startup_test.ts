/**
 * What a command loads before it does anything: each module costs a process a
 * fifth of a millisecond, and a package much more.
 */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { PROJECT_ROOT } from "./support/deno_process.ts";
import { type Import, importsOf, importsUnder } from "./support/imports.ts";

const imports = [
  ...importsOf("cli.ts", await Deno.readTextFile(`${PROJECT_ROOT}/cli.ts`)),
  ...await importsUnder(PROJECT_ROOT, "src"),
];

/** All modules that these load, with what those load. */
function loadedBy(...roots: readonly string[]): ReadonlySet<string> {
  const loaded = new Set(roots);
  const isLoaded = ({ dynamic, typesOnly }: Import) => !dynamic && !typesOnly;
  // A set's iterator goes on to what is added meanwhile.
  for (const from of loaded) {
    for (const found of imports) {
      if (found.from === from && isLoaded(found)) loaded.add(found.to);
    }
  }
  return loaded;
}

const LISTING = loadedBy(
  "cli.ts",
  "src/cli/table/files.ts",
  "src/cli/commands/ls.ts",
);

Deno.test("pond ls loads what it needs, and little more", () => {
  assertGreater(LISTING.size, 60);
  assertLess(LISTING.size, 90);
});

Deno.test("pond ls loads nothing that only others need", () => {
  const others = [
    "@duckdb/node-api",
    "hyparquet-writer/src/write.js",
    "hyparquet-compressors",
    "hyparquet/src/read.js",
    "@std/path",
    "src/cli/config_file.ts",
    "src/cli/config_keys.ts",
    "src/cli/config_layers.ts",
    "src/cli/report_error.ts",
    "src/cli/rows.ts",
    "src/oplog/data_file_writer.ts",
    "src/query/duckdb_engine.ts",
    "src/query/render/mod.ts",
    "src/query/tables.ts",
    "src/tinyfs/glob.ts",
    "src/tinyfs/memory.ts",
    "src/tinylogfs/copy.ts",
    "src/tinylogfs/init.ts",
    "src/tinylogfs/restore.ts",
    "yaml",
  ];
  assertEquals(others.filter((name) => LISTING.has(name)), []);
});

Deno.test("pond ls doesn't load a layer by its mod.ts, which loads all of it", () => {
  assertEquals([...LISTING].filter((name) => name.endsWith("/mod.ts")), []);
});

Deno.test("pond --help loads the table of commands, and nothing of a pond", () => {
  const tables = [...Deno.readDirSync(`${PROJECT_ROOT}/src/cli/table`)]
    .map(({ name }) => `src/cli/table/${name}`);
  const help = loadedBy("cli.ts", "src/cli/help.ts", ...tables);
  assertGreater(help.size, tables.length);
  const pond = [...help].filter((name) =>
    /^src\/(?!cli\/|host\/|[a-z]+\.ts$)/.test(name) ||
    name.startsWith("src/cli/commands/") || name === "src/cli/session.ts"
  );
  assertEquals(pond, []);
});
