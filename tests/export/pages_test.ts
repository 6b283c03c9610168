/** Pages name the files that are exported with them. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import { exportedFiles } from "../../src/export/pages.ts";
import { applyResources, readResources } from "../../src/pipeline/mod.ts";
import type { ExportedFiles } from "../../src/tinylogfs/mod.ts";
import { type ExportScratch, exportScratch, STATION } from "./support.ts";

const HINT = /-[0-9a-f]{8}/g;

function site(template: string, out = "$0.md"): string {
  return `kind: Template
name: site
spec:
  collections:
  - name: pages
    in_pattern: /*.csv
    out_pattern: ${out}
    template: ${JSON.stringify(template)}
`;
}

const LIST =
  "{% for f in export[args[0]] %}{{ f.start_time }} {{ f.end_time }} {{ f.file }}\n{% else %}nothing\n{% endfor %}";

async function apply({ fs }: ExportScratch, text: string): Promise<void> {
  await applyResources(fs, readResources([{ file: "a.yaml", text }]));
}

async function textIn({ lake }: ExportScratch, path: string): Promise<string> {
  return (await Deno.readTextFile(`${lake}/${path}`)).replaceAll(HINT, "");
}

const PAGES = { pages: "/Template/site/pages/*" };

Deno.test("pages are written beside tables, and have their files with their times", async () => {
  await using scratch = await exportScratch();
  await apply(scratch, site(LIST));
  const { report, told } = await scratch.run(PAGES);
  assertEquals(told, [
    "new /a.csv",
    "new /b.csv",
    "new /Template/site/pages/a.md",
    "new /Template/site/pages/b.md",
  ]);
  assertEquals([report.files, report.rows], [8, 8]);
  const [december, january, february, march] = [
    Date.UTC(2025, 11),
    Date.UTC(2026, 0),
    Date.UTC(2026, 1),
    Date.UTC(2026, 2),
  ].map((ms) => ms / 1000);
  assertEquals(
    await textIn(scratch, "a.md"),
    [
      `${december} ${january} year=2025/month=12/a.csv.parquet`,
      `${january} ${february} year=2026/month=1/a.csv.parquet`,
      `${february} ${march} year=2026/month=2/a.csv.parquet`,
      "",
    ].join("\n"),
  );
  // Who only reads it sees that nothing is exported.
  const read = await scratch.fs.readFile("/Template/site/pages/a.md");
  assertEquals(new TextDecoder().decode(read), "nothing\n");
});

Deno.test("a second export of pages writes nothing; after a change, the pages that name what has changed", async () => {
  await using scratch = await exportScratch();
  await apply(scratch, site(LIST));
  await scratch.run(PAGES);
  const before = await scratch.files();
  const again = await scratch.run(PAGES);
  assertEquals([again.report.files, again.report.sources.unchanged], [0, 4]);
  assertEquals(await scratch.files(), before);
  await scratch.fs.updateFile(
    "/a.csv",
    STATION.replace("2026-02-01", "2026-03-01"),
  );
  await scratch.fs.commit();
  const { told } = await scratch.run(PAGES);
  assertEquals(told.toSorted(), [
    "changed /Template/site/pages/a.md",
    "changed /a.csv",
    "unchanged /Template/site/pages/b.md",
    "unchanged /b.csv",
  ]);
  assertStringIncludes(await textIn(scratch, "a.md"), "month=3/a.csv.parquet");
  // Without its table there is no page, and it goes.
  await scratch.fs.delete("/b.csv");
  await scratch.fs.commit();
  const last = await scratch.run(PAGES);
  assertEquals(last.told.toSorted(), [
    "deleted /Template/site/pages/b.md",
    "deleted /b.csv",
    "unchanged /Template/site/pages/a.md",
    "unchanged /a.csv",
  ]);
  assertEquals([...(await scratch.files()).keys()].includes("b.md"), false);
});

Deno.test("a page in a directory names files from there; one that fails leaves the others", async () => {
  await using scratch = await exportScratch();
  const template =
    '{% if args[0] == "b" %}{{ nowhere }}{% endif %}{{ export[args[0]][0].file }}';
  await apply(scratch, site(template, "sub/$0.md"));
  const { report, sources, told } = await scratch.run({
    pages: "/Template/site/pages/**",
  });
  assertEquals(told.slice(2).sort(), [
    "failed /Template/site/pages/sub/b.md",
    "new /Template/site/pages/sub/a.md",
  ]);
  assertEquals(report.sources.failed, 1);
  assertStringIncludes(
    sources.find(({ outcome }) => outcome === "failed")?.error?.message ?? "",
    "Template/site/pages:1:27: there is no nowhere",
  );
  assertEquals(
    await textIn(scratch, "sub/a.md"),
    "../year=2025/month=12/a.csv.parquet",
  );
});

Deno.test("only what a Template makes is a page, and nothing is written before that is known", async () => {
  await using scratch = await exportScratch();
  await apply(scratch, site("x"));
  for (
    const [pages, code] of [["/a.csv", "INVALID_ARGUMENT"], [
      "/no/*",
      "NOT_FOUND",
    ]] as const
  ) {
    const error = await assertRejects(() => scratch.run({ pages }), PondError);
    assertEquals(error.code, code);
  }
  const planted = site("x", ".pond-export/manifest.json");
  await apply(scratch, planted.replace("/*.csv", "/a.csv"));
  const error = await assertRejects(
    () => scratch.run({ pages: "/Template/site/pages/.p*/*" }),
    PondError,
  );
  assertEquals(error.code, "INVALID_ARGUMENT");
  await assertRejects(() => Deno.stat(scratch.lake), Deno.errors.NotFound);
});

