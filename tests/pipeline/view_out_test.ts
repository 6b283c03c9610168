import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { exportTables } from "../../src/export/mod.ts";
import { explainFile } from "../../src/pipeline/mod.ts";
import { Timestamp } from "../../src/tinylogfs/mod.ts";
import { scratchPond } from "./scratch.ts";
import { apply, commit, csvOf, HOUR_MS } from "./view_support.ts";

const VIEWS = `kind: Combine
name: noyo
spec:
  scopes:
  - name: dock
    series: [{pattern: "/data/a*"}, {pattern: "/data/none*"}]
---
kind: Reduce
name: days
spec:
  collections:
  - name: all
    resolutions: [1d]
    datasets: [{in_pattern: "/Combine/noyo/*/combine", out_pattern: "site=$0"}]
`;
const DAYS = "/Reduce/days/all/site=dock/res=1d";

Deno.test("explainFile() tells what a view is made from, and how fresh that is", async () => {
  await using scratch = await scratchPond();
  const { clock, pond } = scratch;
  await pond.transaction(async (tx) => {
    await tx.createDirectory("/data");
    await tx.appendToSeries("/data/a.csv", csvOf("v", [[0, 1], [HOUR_MS, 2]]), {
      of: "rows",
      rows: 2,
      fromUs: 0,
      toUs: HOUR_MS * 1000,
    });
  });
  await apply(pond, VIEWS);
  const told = async () =>
    (await explainFile(pond, DAYS)).map((it) => [
      it.depth,
      it.path,
      it.state,
      it.madeBy,
      it.rows,
      it.toUs,
      it.computedUs,
    ]);
  const toUs = HOUR_MS * 1000;
  assertEquals(await told(), [
    [0, DAYS, "not computed", "Reduce/days", undefined, toUs, undefined],
    [
      1,
      "/Combine/noyo/dock/combine",
      "not computed",
      "Combine/noyo",
      undefined,
      toUs,
      undefined,
    ],
    [2, "/data/a.csv", "stored", undefined, 2, toUs, undefined],
    [2, "/data/none*", "no match", undefined, undefined, undefined, undefined],
  ]);
  await pond.readFile(DAYS);
  const computedUs = Math.floor(clock.ms) * 1000;
  assertEquals((await told()).map(([, , state, , , , at]) => [state, at]), [
    ["cached", computedUs],
    ["cached", computedUs],
    ["stored", undefined],
    ["no match", undefined],
  ]);
  await pond.transaction((tx) =>
    tx.appendToSeries("/data/a.csv", csvOf("v", [[2 * HOUR_MS, 3]]), {
      of: "rows",
      rows: 1,
      fromUs: 2 * HOUR_MS * 1000,
      toUs: 2 * HOUR_MS * 1000,
    })
  );
  assertEquals((await told()).map(([, , state]) => state), [
    "not computed",
    "not computed",
    "stored",
    "no match",
  ]);
});

Deno.test("what views show is found, walked, described by its size once it is known, and exported", async () => {
  await using scratch = await scratchPond();
  const { host, pond, temp } = scratch;
  await commit(pond, {
    "/data/a.csv": csvOf("v", [[0, 1], [40 * 24 * HOUR_MS, 2]]),
  });
  await apply(pond, VIEWS);
  const found = async () =>
    await Array.fromAsync(
      pond.findNodes({ name: "res=*" }),
      ({ path, sizeBytes }) => [path, sizeBytes],
    );
  assertEquals(await found(), [[DAYS, null]]);
  assertEquals(
    await Array.fromAsync(pond.findNodes({ name: "res=*", computed: false })),
    [],
  );
  assertEquals((await pond.entry(DAYS)).sizeBytes, null);
  // Whoever asks for all that is known gets it.
  const { sha256, size } = await pond.getMetadata(DAYS);
  assertEquals(await found(), [[DAYS, size]]);
  assertEquals(
    await Array.fromAsync(
      pond.workingDirectory().glob("/Reduce/*/*/site=*/*"),
      ({ path, wildcards }) => [path, ...wildcards],
    ),
    [[DAYS, "days", "all", "dock", "res=1d"]],
  );
  const to = temp.join("out");
  const options = {
    glob: DAYS,
    directory: to,
    format: "parquet",
    partitionBy: ["year", "month"],
    timeColumn: undefined,
    where: undefined,
  } as const;
  const runs = [];
  for (let run = 0; run < 2; run++) {
    const { files, sources } = await exportTables(host, pond, options);
    runs.push([files, sources.new, sources.unchanged]);
  }
  await commit(pond, { "/data/a2.csv": csvOf("v", [[HOUR_MS, 3]]) });
  const { sources } = await exportTables(host, pond, options);
  assertEquals([...runs, sources.changed], [[2, 1, 0], [0, 0, 1], 1]);
  assertEquals(sha256?.length, 64);
  const rows = await pond.query(
    `SELECT "Timestamp" AS t, "v.avg" AS v FROM '${DAYS}'`,
  ).rows();
  assertEquals(rows[0], { t: new Timestamp(0n, true), v: 2 });
});

