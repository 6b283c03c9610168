/**
 * The layers of `src/`: who may import whom, and which file names which
 * package. ARCHITECTURE.md explains the picture; this table is the rule.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { PROJECT_ROOT } from "./support/deno_process.ts";
import {
  findCycle,
  type Import,
  importsOf,
  importsUnder,
} from "./support/imports.ts";

/** A layer may import itself and these. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "errors": [],
  "version": [],
  "suggest": [],
  "bytes": ["errors"],
  "text": ["bytes"],
  "host": ["errors", "bytes"],
  "tinyfs": ["errors", "bytes"],
  "host_glob": ["errors", "host", "tinyfs"],
  "oplog/column_kind": [],
  "oplog/backoff": ["host"],
  "oplog/name_flusher": ["host"],
  "oplog/store": ["errors", "bytes", "host", "oplog/name_flusher"],
  "oplog/data_type": ["bytes"],
  "oplog/arrow": ["errors", "bytes", "oplog/column_kind"],
  "oplog/parquet": [
    "errors",
    "bytes",
    "oplog/column_kind",
    "oplog/data_type",
  ],
  "oplog/delta": [
    "errors",
    "bytes",
    "version",
    "host",
    "oplog/backoff",
    "oplog/column_kind",
    "oplog/data_type",
    "oplog/arrow",
    "oplog/parquet",
    "oplog/store",
  ],
  "oplog": [
    "errors",
    "bytes",
    "host",
    "oplog/column_kind",
    "oplog/data_type",
    "oplog/arrow",
    "oplog/parquet",
    "oplog/delta",
    "oplog/store",
    // To export it.
    "oplog/name_flusher",
  ],
  "tinylogfs": [
    "errors",
    "bytes",
    "text",
    "host",
    "tinyfs",
    "oplog",
    "oplog/backoff",
    "oplog/name_flusher",
  ],
  "query": ["errors", "bytes", "host", "oplog", "tinylogfs"],
  "pipeline": [
    "errors",
    "bytes",
    "suggest",
    "host",
    "host_glob",
    // For patterns, without a pond.
    "tinyfs",
    "oplog",
    "tinylogfs",
    "query",
  ],
  // What trees of the host are, for `pond put`, `pond get` and for mirrors.
  "trees": ["errors", "bytes", "host", "tinyfs", "tinylogfs"],
  "mirror": [
    "errors",
    "bytes",
    "host",
    "oplog",
    "tinylogfs",
    "trees",
  ],
  "backup": ["errors", "bytes", "host", "oplog", "tinylogfs"],
  "bundle": ["errors", "bytes", "version", "host", "oplog", "tinylogfs"],
  "export": ["errors", "bytes", "host", "oplog", "tinylogfs", "query"],
  "migrate": [
    "errors",
    "bytes",
    "host",
    "oplog",
    "oplog/data_type",
    "oplog/parquet",
    "tinylogfs",
    "pipeline",
  ],
  "pond": ["errors", "bytes", "host", "tinylogfs", "query", "pipeline"],
  "cli": [
    "errors",
    "bytes",
    "version",
    "suggest",
    "text",
    "host",
    "host_glob",
    "tinyfs",
    "oplog",
    "tinylogfs",
    "query",
    "pipeline",
    "mirror",
    "backup",
    "bundle",
    "export",
    "migrate",
    "pond",
    "trees",
  ],
};

/** Layers that the CLI uses through their `mod.ts` alone. */
const WITH_ENTRY = [
  "text",
  "tinyfs",
  "oplog",
  "tinylogfs",
  "query",
  "pipeline",
  "mirror",
  "backup",
  "bundle",
  "export",
  "migrate",
];

/** Layers to which the platform is a parameter: they know its types. */
const PLATFORM_AS_TYPES = ["oplog", "oplog/delta", "oplog/store", "tinylogfs"];

/** Where the name of a package may stand. */
const PACKAGE_OWNERS: Readonly<Record<string, RegExp>> = {
  "@duckdb/node-api": /^src\/query\/duckdb_(database|engine|values)\.ts$/,
  "@std/cli": /^src\/cli\//,
  "@std/path": /^src\/(cli|host|trees)\//,
  "@uwdata/flechette": /^src\/oplog\/arrow(_table|_values)?\.ts$/,
  "age-encryption": /^src\/backup\/encryption\.ts$/,
  "apache-arrow": /^src\/oplog\/arrow\.ts$/,
  "fast-string-width":
    /^src\/(query\/render\/|cli\/(listing|plain_table)\.ts$)/,
  "hyparquet": /^src\/oplog\/(parquet|parquet\/(encodings|footer|pages))\.ts$/,
  "hyparquet-compressors": /^src\/oplog\/(parquet|zstd)\.ts$/,
  "hyparquet-writer": /^src\/oplog\/parquet\.ts$/,
  "ignore": /^src\/trees\/ignore_file\.ts$/,
  "modern-tar": /^src\/bundle\/tar\.ts$/,
  "json-p3": /^src\/tinylogfs\/find\.ts$/,
  "yaml": /^src\/(cli\/config_file|pipeline\/document)\.ts$/,
};