Deno.test("somebody's own page stays; another choice of pages is another export", async () => {
  await using scratch = await exportScratch();
  await apply(scratch, site("x"));
  await Deno.mkdir(scratch.lake);
  await Deno.writeTextFile(`${scratch.lake}/a.md`, "mine");
  const { told } = await scratch.run(PAGES);
  assertEquals(told.filter((it) => it.includes("/a.md")), [
    "failed /Template/site/pages/a.md",
  ]);
  assertEquals(await Deno.readTextFile(`${scratch.lake}/a.md`), "mine");
  const error = await assertRejects(() => scratch.run(), PondError);
  assertStringIncludes(error.message, "with the pages /Template/site/pages/*");
});

/** As JSON, with maps as objects. */
function plain(exported: ExportedFiles): unknown {
  return exported instanceof Map
    ? Object.fromEntries([...exported].map(([name, it]) => [name, plain(it)]))
    : exported;
}

Deno.test("exportedFiles() nests by wildcards, and has the times of partitions", () => {
  const file = (path: string) => ({
    path,
    sha256: "",
    sizeBytes: 1,
    rows: 1,
    changedMs: undefined,
  });
  const at = (iso: string) => Date.parse(iso) / 1000;
  const times = (path: string, by: string[]) => {
    const [first] = exportedFiles(
      [{ captures: [], files: [file(path)] }],
      by,
      "p.md",
    ) as readonly object[];
    return first;
  };
  const nested = exportedFiles(
    [
      {
        captures: ["A", "1h"],
        files: [file("year=2026/x"), file("year=2025/x")],
      },
      { captures: ["A", "2h"], files: [file("year=2026/y")] },
      { captures: ["__proto__", "2h"], files: [] },
    ],
    ["year"],
    "p.md",
  );
  const [y2025, y2026, y2027] = [2025, 2026, 2027].map((year) =>
    Date.UTC(year, 0) / 1000
  );
  assertEquals(
    plain((nested as ReadonlyMap<string, ExportedFiles>).get("A") ?? []),
    {
      "1h": [
        { file: "year=2025/x", start_time: y2025, end_time: y2026 },
        { file: "year=2026/x", start_time: y2026, end_time: y2027 },
      ],
      "2h": [{ file: "year=2026/y", start_time: y2026, end_time: y2027 }],
    },
  );
  assertEquals(times("year=2026/month=12/a", ["year", "month"]), {
    file: "year=2026/month=12/a",
    start_time: at("2026-12-01T00:00:00Z"),
    end_time: at("2027-01-01T00:00:00Z"),
  });
  for (
    const [path, by, start, end] of [
      [
        "year=2024/quarter=4/a",
        ["year", "quarter"],
        "2024-10-01T00:00:00Z",
        "2025-01-01T00:00:00Z",
      ],
      [
        "year=2024/month=2/day=29/a",
        ["year", "month", "day"],
        "2024-02-29T00:00:00Z",
        "2024-03-01T00:00:00Z",
      ],
      [
        "date=2024-02-29/hour=23/a",
        ["date", "hour"],
        "2024-02-29T23:00:00Z",
        "2024-03-01T00:00:00Z",
      ],
      [
        "date=2024-12-31/a",
        ["date"],
        "2024-12-31T00:00:00Z",
        "2025-01-01T00:00:00Z",
      ],
      [
        "site=B/year=1/a",
        ["site", "year"],
        "0001-01-01T00:00:00Z",
        "0002-01-01T00:00:00Z",
      ],
    ] as const
  ) {
    assertEquals(times(path, [...by]), {
      file: path,
      start_time: at(start),
      end_time: at(end),
    });
  }
  for (
    const [path, by] of [["a", []], ["month=2/a", ["month"]], [
      "year=__HIVE_DEFAULT_PARTITION__/a",
      ["year"],
    ], ["v=3/a", ["v"]]] as const
  ) {
    assertEquals(times(path, [...by]), { file: path });
  }
});
