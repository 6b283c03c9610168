/**
 * The example pipeline, from the sensor to the page, by its files as they are; and
 * every number of it computed a second time, from what the server has.
 */
import { DuckDBInstance } from "@duckdb/node-api";
import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { type Scratch, scratchDirectory } from "../cli/scratch.ts";
import { PROJECT_ROOT } from "../support/deno_process.ts";
import {
  type FakeHydroVu,
  fakeHydroVu,
  type FakeParameter,
} from "../support/fake_hydrovu.ts";

const EXAMPLE = `${PROJECT_ROOT}/examples/pipeline`;
const KEY = "client 1";
const SECRET = "5ecret/of+one%";
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const START_S = Date.UTC(2025, 0, 27) / 1000;

const [VULINK, AT500, PRINCESS] = [
  4990594334457856,
  6154708427603968,
  5877040213786624,
] as const;

const RESOLUTIONS: Readonly<Record<string, number>> = {
  "1h": HOUR_S,
  "2h": 2 * HOUR_S,
  "4h": 4 * HOUR_S,
  "12h": 12 * HOUR_S,
  "24h": DAY_S,
};

/** Names of the server's ids. */
const NAMES: Readonly<Record<string, string>> = {
  "1": "Temperature.C",
  "2": "Level.m",
};

/** The devices of each site, and what their columns begin with. */
const SITES: Readonly<
  Record<string, readonly (readonly [id: number, scope: string])[]>
> = {
  BDock: [[VULINK, "Vulink"], [AT500, "AT500_Surface"]],
  Princess: [[PRINCESS, "Vulink"]],
};

/** Values whose sums depend on their order, as doubles are usually added. */
function reading(i: number, phase: number): number {
  return Math.sin(i / 37 + phase) * 10 ** (i % 5 - 2) + 11.1;
}

function parameter(
  id: string,
  times: {
    readonly from: number;
    readonly count: number;
    readonly step: number;
  },
  phase: number,
  isThere: (i: number) => boolean = () => true,
): FakeParameter {
  const { count, from, step } = times;
  const readings = Array.from({ length: count }, (_, i) => i).filter(isThere)
    .map((i) => ({ timestamp: from + i * step, value: reading(i, phase) }));
  return { parameterId: id, unitId: id, readings };
}

/** Two weeks over the end of a month, of three instruments in two places. */
function fill(fake: FakeHydroVu): void {
  const quarters = { from: START_S, count: 14 * 96 + 1, step: 15 * MINUTE_S };
  const tens = {
    from: START_S + 3 * DAY_S,
    count: 12 * 144,
    step: 10 * MINUTE_S,
  };
  // Of one time in seven there is no level; the other place starts in February.
  const hours = {
    from: Date.UTC(2025, 1, 1) / 1000,
    count: 200,
    step: 17 * MINUTE_S,
  };
  fake.locations.set(VULINK, [
    parameter("1", quarters, 0),
    parameter("2", quarters, 1, (i) => i % 7 !== 3),
  ]);
  fake.locations.set(AT500, [parameter("1", tens, 2)]);
  fake.locations.set(PRINCESS, [parameter("2", hours, 3)]);
}

/** The sum as exact arithmetic has it, rounded once: whole numbers of 2^-200. */
function exactSum(values: readonly number[]): number {
  const unit = 2 ** 200;
  return Number(values.reduce((sum, x) => sum + BigInt(x * unit), 0n)) / unit;
}

/** A row: when it begins, and its columns by their names. */
type Row = readonly [
  startS: number,
  columns: Readonly<Record<string, number | null>>,
];

