/** Tables as Hive-partitioned files, written once and then kept. */
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { formatManifest, parseManifest } from "../../src/export/manifest.ts";
import { exportTables } from "../../src/export/mod.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { newHost, pathsLike, POND } from "../support/checked_pond.ts";
import { exportScratch, plant, STATION } from "./support.ts";

Deno.test("exportTables() writes what DuckDB reads as the same rows, by year and month", async () => {
  await using scratch = await exportScratch();
  const { report, told } = await scratch.run();
  assertEquals(told, ["new /a.csv", "new /b.csv"]);
  assertEquals([report.files, report.rows], [6, 8]);
  assertEquals(
    [...(await scratch.files()).keys()].map((path) =>
      path.replace(/-[0-9a-f]{8}/, "")
    ),
    [
      "year=2025/month=12/a.csv.parquet",
      "year=2025/month=12/b.csv.parquet",
      "year=2026/month=1/a.csv.parquet",
      "year=2026/month=1/b.csv.parquet",
      "year=2026/month=2/a.csv.parquet",
      "year=2026/month=2/b.csv.parquet",
    ],
  );
  assertEquals(
    await scratch.read(
      "SELECT year, month, t::VARCHAR, v, place FROM LAKE WHERE place IS DISTINCT FROM 'weir' AND filename LIKE '%/a.csv-%' ORDER BY t",
    ),
    [
      ["2025", "12", "2025-12-31 23:59:59", 1.5, "inlet"],
      ["2026", "1", "2026-01-01 00:00:00", 2.5, "outlet"],
      ["2026", "1", "2026-01-31 12:00:00", 3.5, "inlet"],
      ["2026", "2", "2026-02-01 00:00:00", 4.5, null],
    ],
  );
});

Deno.test("a second export writes nothing, and one after a change only that", async () => {
  await using scratch = await exportScratch();
  await scratch.run();
  const before = await scratch.files();
  const manifest = `${scratch.lake}/.pond-export/manifest.json`;
  const again = await scratch.run();
  assertEquals(again.told, ["unchanged /a.csv", "unchanged /b.csv"]);
  assertEquals([again.report.files, again.report.filesRemoved], [0, 0]);
  assertEquals(await scratch.files(), before);
  assert((await Deno.stat(manifest)).isFile);
  // Another year, and one month less.
  await scratch.fs.updateFile(
    "/a.csv",
    `${STATION.replace("2025-12-31 23:59:59", "2027-03-01 00:00:00")}`,
  );
  await scratch.fs.createFile("/c.csv", STATION);
  await scratch.fs.delete("/b.csv");
  await scratch.fs.commit();
  const planned = await scratch.run({ dryRun: true });
  assertEquals(planned.told, [
    "changed /a.csv",
    "new /c.csv",
    "deleted /b.csv",
  ]);
  assertEquals(await scratch.files(), before);
  const changed = await scratch.run();
  assertEquals(changed.told, planned.told);
  assertEquals(changed.report.filesRemoved, 4);
  assertEquals(
    await scratch.read(
      "SELECT year, count(*)::INT FROM LAKE GROUP BY ALL ORDER BY ALL",
    ),
    [["2025", 1], ["2026", 6], ["2027", 1]],
  );
});

Deno.test("files that were edited, replaced or put there are kept, and their source fails", async () => {
  await using scratch = await exportScratch();
  await scratch.run({ partitionBy: [] });
  const [a = "", b = ""] = [...(await scratch.files()).keys()];
  const edits: readonly (() => Promise<void>)[] = [
    () => plant(`${scratch.lake}/${a}`, "mine"),
    async () => {
      await Deno.remove(`${scratch.lake}/${a}`);
      await Deno.symlink("/etc/hostname", `${scratch.lake}/${a}`);
    },
  ];
  for (const edit of edits) {
    await edit();
    for (const content of [STATION, `${STATION}2026-05-05 00:00:00,1,x\n`]) {
      await scratch.fs.writeFile("/a.csv", content);
      await scratch.fs.commit();
      const { told, sources } = await scratch.run({ partitionBy: [] });
      assertEquals(told, ["failed /a.csv", "unchanged /b.csv"]);
      assertEquals(sources[0]?.error?.code, "ALREADY_EXISTS");
      assertStringIncludes(sources[0]?.error?.message ?? "", a);
    }
    const forced = await scratch.run({ partitionBy: [], force: true });
    assertEquals(forced.told, ["unchanged /b.csv", "changed /a.csv"]);
    assert((await Deno.lstat(`${scratch.lake}/${a}`)).isFile);
  }
  // One that is missing is written again.
  await Deno.remove(`${scratch.lake}/${b}`);
  const mended = await scratch.run({ partitionBy: [] });
  assertEquals(mended.told, ["unchanged /a.csv", "changed /b.csv"]);
  // An edited one stays when its source goes.
  await plant(`${scratch.lake}/${b}`, "mine");
  await scratch.fs.delete("/b.csv");
  await scratch.fs.commit();
  const gone = await scratch.run({ partitionBy: [] });
  assertEquals(gone.told, ["unchanged /a.csv", "deleted /b.csv"]);
  assertEquals(await Deno.readTextFile(`${scratch.lake}/${b}`), "mine");
});