const imports = await importsUnder(PROJECT_ROOT, "src");

Deno.test("src/ has imports to check", () => {
  assertGreater(imports.length, 0);
});

Deno.test("src/ folders import only along the arrows", () => {
  assertEquals(imports.flatMap(arrowProblem), []);
});

Deno.test("src/ files import each other without a cycle", () => {
  assertEquals(findCycle(imports), undefined);
});

Deno.test("src/ packages are named only by the file that owns them", () => {
  assertEquals(imports.flatMap(packageProblem), []);
});

Deno.test("the arrow rule finds what it is for", () => {
  const broken = [
    `src/tinyfs/a.ts: import "../oplog/mod.ts";`,
    `src/oplog/a.ts: export * from "../tinyfs/mod.ts";`,
    `src/oplog/delta/a.ts: import { a } from "../record.ts";`,
    `src/oplog/a.ts: import { realHost } from "../host/real.ts";`,
    `src/cli/commands/a.ts: await import("../../tinylogfs/stage.ts");`,
    `src/errors.ts: import { encodeHex } from "./bytes.ts";`,
    `src/somewhere/a.ts: import "../errors.ts";`,
    `src/bytes.ts: import "../tests/support/imports.ts";`,
  ];
  for (const line of broken) {
    assertEquals(sample(line).flatMap(arrowProblem).length, 1, line);
  }
});

Deno.test("the arrow rule accepts what follows it", () => {
  const fine = [
    `src/oplog/a.ts: import type { FileStore } from "../host/host.ts";`,
    `src/oplog/delta/a.ts: import { readParquet } from "../parquet.ts";`,
    `src/cli/commands/a.ts: await import("../../tinylogfs/mod.ts");`,
    `src/cli/a.ts: import { realHost } from "../host/real.ts";`,
    `src/tinyfs/a.ts: /** import "../oplog/mod.ts"; */ import "./b.ts";`,
  ];
  for (const line of fine) {
    assertEquals(sample(line).flatMap(arrowProblem), [], line);
    assertEquals(sample(line).length, 1, line);
  }
});

Deno.test("the package rule finds and accepts what it is for", () => {
  const problems = (line: string) => sample(line).flatMap(packageProblem);
  assertEquals(
    problems(`src/oplog/table.ts: import "hyparquet/src/read.js";`).length,
    1,
  );
  assertEquals(problems(`src/oplog/parquet.ts: import "hyparquet/a.js";`), []);
  assertEquals(problems(`src/query/a.ts: import "left-pad";`).length, 1);
  assertEquals(problems(`src/host/real.ts: import "node:zlib";`), []);
});

Deno.test("findCycle() names the files of a cycle", () => {
  const cycle = [
    ...sample(`src/a.ts: import "./b.ts"; import "./d.ts";`),
    ...sample(`src/b.ts: import type { C } from "./c.ts";`),
    ...sample(`src/c.ts: export * from "./b.ts";`),
  ];
  assertEquals(findCycle(cycle), ["src/b.ts", "src/c.ts", "src/b.ts"]);
  assertEquals(findCycle(cycle.slice(0, -1)), undefined);
});

/** Imports of one line in the form `FILE: SOURCE`. */
function sample(line: string): Import[] {
  const [, file = "", source = ""] = line.match(/^(\S+): (.*)$/) ?? [];
  return importsOf(file, source);
}

function arrowProblem({ from, to, typesOnly }: Import): string[] {
  if (!/\.[cm]?[jt]s$/.test(to) || !isPath(to)) return [];
  const [source, target] = [layerOf(from), layerOf(to)];
  const known = ARROWS[source];
  const problem = `${from} must not import ${to}`;
  if (known === undefined) return [`${problem}: "${source}" is in no table`];
  if (source === target) return [];
  if (!known.includes(target)) return [problem];
  if (source === "cli" && WITH_ENTRY.includes(target.split("/")[0] ?? "")) {
    return to.endsWith("/mod.ts") ? [] : [`${problem}: go through its mod.ts`];
  }
  if (target === "host" && PLATFORM_AS_TYPES.includes(source)) {
    const types = typesOnly && to === "src/host/host.ts";
    return types ? [] : [`${problem}: only the types of host.ts`];
  }
  return [];
}

function packageProblem({ from, to }: Import): string[] {
  if (isPath(to) || to.startsWith("node:")) return [];
  const name = to.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? to;
  const owner = PACKAGE_OWNERS[name];
  return owner?.test(from) ? [] : [`${from} must not name ${to}`];
}

/** Whether an import led to a file of the checkout, not to a package. */
function isPath(to: string): boolean {
  return /^(src|tests|deps|tools|lint|bench|examples)\//.test(to) ||
    to === "mod.ts" || to === "cli.ts";
}

/** `src/oplog/delta/commit.ts` is in the layer `oplog/delta`. */
function layerOf(path: string): string {
  const name = path.replace(/^src\//, "").replace(/\.ts$/, "");
  const layers = Object.keys(ARROWS).filter((layer) =>
    name === layer || name.startsWith(`${layer}/`)
  );
  return layers.sort((a, b) => b.length - a.length)[0] ??
    name.replace(/\/[^/]*$/, "");
}