/** What a site comes to, computed from the server's readings. */
function expectedRows(fake: FakeHydroVu, site: string, stepS: number): Row[] {
  const columns = (SITES[site] ?? []).flatMap(([id, scope]) =>
    (fake.locations.get(id) ?? []).map(({ parameterId, readings }) => ({
      name: `${scope}.${NAMES[parameterId]}`,
      buckets: Map.groupBy(
        readings,
        ({ timestamp }) => Math.floor(timestamp / stepS) * stepS,
      ),
    }))
  );
  const starts = new Set(columns.flatMap(({ buckets }) => [...buckets.keys()]));
  return [...starts].sort((a, b) => a - b).map((start) => {
    const row: Record<string, number | null> = {};
    for (const { buckets, name } of columns) {
      const values = buckets.get(start)?.map(({ value }) => value);
      row[`${name}.avg`] = values === undefined
        ? null
        : exactSum(values) / values.length;
      row[`${name}.min`] = values === undefined ? null : Math.min(...values);
      row[`${name}.max`] = values === undefined ? null : Math.max(...values);
    }
    return [start, row];
  });
}

/** Rows of Parquet files, as another program reads them. */
async function rowsIn(pattern: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(
      `SELECT epoch(Timestamp)::BIGINT AS start, * EXCLUDE Timestamp
       FROM read_parquet('${pattern}', union_by_name = true, hive_partitioning = false) ORDER BY start`,
    );
    return reader.getRowObjects().map(({ start, ...columns }) =>
      [Number(start), columns as Record<string, number | null>] as const
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The files of a directory, with when they were changed. */
async function filesBelow(
  directory: string,
  prefix = "",
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const { isDirectory, name } of Deno.readDir(directory)) {
    if (name === ".pond-export") continue;
    const path = `${directory}/${name}`;
    if (isDirectory) {
      for (const [inner, time] of await filesBelow(path, `${prefix}${name}/`)) {
        found.set(inner, time);
      }
    } else {found.set(
        prefix + name,
        (await Deno.stat(path)).mtime?.getTime() ?? 0,
      );}
  }
  return new Map([...found].sort());
}

interface Example extends AsyncDisposable {
  readonly fake: FakeHydroVu;
  readonly scratch: Scratch;
  /** Runs a command line; resolves to its standard output. */
  pond(argv: readonly string[]): Promise<string>;
  /** Exports as the example says. */
  publish(): Promise<Readonly<Record<string, unknown>>>;
}

/** The pond of the example: applied, and collected once. */
async function example(): Promise<Example> {
  await using stack = new AsyncDisposableStack();
  const fake = stack.use(
    fakeHydroVu({ credentials: [KEY, SECRET], pageRows: 500 }),
  );
  fill(fake);
  const scratch = stack.use(await scratchDirectory());
  const env = {
    HYDRO_KEY_ID: KEY,
    HYDRO_KEY_VALUE: SECRET,
    HYDROVU_BASE_URL: fake.url,
  };
  const pond: Example["pond"] = async (argv) => {
    const { code, stderr, stdout } = await scratch.run(argv, { env });
    assertEquals(code, 0, `${argv}\n${stderr}`);
    for (const secret of [SECRET, KEY]) {
      assertEquals(`${stdout}${stderr}`.includes(secret), false);
    }
    return stdout;
  };
  await pond(["init"]);
  const files = ["noyo", "noyodata", "downsampled", "noyosite"];
  await pond([
    "apply",
    ...files.flatMap((name) => ["-f", `${EXAMPLE}/${name}.yaml`]),
    "-v",
    "key=${env:HYDRO_KEY_ID}",
    "-v",
    "secret=${env:HYDRO_KEY_VALUE}",
  ]);
  await pond(["run"]);
  const all = stack.move();
  return {
    fake,
    scratch,
    pond,
    publish: async () =>
      JSON.parse(
        await pond([
          "export",
          "/Reduce/downsampled/single_site/site=*/*",
          "--to",
          "site",
          "--partition-by",
          "year,month",
          "--pages",
          "/Template/noyosite/pages/*",
          "--json",
        ]),
      ),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Whether exported rows of each site and resolution are those of the server. */
async function assertExported({ fake, scratch }: Example): Promise<number> {
  let numbers = 0;
  for (const site of Object.keys(SITES)) {
    for (const [resolution, stepS] of Object.entries(RESOLUTIONS)) {
      const pattern =
        `${scratch.home}/site/**/*site_${site}_res_${resolution}-*.parquet`;
      const rows = await rowsIn(pattern);
      assertEquals(
        rows,
        expectedRows(fake, site, stepS),
        `${site} ${resolution}`,
      );
      numbers += rows.reduce(
        (sum, [, row]) => sum + Object.keys(row).length,
        0,
      );
    }
  }
  return numbers;
}

Deno.test("the example pipeline: from the sensor to the page, right to the last digit", async () => {
  await using it = await example();
  const report = await it.publish();
  // Two months of one place and one of the other, in five resolutions; two pages.
  assertEquals([report["new"], report["failed"], report["files"]], [12, 0, 17]);
  assertGreater(await assertExported(it), 6000);
  // As the pond's own SQL sees it, and by the resolution of an hour.
  const path = "/Reduce/downsampled/single_site/site=BDock/res=1h";
  const [count] = JSON.parse(
    await it.pond([
      "query",
      `SELECT count(*)::INT AS n FROM '${path}'`,
      "--json",
    ]),
  );
  assertEquals(count, { n: expectedRows(it.fake, "BDock", HOUR_S).length });
});

Deno.test("the example pipeline: pages have the columns of their site, and the files that are exported", async () => {
  await using it = await example();
  const read = await it.pond(["cat", "/Template/noyosite/pages/BDock.md"]);
  assertEquals(
    read,
    `---
title: Water at BDock
---

# BDock

## Level (m)

- Vulink: avg, min, max

## Temperature (C)

- AT500_Surface: avg, min, max
- Vulink: avg, min, max
`,
  );
  await it.publish();
  const page = await Deno.readTextFile(`${it.scratch.home}/site/BDock.md`);
  assertEquals(page.startsWith(read), true);
  assertStringIncludes(
    page,
    "## Files of 12h\n\n- [January 2025](year=2025/month=1/",
  );
  const linked = [...page.matchAll(/\]\((.*?)\)/g)].map(([, file]) =>
    file ?? ""
  );
  const files = await filesBelow(`${it.scratch.home}/site`);
  assertEquals(
    linked.toSorted(),
    [...files.keys()].filter((file) => file.includes("BDock_res")),
  );
  const princess = await Deno.readTextFile(
    `${it.scratch.home}/site/Princess.md`,
  );
  assertStringIncludes(princess, "## Level (m)");
  assertEquals(princess.includes("Temperature"), false);
});

Deno.test("the example pipeline: a second run collects nothing and writes nothing; a late reading changes its place", async () => {
  await using it = await example();
  await it.publish();
  const files = await filesBelow(`${it.scratch.home}/site`);
  const log = await it.pond(["log", "--format", "json"]);
  const requests = it.fake.requests.length;
  assertStringIncludes(await it.pond(["run"]), "unchanged");
  const pages = it.fake.requests.slice(requests).filter((it) =>
    it.includes("/data")
  );
  assertEquals(pages.length, 3);
  assertEquals(await it.pond(["log", "--format", "json"]), log);
  const again = await it.publish();
  assertEquals([again["unchanged"], again["files"], again["files_removed"]], [
    12,
    0,
    0,
  ]);
  assertEquals(await filesBelow(`${it.scratch.home}/site`), files);
  // One more reading: five files of a place change, and no page.
  const [first, ...others] = it.fake.locations.get(PRINCESS) ?? [];
  const last = first?.readings.at(-1);
  if (first === undefined || last === undefined) {
    throw new TypeError("no readings");
  }
  const later = { timestamp: last.timestamp + MINUTE_S, value: 1 / 3 };
  it.fake.locations.set(PRINCESS, [
    { ...first, readings: [...first.readings, later] },
    ...others,
  ]);
  await it.pond(["run"]);
  const changed = await it.publish();
  assertEquals([changed["changed"], changed["unchanged"], changed["files"]], [
    5,
    7,
    5,
  ]);
  await assertExported(it);
});