Deno.test("a file of the same size, changed within a second, is noticed", async () => {
  await using scratch = await exportScratch();
  await scratch.run({ partitionBy: [] });
  const [a = ""] = [...(await scratch.files()).keys()];
  const path = `${scratch.lake}/${a}`;
  const { mtime } = await Deno.stat(path);
  const bytes = await Deno.readFile(path);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await Deno.writeFile(path, bytes);
  await Deno.utime(path, mtime ?? 0, mtime ?? 0);
  const { told } = await scratch.run({ partitionBy: [] });
  assertEquals(told, ["failed /a.csv", "unchanged /b.csv"]);
});

Deno.test("nothing is written through a symlink, nor into the pond", async () => {
  await using scratch = await exportScratch();
  const outside = `${scratch.lake}-outside`;
  await Deno.mkdir(outside);
  await Deno.mkdir(scratch.lake);
  await Deno.symlink(outside, `${scratch.lake}/year=2026`);
  const { told } = await scratch.run();
  assertEquals(told, ["failed /a.csv", "failed /b.csv"]);
  const forced = await assertRejects(() => scratch.run({ force: true }));
  assertStringIncludes(String(forced), "year=2026: a symlink is there");
  assertEquals(await Array.fromAsync(Deno.readDir(outside)), []);
  await Deno.remove(`${scratch.lake}/.pond-export`, { recursive: true });
  await Deno.symlink(outside, `${scratch.lake}/.pond-export`);
  await assertRejects(() => scratch.run(), PondError, "a symlink is there");
  assertEquals(await Array.fromAsync(Deno.readDir(outside)), []);
  const inside = { directory: `${scratch.fs.path}/lake` };
  await assertRejects(() => scratch.run(inside), PondError, "own directory");
});

Deno.test("an export into the pond is refused, by whatever links", async () => {
  const host = newHost();
  {
    await using _ = await TinyLogFS.initEmpty(host, POND);
  }
  await host.files.makeLink("/door", "pond");
  await host.files.makeLink("/in", "/pond/new/lake");
  const before = pathsLike(host, /./);
  for (const pond of [POND, "/door"]) {
    await using fs = await TinyLogFS.open(host, pond);
    for (const directory of [`${POND}/lake`, "/door/lake", "/in", POND]) {
      const options = {
        glob: "/*.csv",
        directory,
        partitionBy: [],
        timeColumn: undefined,
        where: undefined,
        format: "csv",
      } as const;
      await assertRejects(
        () => exportTables(host, fs, options),
        PondError,
        `Cannot export into ${directory}: it is the pond's own directory`,
      );
    }
  }
  assertEquals(pathsLike(host, /./), before);
});

Deno.test("partitions are parts of time in UTC, or values of columns, which can't lead elsewhere", async () => {
  await using scratch = await exportScratch();
  await scratch.fs.createFile(
    "/zone.csv",
    [
      "k,at,n",
      "../../evil,2026-01-01 01:30:00+02:00,1",
      "a/b=c%,2026-06-30 23:30:00-02:00,2",
      "日本 é,2026-07-01 00:00:00+00:00,3",
      ".,2026-07-01 00:00:00+00:00,4",
      ",2026-07-01 00:00:00+00:00,5",
      "",
    ].join("\n"),
  );
  await scratch.fs.commit();
  await scratch.run({ glob: "/zone.csv", partitionBy: ["k", "date", "hour"] });
  const paths = [...(await scratch.files()).keys()].map((path) =>
    path.slice(0, path.lastIndexOf("/"))
  );
  assertEquals(
    new Set(paths),
    new Set([
      "k=..%2F..%2Fevil/date=2025-12-31/hour=23",
      "k=a%2Fb%3Dc%25/date=2026-07-01/hour=1",
      "k=日本 é/date=2026-07-01/hour=0",
      "k=./date=2026-07-01/hour=0",
      "k=__HIVE_DEFAULT_PARTITION__/date=2026-07-01/hour=0",
    ]),
  );
  assertEquals(
    await scratch.read("SELECT k, n::INT FROM LAKE ORDER BY n"),
    [["../../evil", 1], ["a/b=c%", 2], ["日本 é", 3], [".", 4], [null, 5]],
  );
});