Deno.test("a Derive resource makes columns of rows with PIVOT", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, {
    "/data/long.csv":
      "Timestamp,what,value\n2026-01-01T00:00:00Z,temp,1\n2026-01-01T00:00:00Z,salt,2\n2026-01-01T01:00:00Z,temp,3\n",
  });
  await apply(
    pond,
    `kind: Derive
name: wide
spec:
  collections:
  - pattern: /data/long.csv
    name: x
    query: >
      FROM (PIVOT '$1' ON what IN ('temp', 'salt') USING first(value) GROUP BY "Timestamp")
      ORDER BY "Timestamp"
`,
  );
  assertEquals(
    await pond.query(
      "SELECT temp::INT AS temp, salt::INT AS salt FROM '/Derive/wide/x/long.csv'",
    ).rows(),
    [{ temp: 1, salt: 2 }, { temp: 3, salt: null }],
  );
});

Deno.test("a Derive resource may name other files, and follows them", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, {
    "/in/a.csv": "id,v\n1,10\n",
    "/names.csv": "id,name\n1,one\n",
  });
  await apply(
    pond,
    `kind: Derive
name: named
spec:
  collections:
  - pattern: /in/*
    name: x
    query: SELECT name, v FROM '$1' JOIN '/names.csv' USING (id)
`,
  );
  const rows = async () =>
    await pond.query("SELECT name FROM '/Derive/named/x/a.csv'").rows();
  assertEquals(await rows(), [{ name: "one" }]);
  await commit(pond, { "/names.csv": "id,name\n1,uno\n" });
  assertEquals(await rows(), [{ name: "uno" }]);
});

Deno.test("functions that read files take paths of the pond, and no others", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, {
    "/é/a b.csv": "x;y\n1;2\n",
    "/é/'q'.csv": "x;y\n3;4\n",
  });
  const ask = async (sql: string) => await pond.query(sql).rows();
  assertEquals(
    await ask("SELECT y FROM read_csv('/é/*.csv', delim = ';') ORDER BY y"),
    [{ y: 2n }, { y: 4n }],
  );
  assertEquals(
    await ask("SELECT x FROM read_csv_auto('/é/''q''.csv', delim = ';')"),
    [{ x: 3n }],
  );
  for (
    const sql of [
      "FROM read_csv('/etc/passwd')",
      "FROM read_csv(['/é/a b.csv', '/etc/passwd'])",
      "FROM read_csv('/é/a' || ' b.csv')",
      "SELECT * FROM (VALUES (1)) t(i), read_csv(chr(47) || 'etc/passwd')",
      "FROM read_text('/é/a b.csv')",
    ]
  ) {
    const error = await ask(sql).then(() => "none", (error) => error.code);
    assertStringIncludes("QUERY NOT_FOUND", error, sql);
  }
});

Deno.test("what is computed has no versions, and says so", async () => {
  await using scratch = await scratchPond();
  const { pond } = scratch;
  await commit(pond, { "/data/a.csv": csvOf("v", [[0, 1]]) });
  await apply(pond, VIEWS);
  for (const path of [DAYS, "/Combine/noyo/dock"]) {
    const { code, message } = await assertRejects(
      () => Array.fromAsync(pond.getNodeHistory(path)),
      PondError,
    );
    assertEquals(code, "UNSUPPORTED");
    assertStringIncludes(message, "it is computed, by /.pond/resources/");
  }
  const rows = await Array.fromAsync(pond.getNodeHistory("/Combine/noyo"));
  assertEquals(rows.map(({ operation }) => operation), ["create"]);
});
