import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
} from "@std/assert";
import { createHash } from "node:crypto";
import type { Bytes } from "../../src/bytes.ts";
import { PondError } from "../../src/errors.ts";
import {
  migrate,
  type MigrateOptions,
  type MigrateReport,
} from "../../src/migrate/mod.ts";
import { readResources, runResources } from "../../src/pipeline/mod.ts";
import type { Pond } from "../../src/pond.ts";
import { type ScratchPond, scratchPond } from "../pipeline/scratch.ts";
import { fakeHydroVu, steadyReadings } from "../support/fake_hydrovu.ts";
import {
  float64,
  floatMap,
  int64,
  parquet,
  type PocColumn,
  PocPond,
  readings,
  structList,
  textList,
  utf8,
} from "../support/poc_pond.ts";
import {
  FIELD,
  JOINED,
  NOYO,
  samplePond,
  SECRETS,
  START_S,
  writeFiles,
} from "./support.ts";

/** A pond, and an old one beside it. */
async function scratch(old: ReadonlyMap<string, Uint8Array>) {
  await using stack = new AsyncDisposableStack();
  const pond = stack.use(await scratchPond());
  const source = pond.temp.join("old");
  await Deno.mkdir(source);
  await writeFiles(source, old);
  const all = stack.move();
  return {
    ...pond,
    source,
    run: (options?: MigrateOptions) =>
      migrate(pond.pond, pond.host, source, options),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Where entries of the sample are now. */
function placeOf(path: string): string {
  const moved = path.replace(NOYO, "noyo").replace(JOINED, "joined")
    .replace(FIELD, "field");
  const isOld = path === "/Pond" || path === "/Inbox/Inbox" ||
    path.startsWith("/Combine/");
  return isOld ? `/.pond/migrated${moved}` : moved;
}

/** The bytes of all versions of a file, oldest first. */
async function versionsIn(pond: Pond, path: string): Promise<Bytes[]> {
  const isSeries = await pond.seriesMark(path) !== undefined;
  const found: Bytes[] = [];
  const all = isSeries ? pond.fileParts(path) : pond.fileVersions(path);
  for await (const { location } of all) {
    found.push(
      location.kind === "inline"
        ? location.bytes
        : await Deno.readFile(location.hostPath),
    );
  }
  return isSeries ? found.reverse() : found;
}

function agrees({ digests }: MigrateReport): boolean {
  return digests.every(({ pond, source }) => pond === source);
}

async function tree({ pond }: ScratchPond): Promise<string[]> {
  const lines: string[] = [];
  for await (const { path } of pond.treeRows()) {
    const info = await pond.directory(
      path.slice(0, path.lastIndexOf("/")) || "/",
    );
    const { type } = await info.get(path.slice(path.lastIndexOf("/") + 1)) ??
      {};
    if (type !== "file") lines.push(`${path} ${type}`);
    else {
      const versions = await versionsIn(pond, path);
      lines.push(`${path} ${versions.map(sha256).join(" ")}`);
    }
  }
  return lines.sort();
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

Deno.test("migrate() gives back every byte of every version", async () => {
  const old = await samplePond();
  await using it = await scratch(old.files);
  const report = await it.run();
  assertEquals([report.damage, report.taken, report.notes], [[], [], []]);
  assertEquals(report.unlisted, []);
  let count = 0;
  for (const [path, versions] of old.versions) {
    if (path === "/HydroVu/HydroVu") {
      assertEquals(report.leftOut, [path]);
      continue;
    }
    assertEquals(await versionsIn(it.pond, placeOf(path)), versions, path);
    count += versions.length;
  }
  assertEquals([report.written, report.counts.versions], [count, count]);
  assertGreater(count, 12);
  assert(agrees(report));
  const latest = await it.pond.readFile("/Inbox/field/notes/latest");
  assertEquals(new TextDecoder().decode(latest), "second\n");
  assert(await it.pond.exists("/bare/within"));
  // The way by the identity is still one.
  assert(await it.pond.exists(`/HydroVu/${NOYO}/data/A-1`));
});

Deno.test("migrate() makes each version of a file one of the pond's", async () => {
  const old = await samplePond();
  await using it = await scratch(old.files);
  await it.run();
  const path = "/Inbox/field/notes/a.txt";
  const found: string[] = [];
  for await (const { version } of it.pond.fileVersions(path)) {
    const at = await it.pond.at(`v${version}`);
    found.push(new TextDecoder().decode(await at.readFile(path)));
  }
  assertEquals(found, ["first\n", "second\n", "second\n"]);
});

Deno.test("migrate() computes the digest of the proof of concept", async () => {
  const old = await new PocPond().data("/b", "bee");
  await old.data("/b", "bees");
  await old.data("/d/a", "ay");
  await old.commit();
  await using it = await scratch(old.files);
  const report = await it.run();
  const hash = () => createHash("sha256");
  const part = (name: string, content: string) => {
    const head = new Uint8Array(9);
    head[7] = content.length;
    head[8] = 4;
    return [name, head, hash().update(content).digest()];
  };
  const of = (parts: (string | Uint8Array)[]) => {
    const whole = hash();
    for (const it of parts) whole.update(it);
    return whole.digest();
  };
  const below = of(part("a", "ay"));
  const root = of([...part("b", "bee"), ...part("b", "bees"), below]);
  assertEquals(report.digests, [
    { path: "/", source: root.toString("hex"), pond: root.toString("hex") },
  ]);
});

Deno.test("migrate() of a backup makes what migrate() of the pond makes", async () => {
  const old = await samplePond();
  await using directory = await scratch(old.files);
  await using bucket = await scratch(old.backup("0123-uuid"));
  const [a, b] = [await directory.run(), await bucket.run()];
  assertEquals(b.damage, []);
  // No batch tells of a directory with nothing in it.
  const told = (await tree(directory)).filter((it) => !it.startsWith("/bare"));
  assertEquals(await tree(bucket), told);
  assert(agrees(b));
  assertEquals(b.resources, a.resources);
  const again = await bucket.run();
  assertEquals([again.written, again.commits], [0, 0]);
  const cache = await bucket.pond.cacheDirectory();
  const names = await Array.fromAsync(Deno.readDir(cache));
  assertEquals(names.filter(({ name }) => name.startsWith("migrate-")), []);
});

Deno.test("migrate() again commits nothing, and a dry run never", async () => {
  const old = await samplePond();
  await using it = await scratch(old.files);
  const before = it.pond.version;
  const dry = await it.run({ dryRun: true });
  assertEquals([it.pond.version, dry.written, dry.commits], [before, 0, 0]);
  assertEquals(dry.digests.filter(({ pond }) => pond !== undefined), []);
  assert(!await it.pond.exists("/.pond"));
  const first = await it.run();
  assertEquals(dry.counts, first.counts);
  assertEquals(dry.resources, first.resources);
  const { version } = it.pond;
  const again = await it.run();
  assertEquals([again.written, again.commits], [0, 0]);
  assertEquals(it.pond.version, version);
  assert(agrees(again));
});

Deno.test("migrate() leaves alone what was changed since, and what others have", async () => {
  const old = await samplePond();
  await using it = await scratch(old.files);
  await it.pond.createDirectory("/HydroVu/noyo", { recursive: true });
  await it.pond.writeFile("/HydroVu/noyo/units", "ours");
  await it.pond.commit();
  const report = await it.run();
  assertEquals(report.taken.map(({ path }) => path), [
    `/HydroVu/${NOYO}/units`,
  ]);
  assert(!agrees(report));
  await it.pond.writeFile("/Inbox/field/notes/empty", "no more");
  await it.pond.updateFile(
    "/.pond/resources/HydroVu/noyo.yaml",
    "kind: HydroVu\nname: noyo\nspec: {key: 'file:/k', secret: 'file:/s', devices: [{id: 1, name: A, scope: V}]}\n",
  );
  await it.pond.commit();
  const { version } = it.pond;
  const again = await it.run();
  assertEquals([again.written, it.pond.version], [0, version]);
  assertEquals(again.taken, report.taken);
  const text = (path: string) => it.pond.readFile(path);
  const decoded = new TextDecoder().decode(await text("/HydroVu/noyo/units"));
  assertEquals(decoded, "ours");
});

Deno.test("one flipped byte is told by path and version, and nothing else is lost", async (t) => {
  const old = await samplePond();
  for (const [file, bytes] of old.files) {
    await t.step(file, async () => {
      const flipped = new Map(old.files);
      const damaged = bytes.slice();
      // Nobody can tell an empty file from another one.
      if (damaged.length === 0) return;
      const at = damaged.length >> 1;
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      flipped.set(file, damaged);
      await using it = await scratch(flipped);
      const report = await it.run();
      const [, directory = "", prefix = "", number = ""] =
        /^(.*\/)?([^/]+)\.(\d+)\.\w+$/.exec(file) ?? [];
      const isListing = prefix === "dir";
      const path = isListing
        ? `/${directory}`.replace(/(.)\/$/, "$1")
        : `/${directory}${prefix}`;
      const told = report.damage.filter((it) =>
        it.path === path && it.version === Number(number)
      );
      if (path === "/") {
        // Nobody says what a listing of the root has to be: where the newest is
        // another, it is what it lists that seems so. Older ones aren't needed.
        const isNewest = Number(number) === 6;
        assertEquals(report.damage.length > 0, isNewest);
      } else assertGreater(told.length, 0, JSON.stringify(report.damage));
      for (const [path, versions] of old.versions) {
        if (report.leftOut.includes(path)) continue;
        const lost = path === `/${directory}${prefix}` && !isListing
          ? Number(number)
          : 0;
        const sound = versions.filter((_, i) => i + 1 !== lost);
        const place = placeOf(path);
        const found = await it.pond.exists(place)
          ? await versionsIn(it.pond, place)
          : [];
        assertEquals(found, sound, path);
      }
      const isLink = `/${directory}` === `/Inbox/${FIELD}/notes/` && isListing;
      const link = "/Inbox/field/notes/latest";
      if (!isLink) assert(await it.pond.exists(link), link);
    });
  }
});

Deno.test("with strict, damage ends migrate() before anything is changed", async () => {
  const old = await samplePond();
  const path = `Inbox/${FIELD}/notes/a.txt.2.data`;
  await using it = await scratch(
    new Map(old.files).set(path, new TextEncoder().encode("secOnd\n")),
  );
  const before = it.pond.version;
  const error = await assertRejects(
    () => it.run({ strict: true }),
    PondError,
    `/Inbox/${FIELD}/notes/a.txt, version 2: its SHA-256 is`,
  );
  assertEquals([error.code, it.pond.version], ["INTEGRITY", before]);
});

Deno.test("collecting goes on where the proof of concept stopped", async () => {
  const old = await samplePond();
  await using it = await scratch(old.files);
  await it.run();
  await using fake = fakeHydroVu({ credentials: SECRETS });
  it.env.set("HYDRO_KEY_ID", SECRETS[0]);
  it.env.set("HYDRO_KEY_VALUE", SECRETS[1]);
  it.env.set("HYDROVU_BASE_URL", fake.url);
  const value = (i: number) => i + 1;
  const steady = { start: START_S, step: 3600, count: 8, value };
  fake.locations.set(1, [steadyReadings("1", "1", steady)]);
  fake.locations.set(4990594334457856, []);
  fake.parameters["1"] = "Temperature";
  fake.units["1"] = "C";
  const reports = await Array.fromAsync(
    runResources(it.pond, it.host, { names: ["HydroVu"] }),
  );
  const [{ items: [a] = [] } = {}] = reports;
  assertEquals([a?.status, a?.rows], ["updated", 3]);
  const last = START_S + 14_400;
  assert(
    fake.requests.some((it) => it.includes(`/1/data?startTime=${last + 1}`)),
  );
  const rows = await it.pond.query(
    `SELECT typeof("Timestamp") AS type, epoch("Timestamp")::BIGINT AS s,
       "Vulink.Temperature.C" AS t
     FROM '/HydroVu/noyo/data/A-*' ORDER BY 2`,
  ).rows();
  assertEquals(
    rows.map(({ s, t, type }) => [type, Number(s) - START_S, t]),
    [1, 2, 3, 4, null, 6, 7, 8].map((
      t,
      i,
    ) => ["TIMESTAMP WITH TIME ZONE", i * 3600, t]),
  );
  const later = await it.pond.query(
    `SELECT count(*)::INT AS n FROM '/HydroVu/noyo/data/A-1'
     WHERE "Timestamp" > TIMESTAMPTZ '2026-01-01 03:30:00Z'`,
  ).rows();
  assertEquals(later, [{ n: 4 }]);
  // The migration is still whole, and has nothing to do.
  const again = await it.run();
  assertEquals([again.written, again.commits, agrees(again)], [0, 0, true]);
  assertEquals(again.taken, []);
});

Deno.test("a series of seconds unites with one of times", async () => {
  const old = new PocPond();
  await old.series("/s/a", readings(START_S, [1, 2]));
  await (await old.series("/s/b", readings(START_S, [3]))).commit();
  await using it = await scratch(old.files);
  await it.run();
  await it.pond.appendToSeries(
    "/s/b",
    readings(START_S + 7200, [4]),
    { of: "rows", seconds: "Timestamp" },
  );
  await it.pond.commit();
  const rows = await it.pond.query(
    `SELECT filename, max("Timestamp")::VARCHAR AS t, count(*)::INT AS n
     FROM '/s/*' GROUP BY ALL ORDER BY ALL`,
  ).rows();
  assertEquals(rows.map(({ filename, n }) => [filename, n]), [
    ["/s/a", 2],
    ["/s/b", 2],
  ]);
  const mark = await it.pond.seriesMark("/s/a");
  assertEquals([mark?.verbatim, mark?.state], [true, { number: 1 }]);
  assertEquals(mark?.whole, {
    sizeBytes: readings(START_S, [1, 2]).length,
    rows: 2,
    fromUs: START_S * 1e6,
    toUs: (START_S + 3600) * 1e6,
  });
});

Deno.test("parts of series that are no tables of times are kept, and told", async () => {
  const old = new PocPond();
  await old.series("/s/broken", new TextEncoder().encode("PAR1 no more"));
  await old.series("/s/timeless", parquet([float64("x", 1)]));
  await old.series(
    "/s/far",
    parquet([int64("Timestamp", START_S, 4e15), float64("x", 1, 2)]),
  );
  await old.series("/s/milli", parquet([int64("Timestamp", 2e13)]));
  await old.commit();
  await using it = await scratch(old.files);
  const report = await it.run();
  assertEquals(
    report.notes.map(({ path, version }) => [path, version]),
    [["/s/broken", 1], ["/s/far", 1], ["/s/milli", 1], ["/s/timeless", 1]],
  );
  for (const [path, versions] of old.versions) {
    assertEquals(await versionsIn(it.pond, path), versions, path);
  }
  assert(agrees(report));
});

Deno.test("secrets stay in the old pond", async () => {
  const old = new PocPond();
  for (
    const [name, ...pair] of [["one", ...SECRETS], [
      "two",
      "an0ther",
      "m0re secret",
    ]]
  ) {
    const [key, secret] = pair;
    await old.resource(
      { kind: "HydroVu", name: name ?? "", uuid: `u-${name}` },
      [
        utf8("key", key),
        utf8("secret", secret),
      ],
    );
  }
  const bucket = ["bucket", "region", "endpoint"].map((it) =>
    utf8(it, "https://b")
  );
  await old.resource({ kind: "Backup", name: "cloud", uuid: "u-cloud" }, [
    ...bucket,
    utf8("key", "k3y of cloud"),
    utf8("secret", "s3cret of cloud"),
  ]);
  await old.resource({
    kind: "Observable",
    name: "page",
    uuid: "u-page",
    desc: "with s3cret of cloud",
  }, [utf8("api_token", "t0ken of page")]);
  await old.definition("/Derive/u/leaky", [
    utf8("query", "SELECT 's3cret of cloud'"),
  ]);
  // Nobody can tell what is in it.
  await old.definition(
    "/Derive/u/unreadable",
    new TextEncoder().encode("PAR0, and s3cret of cloud"),
  );
  // As a copy of another pond has them.
  await old.table(
    "/Copy/u-copy/HydroVu/HydroVu",
    parquet([utf8("key", SECRETS[0]), utf8("uuid", "x")]),
  );
  await old.commit();
  await using it = await scratch(old.files);
  const report = await it.run();
  assertEquals(report.secrets.map(({ variable }) => variable), [
    "HYDRO_KEY_ID_ONE",
    "HYDRO_KEY_VALUE_ONE",
    "HYDRO_KEY_ID_TWO",
    "HYDRO_KEY_VALUE_TWO",
    "BACKUP_CLOUD_KEY",
    "BACKUP_CLOUD_SECRET",
    "OBSERVABLE_PAGE_API_TOKEN",
  ]);
  assertEquals(report.leftOut.toSorted(), [
    "/Backup/Backup",
    "/Copy/u-copy/HydroVu/HydroVu",
    "/Derive/u/leaky",
    "/Derive/u/unreadable",
    "/HydroVu/HydroVu",
    "/Observable/Observable",
    // A description has one in it.
    "/Pond",
  ]);
  const secrets = [...SECRETS, "an0ther", "m0re secret", "k3y of cloud"]
    .concat("s3cret of cloud", "t0ken of page");
  const texts = [JSON.stringify(report)];
  for await (const { fileType, path } of it.pond.treeRows()) {
    if (fileType !== "file") continue;
    texts.push(new TextDecoder("latin1").decode(await it.pond.readFile(path)));
  }
  assertGreater(texts.length, 2);
  for (const secret of secrets) {
    assertEquals(texts.filter((text) => text.includes(secret)), []);
  }
});

Deno.test("a secret inside of a field, or in the metadata, is left behind with all of it", async () => {
  const old = new PocPond();
  await old.resource({ kind: "Observable", name: "page", uuid: "u-page" }, [
    structList("sites", [utf8("url"), utf8("token")], [
      { url: "https://a", token: "deep-t0ken-of-page" },
    ]),
  ]);
  await old.resource({
    kind: "Inbox",
    name: "field",
    uuid: "u-in",
    metadata: { password: "metadata-passw0rd" },
  }, [utf8("pattern", "/var/*")]);
  await old.commit();
  await using it = await scratch(old.files);
  const report = await it.run();
  assertEquals(report.resources.map(({ name, status }) => [name, status]), [
    ["page", "refused"],
    ["field", "refused"],
  ]);
  assertEquals(report.leftOut.toSorted(), ["/Observable/Observable", "/Pond"]);
  assert(!JSON.stringify(report).includes("0ken-of-page"));
  assert(!JSON.stringify(report).includes("passw0rd"));
});

Deno.test("kinds that don't run are kept as files", async () => {
  const old = new PocPond();
  const bucket = ["bucket", "region", "endpoint", "key", "secret"];
  await old.resource(
    { kind: "Backup", name: "cloud", uuid: "u-cloud" },
    bucket.map((field) => utf8(field, `https://${field}`)),
  );
  await old.resource({ kind: "Observable", name: "page", uuid: "u-page" }, [
    utf8("title", "Noyo"),
  ]);
  await old.resource({ kind: "Inbox", name: "relative", uuid: "u-in" }, [
    utf8("pattern", "var/*"),
  ]);
  await old.resource({ kind: "Inbox", name: "../up", uuid: "u-up" }, [
    utf8("pattern", "/var/*"),
  ]);
  await old.commit();
  await using it = await scratch(old.files);
  const { resources } = await it.run();
  assertEquals(resources.map(({ name, status }) => [name, status]), [
    ["cloud", "kept"],
    ["page", "kept"],
    ["relative", "kept"],
    ["../up", "refused"],
  ]);
  const [cloud] = resources;
  assert(cloud?.problem?.includes("pond backup add"), cloud?.problem);
  const path = "/.pond/migrated/resources/Observable/page.yaml";
  const text = new TextDecoder().decode(await it.pond.readFile(path));
  assert(text.includes("  title: Noyo\n"), text);
  assert(!await it.pond.exists("/.pond/resources"));
});

Deno.test("resources of every kind are what pond apply takes", async () => {
  const old = new PocPond();
  const add = (kind: string, ...spec: PocColumn[]) =>
    old.resource({ kind, name: kind.toLowerCase(), uuid: `u-${kind}` }, spec);
  await add(
    "Derive",
    structList(
      "collections",
      [utf8("pattern"), utf8("name"), utf8("query")],
      [{ pattern: "/In/*", name: "csv", query: "FROM read_csv('$1')" }],
    ),
  );
  await add(
    "Combine",
    structList("scopes", [
      utf8("name"),
      structList("series", [utf8("pattern")]),
      textList("columns"),
    ], [{ name: "all", series: [{ pattern: "/a*" }], columns: null }]),
  );
  await add(
    "Template",
    structList(
      "collections",
      ["name", "in_pattern", "out_pattern", "template", "template_file"].map(
        (it) => utf8(it),
      ),
      [{
        name: "pages",
        in_pattern: "/a*",
        out_pattern: "$0.md",
        template: "# {{ args[0] }}\n",
        template_file: null,
      }],
    ),
  );
  await add(
    "Reduce",
    structList(
      "collections",
      [
        utf8("name"),
        textList("resolutions"),
        structList("datasets", [
          utf8("in_pattern"),
          utf8("out_pattern"),
          textList("columns"),
        ]),
      ],
      [{
        name: "down",
        resolutions: ["1h", "24h"],
        datasets: [{ in_pattern: "/a*", out_pattern: "x=$0", columns: ["*"] }],
      }],
    ),
  );
  await add(
    "Scribble",
    int64("count_min", 1),
    int64("count_max", 3),
    floatMap("probs", [["tree", 0.1], ["data", 0.9]]),
  );
  await add("Inbox", utf8("pattern", "/var/*.csv"));
  await old.commit();
  await using it = await scratch(old.files);
  const { resources } = await it.run();
  assertEquals(resources.length, 6);
  const specs: unknown[] = [];
  for (const { path = "" } of resources) {
    const text = new TextDecoder().decode(await it.pond.readFile(path));
    specs.push(
      ...readResources([{ file: path, text }]).map(({ spec }) => spec),
    );
  }
  assertEquals(specs, [
    {
      collections: [
        { pattern: "/In/*", name: "csv", query: "FROM read_csv('$1')" },
      ],
    },
    { scopes: [{ name: "all", series: [{ pattern: "/a*" }] }] },
    {
      collections: [{
        name: "pages",
        in_pattern: "/a*",
        out_pattern: "$0.md",
        template: "# {{ args[0] }}\n",
      }],
    },
    {
      collections: [{
        name: "down",
        resolutions: ["1h", "24h"],
        datasets: [{ in_pattern: "/a*", out_pattern: "x=$0", columns: ["*"] }],
      }],
    },
    { count_min: 1, count_max: 3, probs: { tree: 0.1, data: 0.9 } },
    { pattern: "/var/*.csv" },
  ]);
});

Deno.test("an Inbox goes on with the files that it had", async () => {
  await using pond = await scratchPond();
  const field = pond.temp.join("field");
  await writeFiles(
    field,
    new Map([["a/b.txt", new TextEncoder().encode("b")]]),
  );
  const old = new PocPond();
  await old.resource({ kind: "Inbox", name: "field", uuid: FIELD }, [
    utf8("pattern", `${field}/**`),
  ]);
  await (await old.data(`/Inbox/${FIELD}/a/b.txt`, "b")).commit();
  await writeFiles(pond.temp.join("old"), old.files);
  const source = pond.temp.join("old");
  await migrate(pond.pond, pond.host, source);
  const run = async () =>
    (await Array.fromAsync(runResources(pond.pond, pond.host)))
      .flatMap(({ items }) => items.map(({ status }) => status));
  assertEquals(await run(), ["unchanged"]);
  const path = "/Inbox/field/a/b.txt";
  assertEquals((await versionsIn(pond.pond, path)).map(sha256), [
    sha256(new TextEncoder().encode("b")),
  ]);
  await Deno.writeTextFile(`${field}/a/b.txt`, "bee");
  assertEquals(await run(), ["updated"]);
  assertEquals(new TextDecoder().decode(await pond.pond.readFile(path)), "bee");
  const again = await migrate(pond.pond, pond.host, source);
  assertEquals([again.written, again.taken, agrees(again)], [0, [], true]);
});

Deno.test("a hostile source is told, and nothing outside of it is read", async () => {
  const old = new PocPond();
  await old.data("/fine", "fine");
  await old.data("/late", "x");
  await old.data("/linked", "y");
  old.row("", { prefix: "../outside" });
  old.row("", { prefix: "/etc/passwd" });
  old.row("", { prefix: ".." });
  old.row("", { prefix: "" });
  old.row("", { prefix: "nul\0" });
  old.row("", { prefix: "odd", ftype: 9 });
  old.row("", { prefix: "late", number: 3, sha256: "1".repeat(64) });
  old.row("", { prefix: "huge", size: 2 ** 50 });
  old.row("", { prefix: "nowhere", ftype: 1 });
  old.row("", { prefix: "fine", ftype: 3, number: 2 });
  old.symlink("/leaves", "../outside");
  old.symlink("/absolute", "/etc/passwd");
  old.symlink("/round", "about");
  old.symlink("/about", "round");
  await old.data("/tab\there", "z");
  await old.data("/.pond/config.yaml", "author: mallory\n");
  await old.commit();
  await using it = await scratch(old.files);
  const outside = it.temp.join("outside");
  await Deno.writeTextFile(outside, "y");
  await Deno.remove(`${it.source}/linked.1.data`);
  await Deno.symlink(outside, `${it.source}/linked.1.data`);
  await Deno.symlink("..", `${it.source}/up`);
  const report = await it.run();
  const told = report.damage.map(({ path, problem, version }) =>
    `${path} ${version ?? "-"} ${problem}`
  ).sort();
  assertEquals(
    told,
    [
      '/ - an entry is called "../outside": it leads elsewhere',
      '/ - an entry is called "..": it stands for a directory',
      '/ - an entry is called "/etc/passwd": it leads elsewhere',
      '/ - an entry is called "": it stands for a directory',
      '/ - an entry is called "nul\\u0000": it contains NUL',
      '/absolute - it is a symlink to "/etc/passwd": it leads elsewhere',
      "/fine 2 it is of the type 3, and earlier of 4",
      "/huge 1 its file is missing",
      "/late 2 it is listed nowhere",
      "/late 3 its file is missing",
      '/leaves - it is a symlink to "../outside": it leads elsewhere',
      "/linked 1 its file is missing",
      "/linked.1.data - it is a symbolic link of the host, and not followed",
      "/nowhere - its directory is missing",
      "/odd 1 it is of the type 9, which there is not",
      "/up - it is a symbolic link of the host, and not followed",
    ].sort(),
  );
  const paths: string[] = [];
  for await (const { path } of it.pond.treeRows()) paths.push(path);
  assertEquals(paths.sort(), [
    "/.pond",
    "/.pond/migrated",
    "/.pond/migrated/.pond",
    "/.pond/migrated/.pond/config.yaml",
    "/about",
    "/fine",
    "/late",
    "/round",
    "/tab\there",
  ]);
});

Deno.test("migrate() refuses what is no pond of the proof of concept", async () => {
  await using it = await scratch(new Map());
  const code = async (from: string) =>
    (await assertRejects(() => migrate(it.pond, it.host, from), PondError))
      .code;
  assertEquals(await code(it.source), "NOT_FOUND");
  assertEquals(await code(it.temp.join("missing")), "NOT_FOUND");
  await Deno.writeTextFile(it.temp.join("file"), "");
  assertEquals(await code(it.temp.join("file")), "NOT_A_DIRECTORY");
  const backup = await (await new PocPond().data("/a", "b")).commit();
  for (const uuid of ["one", "two"]) {
    await writeFiles(it.source, backup.backup(uuid));
  }
  assertEquals(await code(it.source), "INVALID_ARGUMENT");
  const one = await migrate(it.pond, it.host, `${it.source}/one`);
  assertEquals(one.written, 1);
});

Deno.test("damage of a backup is told", async () => {
  const old = await samplePond();
  const files = new Map(old.backup("u"));
  const [asset = ""] = [...files.keys()].filter((it) => it.includes("asset"));
  files.set(asset, files.get(asset)?.toReversed() ?? new Uint8Array());
  files.delete("u/3");
  files.set("u/4", new Uint8Array(10));
  files.set("u/POND", new Uint8Array(10));
  files.set("u/99x", new Uint8Array());
  await using it = await scratch(files);
  const report = await it.run();
  const told = report.damage.map(({ path, version }) =>
    [path, version ?? 0].join(" ")
  );
  const data = `/HydroVu/${NOYO}/data/A-1`;
  assertEquals(
    told.filter((it) => !it.startsWith("/HydroVu")).sort(),
    ["POND 0", `/Inbox/${FIELD}/large.bin 1`, "batch 3 0", "batch 4 0"].sort(),
  );
  assert(!told.includes(data));
  assertEquals(report.unlisted, ["99x"]);
  assert(await it.pond.exists("/Inbox/field/notes/a.txt"));
});