Deno.test("rows are chosen by --where, and what can't be a partition is said", async () => {
  await using scratch = await exportScratch();
  await scratch.run({ where: "v > 2 AND place = 'weir' -- only some" });
  assertEquals(await scratch.read("SELECT v, place FROM LAKE"), [[
    3.5,
    "weir",
  ]]);
  for (
    const [options, why] of [
      [{ partitionBy: ["century"] }, '"century" is no column'],
      [{ timeColumn: "nosuch" }, 'it has no column "nosuch"'],
      [{ partitionBy: ["t", "v", "place"] }, "no columns beside"],
    ] as const
  ) {
    const { sources } = await scratch.run({ ...options, force: true });
    assertStringIncludes(sources[0]?.error?.message ?? "", why);
  }
  const { sources } = await scratch.run({ where: "nosuch = 1", force: true });
  assertEquals(sources[0]?.error?.code, "QUERY");
});

Deno.test("what is no table fails by itself, and the rest is written", async () => {
  await using scratch = await exportScratch();
  await scratch.fs.createFile("/c.csv.bin", "\0\x01\x02");
  await scratch.fs.createFile("/no times.csv", "a,b\n1,2\n");
  await scratch.fs.commit();
  const { told } = await scratch.run({ glob: "/*" });
  assertEquals(told, [
    "failed /c.csv.bin",
    "failed /no times.csv",
    "new /a.csv",
    "new /b.csv",
  ]);
  await assertRejects(
    () => scratch.run({ glob: "/nothing*" }),
    PondError,
    "Nothing matches",
  );
});

Deno.test("a directory with another export is refused, and made this one when forced", async () => {
  await using scratch = await exportScratch();
  await scratch.run();
  const before = await scratch.files();
  for (
    const other of [
      { glob: "/a.csv" },
      { where: "v > 2" },
      { format: "csv" },
      { partitionBy: ["year"] },
      { timeColumn: "t" },
    ] as const
  ) {
    const error = await assertRejects(() => scratch.run(other), PondError);
    assertStringIncludes(error.message, "asked for otherwise: /*.csv by year");
    assertEquals(await scratch.files(), before);
  }
  const forced = await scratch.run({ format: "csv", force: true });
  assertEquals(forced.told, ["changed /a.csv", "changed /b.csv"]);
  assertEquals(forced.report.filesRemoved, 6);
  assertEquals((await scratch.files()).size, 6);
  assertNotEquals(await scratch.files(), before);
  const manifest = `${scratch.lake}/.pond-export/manifest.json`;
  const text = await Deno.readTextFile(manifest);
  for (const damage of [text.replace("rows", "rowz"), "{", "[]", ""]) {
    await Deno.writeTextFile(manifest, damage);
    const error = await assertRejects(() => scratch.run(), PondError);
    assertEquals(error.code, "INTEGRITY");
  }
  const anew = await scratch.run({ format: "csv", force: true });
  assertEquals(anew.told, ["new /a.csv", "new /b.csv"]);
});

Deno.test("names with what patterns and revisions are made of are taken literally", async () => {
  await using scratch = await exportScratch();
  for (const name of ["x*.csv", "x@v1.csv", "x[1]{2}?.csv", "x\\y'z.csv"]) {
    await scratch.fs.createFile(`/${name}`, STATION);
  }
  await scratch.fs.commit();
  const { told, report } = await scratch.run({ glob: "/x*.csv" });
  assertEquals(told.length, 4);
  assertEquals(told.filter((it) => it.startsWith("new ")).length, 4);
  assertEquals(report.rows, 16);
  assertEquals((await scratch.files()).size, 12);
});

Deno.test("a series is exported again when a part has come that is like the one before", async () => {
  await using scratch = await exportScratch();
  const { fs } = scratch;
  const outcomes: string[] = [];
  for (const text of [STATION, STATION, STATION]) {
    await fs.appendToSeries("/s.csv", text, { of: "rows" });
    await fs.commit();
    for (let run = 0; run < 2; run++) {
      const { report, told } = await scratch.run({ glob: "/s.csv" });
      outcomes.push(`${told} ${report.rows}`);
    }
  }
  const same = "unchanged /s.csv 0";
  assertEquals(outcomes, [
    "new /s.csv 4",
    same,
    "changed /s.csv 8",
    same,
    "changed /s.csv 12",
    same,
  ]);
});

Deno.test("a manifest that names a file outside of the directory is damaged", async () => {
  const directory = "/lake/.pond-export/manifest.json";
  const base = {
    pondId: "0",
    version: 1,
    definition: {
      format: "csv",
      glob: "/*.csv",
      partitionBy: [],
      timeColumn: undefined,
      where: undefined,
    },
    sources: new Map(),
  } as const;
  const read = async (path: string) => {
    const file = { path, sha256: "", sizeBytes: 0, rows: 0 };
    const gone = [{ ...file, changedMs: undefined }];
    return await parseManifest(
      await formatManifest({ ...base, gone }),
      directory,
    );
  };
  assertEquals((await read("year=2026/..a")).gone.length, 1);
  for (const path of ["../a", "a/../../b", "/a", "a/", ".", ""]) {
    const error = await assertRejects(() => read(path), PondError);
    assertEquals(error.code, "INTEGRITY");
  }
});
