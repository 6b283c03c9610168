import {
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import { sha256Hex } from "../../src/bytes.ts";
import {
  applyResources,
  originsOf,
  readResources,
  type RunItem,
  runResources,
} from "../../src/pipeline/mod.ts";
import {
  fakeHydroVu,
  type FakeHydroVuOptions,
  type FakeParameter,
  steadyReadings,
} from "../support/fake_hydrovu.ts";
import { openPond } from "../../src/pond.ts";
import { NOW_MS, type ScratchPond, scratchPond } from "./scratch.ts";

const KEY = "client one";
const SECRET = "5ecret/of+one%";
const HOUR_S = 3600;
const START_S = Date.UTC(2026, 0, 1) / 1000;

const YAML = `kind: HydroVu
name: noyo
spec:
  key: "\${env:HYDRO_KEY_ID}"
  secret: "\${env:HYDRO_KEY_VALUE}"
  devices:
  - {id: 1, name: A, scope: Vulink}
  - {id: 2, name: B, scope: AT500}
`;

/** A pond with the resource, and a server with two devices. */
async function scratch(options: FakeHydroVuOptions = {}, yaml = YAML) {
  await using stack = new AsyncDisposableStack();
  const fake = stack.use(
    fakeHydroVu({ credentials: [KEY, SECRET], ...options }),
  );
  const pond = stack.use(await scratchPond());
  pond.env.set("HYDRO_KEY_ID", KEY);
  pond.env.set("HYDRO_KEY_VALUE", SECRET);
  pond.env.set("HYDROVU_BASE_URL", fake.url);
  const resources = readResources([{ file: "a.yaml", text: yaml }]);
  await applyResources(pond.pond, resources);
  fake.locations.set(1, [hourly("1", 48), hourly("2", 48)]);
  fake.locations.set(2, [hourly("1", 24)]);
  const all = stack.move();
  return {
    fake,
    ...pond,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function hourly(id: string, count: number, start = START_S): FakeParameter {
  const value = (i: number) => i + 0.25;
  return steadyReadings(id, id, { start, step: HOUR_S, count, value });
}

async function run({ host, pond }: ScratchPond) {
  const [report, ...others] = await Array.fromAsync(runResources(pond, host));
  assertEquals(others, []);
  if (report === undefined) throw new TypeError("no report");
  return report;
}

function told(items: readonly RunItem[]) {
  return items.map(({ rows, status }) => [status, rows]);
}

async function rowsOf({ pond }: ScratchPond, sql: string) {
  return await pond.query(sql).rows();
}

const A = "/HydroVu/noyo/data/A-1";
const B = "/HydroVu/noyo/data/B-2";
const ASIDE_A = "/HydroVu/noyo/aside/A-1.jsonl";

Deno.test("HydroVu: readings become series, and nothing new is no commit", async () => {
  await using it = await scratch({ pageRows: 10 });
  const first = await run(it);
  assertEquals(told(first.items), [["created", 48], ["created", 24]]);
  assertEquals(first.commit?.version, 2);
  assertEquals(
    await rowsOf(
      it,
      `SELECT count(*) n, min(Timestamp)::VARCHAR a, max(epoch(Timestamp))::BIGINT b,
        sum("Vulink.Temperature.C") t, sum("Vulink.Level.m") l FROM '${A}'`,
    ),
    [{
      n: 48n,
      a: "2026-01-01 00:00:00+00",
      b: BigInt(START_S + 47 * HOUR_S),
      t: 1140,
      l: 1140,
    }],
  );
  const again = await run(it);
  assertEquals(told(again.items), [["unchanged", 0], ["unchanged", 0]]);
  assertEquals([again.commit, it.pond.version], [undefined, 2]);
  assertEquals(
    it.fake.requests.at(-1),
    `GET /public-api/v1/locations/2/data?startTime=${
      START_S + 23 * HOUR_S + 1
    }`,
  );
  it.fake.locations.set(2, [hourly("1", 30)]);
  const third = await run(it);
  assertEquals(told(third.items), [["unchanged", 0], ["updated", 6]]);
  const types = await rowsOf(it, `SELECT typeof(Timestamp) t FROM '${B}'`);
  assertEquals(types.length, 30);
  assertEquals(types[0], { t: "TIMESTAMP WITH TIME ZONE" });
});

Deno.test("HydroVu: a failure on page two leaves no trace of its device, and the other's data", async () => {
  await using it = await scratch({ pageRows: 10 });
  it.fake.misbehave = ({ location, page }) =>
    location === 1 && page === 1
      ? new Response("no", { status: 500 })
      : undefined;
  const report = await run(it);
  assertEquals(told(report.items), [["failed", undefined], ["created", 24]]);
  assertEquals(report.items[0]?.error?.code, "NETWORK");
  assertEquals(await it.pond.exists(A), false);
  it.fake.misbehave = ({ page }) =>
    page === 1 ? new Response("no", { status: 500 }) : undefined;
  it.fake.locations.set(2, [hourly("1", 48)]);
  const failed = await run(it);
  assertEquals(told(failed.items).map(([status]) => status), [
    "failed",
    "failed",
  ]);
  assertEquals(failed.commit, undefined);
  it.fake.misbehave = undefined;
  assertEquals(told((await run(it)).items), [["created", 48], ["updated", 24]]);
});

Deno.test("HydroVu: requests that failed are made again, later each time, at random", async () => {
  await using it = await scratch();
  it.fake.misbehave = ({ number }) =>
    number <= 3 ? new Response("no", { status: 503 }) : undefined;
  assertEquals(told((await run(it)).items)[0], ["created", 48]);
  assertEquals(it.clock.sleeps.length, 3);
  for (const [i, slept] of it.clock.sleeps.entries()) {
    assertLessOrEqual(slept, 1000 * 2 ** i);
  }
});

Deno.test("HydroVu: who is told to wait does, as long as the server says", async () => {
  await using it = await scratch();
  const until = new Date(NOW_MS + 100_000).toUTCString();
  const headers: HeadersInit[] = [
    { "retry-after": "7" },
    { "x-isi-requests-timeout": "31" },
    { "retry-after": until },
  ];
  it.fake.misbehave = ({ number }) => {
    const header = headers[number - 1];
    return header && new Response("slow", { status: 429, headers: header });
  };
  assertEquals(told((await run(it)).items)[0], ["created", 48]);
  const [first = 0, second = 0, third = 0] = it.clock.sleeps;
  assertEquals(it.clock.sleeps.length, 3);
  assertGreaterOrEqual(first, 7000);
  assertLessOrEqual(first, 7500);
  assertGreaterOrEqual(second, 31_000);
  assertGreater(third, 100_000 - first - second - 1);
});

Deno.test("HydroVu: a token that has ended is asked for anew", async () => {
  await using it = await scratch({ pageRows: 10, tokenUses: 3 });
  assertEquals(told((await run(it)).items), [["created", 48], ["created", 24]]);
  assertGreater(it.fake.tokens, 2);
});

Deno.test("HydroVu: wrong credentials fail, and are not shown", async () => {
  await using it = await scratch();
  it.env.set("HYDRO_KEY_VALUE", "wr0ng-secret");
  const report = await run(it);
  assertEquals(report.error?.code, "NETWORK");
  assertEquals(Deno.inspect(report).includes("wr0ng-secret"), false);
  it.env.delete("HYDRO_KEY_VALUE");
  const missing = await run(it);
  assertEquals(
    missing.error?.message,
    "Cannot use spec.secret of HydroVu/noyo: the environment variable HYDRO_KEY_VALUE isn't set",
  );
});

Deno.test("HydroVu: parameters come and go, and columns are united", async () => {
  await using it = await scratch({ pageRows: 10 });
  const late = hourly("density", 10, START_S + 20 * HOUR_S);
  it.fake.locations.set(1, [hourly("1", 24), { ...late, unitId: "9" }]);
  await run(it);
  it.fake.locations.set(1, [
    hourly("1", 24),
    hourly("2", 10, START_S + 40 * HOUR_S),
  ]);
  await run(it);
  assertEquals(
    await rowsOf(
      it,
      `SELECT count(*) n, count("Vulink.Temperature.C") t, count("Vulink.Level.m") l,
        count("Vulink.Density.9") d, count(Timestamp) s FROM '${A}'`,
    ),
    // The unit 9 has no name.
    [{ n: 40n, t: 24n, l: 10n, d: 10n, s: 40n }],
  );
});

Deno.test("HydroVu: times that can't be and second readings are set aside, once", async () => {
  await using it = await scratch();
  const now = NOW_MS / 1000;
  const at = (timestamp: number, value: number) => ({ timestamp, value });
  const parameter = (readings: FakeParameter["readings"]): FakeParameter => ({
    parameterId: "1",
    unitId: "1",
    readings,
  });
  // Two pages that overlap, a clock that was not set, one that is ahead.
  it.fake.pages.set(1, [
    [parameter([at(100, 1), at(START_S, 2), at(START_S + 60, 3)])],
    [parameter([at(START_S + 60, 3), at(START_S + 120, 4), at(now + 9999, 5)])],
    [],
  ]);
  const report = await run(it);
  assertEquals(told(report.items), [["created", 3], ["created", 24]]);
  assertEquals([...report.items[0]?.setAside ?? []].sort(), [
    ["clock", 2],
    ["duplicate", 1],
  ]);
  const query = `SELECT reason, value FROM '${ASIDE_A}' ORDER BY value`;
  const aside = [
    { reason: "clock", value: 1 },
    { reason: "duplicate", value: 3 },
    { reason: "clock", value: 5 },
  ];
  assertEquals(
    (await rowsOf(it, query)).map((row) => ({
      ...row,
      value: Number(row.value),
    })),
    aside,
  );
  // The same again: rows that are there already are early now.
  const again = await run(it);
  assertEquals(told(again.items)[0], ["unchanged", 0]);
  const third = await run(it);
  assertEquals(third.commit, undefined);
  // The time that was ahead has come.
  it.clock.ms += 10_000_000;
  assertEquals(told((await run(it)).items)[0], ["updated", 1]);
});

Deno.test("HydroVu: a device without readings, and one that is not active, are no trouble", async () => {
  const yaml = YAML.replace("scope: AT500", "scope: AT500, active: false");
  await using it = await scratch({}, yaml);
  it.fake.locations.set(1, []);
  const report = await run(it);
  assertEquals(told(report.items), [["unchanged", 0], ["skipped", undefined]]);
  assertEquals(report.commit, undefined);
  it.fake.locations.delete(1);
  const gone = await run(it);
  assertEquals(
    gone.items[0]?.error?.message.includes("no such location"),
    true,
  );
});

Deno.test("HydroVu: what can't be understood is told, and nothing is kept", async () => {
  await using it = await scratch();
  const answers = [
    "<html>",
    "[]",
    '{"parameters":{}}',
    '{"parameters":[{"parameterId":"1","unitId":"1","readings":[{"timestamp":"x","value":1}]}]}',
  ];
  for (const answer of answers) {
    it.fake.misbehave = ({ location }) =>
      location === 1 ? new Response(answer) : undefined;
    const [item] = (await run(it)).items;
    assertEquals([item?.status, item?.error?.code], ["failed", "NETWORK"]);
  }
  it.fake.misbehave = ({ page }) =>
    Response.json({ parameters: [] }, {
      headers: { "x-isi-next-page": String(page === 0 ? 7 : 7) },
    });
  const [item] = (await run(it)).items;
  assertEquals(item?.error?.message.includes("in a circle"), true);
  assertEquals(await it.pond.exists(A), false);
});

Deno.test("HydroVu: what is too much for memory is several parts, all of them or none", async () => {
  await using it = await scratch({ pageRows: 50_000 });
  it.fake.steady.set(1, {
    start: Date.UTC(2024, 0, 1) / 1000,
    step: 60,
    count: 600_000,
    ids: ["1"],
    value: (i) => i,
  });
  it.fake.misbehave = ({ location, page }) =>
    location === 1 && page === 11
      ? new Response("no", { status: 400 })
      : undefined;
  assertEquals(told((await run(it)).items)[0], ["failed", undefined]);
  assertEquals(await it.pond.exists(A), false);
  it.fake.misbehave = undefined;
  assertEquals(told((await run(it)).items)[0], ["created", 600_000]);
  assertEquals((await it.pond.seriesMark(A))?.parts, 2);
  assertEquals(
    await rowsOf(
      it,
      `SELECT count(*) n, sum("Vulink.Temperature.C") s FROM '${A}'`,
    ),
    [{ n: 600_000n, s: 600_000 * 599_999 / 2 }],
  );
});

Deno.test("HydroVu: two runs at once collect everything once", async () => {
  await using it = await scratch();
  await using other = await openPond(it.host, it.pond.path);
  const reports = await Promise.all([
    Array.fromAsync(runResources(it.pond, it.host)),
    Array.fromAsync(runResources(other, it.host)),
  ]);
  assertEquals(reports.flat().map(({ error }) => error), [
    undefined,
    undefined,
  ]);
  await it.pond.refresh();
  const [row] = await rowsOf(it, `SELECT count(*) n FROM '${A}'`);
  assertEquals(row, { n: 48n });
});

Deno.test("HydroVu: what is out of its range is set aside, and gaps are told", async () => {
  const expect = `  expect:
    every: 1h
    range: {"*.Temperature.C": 0..40}
`;
  const yaml = YAML.replace("  devices:", `${expect}  devices:`);
  await using it = await scratch({ pageRows: 10 }, yaml);
  const { readings } = hourly("1", 60);
  it.fake.locations.set(1, [
    // Two hours are missing, once; from 41.25 on it is too warm.
    {
      ...hourly("1", 0),
      readings: readings.filter((_, i) => i !== 20 && i !== 21),
    },
    hourly("2", 48),
  ]);
  it.fake.locations.delete(2);
  it.fake.locations.set(2, [hourly("1", 3)]);
  const first = await run(it);
  assertEquals(told(first.items), [["created", 48], ["created", 3]]);
  assertEquals(first.items.map(({ gaps }) => gaps), [0, 0]);
  assertEquals(first.items[0]?.setAside, new Map([["range", 20]]));
  assertEquals(
    await rowsOf(
      it,
      `SELECT count("Vulink.Temperature.C") t, max("Vulink.Temperature.C") m,
        count("Vulink.Level.m") l FROM '${A}'`,
    ),
    [{ t: 38n, m: 39.25, l: 48n }],
  );
  const aside = await rowsOf(
    it,
    `SELECT reason, "column", count(*) n, min(value) v FROM '${ASIDE_A}' GROUP BY ALL`,
  );
  assertEquals(aside, [
    { reason: "range", column: "Vulink.Temperature.C", n: 20n, v: 40.25 },
  ]);

  // What is set aside already is not kept twice, and a gap is told once.
  const later = (i: number) => i < 50 || i > 54;
  it.fake.locations.set(1, [
    {
      ...hourly("2", 0),
      readings: hourly("2", 60).readings.filter((_, i) => later(i)),
    },
    hourly("1", 60),
  ]);
  const second = await run(it);
  assertEquals(second.items.map(({ gaps, rows }) => [rows, gaps]), [
    [7, 1],
    [0, undefined],
  ]);
  const count = await rowsOf(it, `SELECT count(*) n FROM '${ASIDE_A}'`);
  assertEquals(count, [{ n: 20n }]);
});

Deno.test("HydroVu: each row leads to the answer that has made it", async () => {
  await using it = await scratch({ pageRows: 10 });
  await run(it);
  const origins = await Array.fromAsync(originsOf(it.pond, A));
  assertEquals(origins.map(({ page }) => page), [1, 2, 3, 4, 5]);
  // Two parameters of 48 hours.
  const count = origins.reduce((sum, { readings }) => sum + readings, 0);
  assertEquals(count, 96);
  const [first] = origins;
  assertEquals(first?.from, "2026-01-01T00:00:00.000Z");
  assertEquals(first?.requested, new Date(NOW_MS).toISOString());
  const path = "/public-api/v1/locations/1/data?startTime=0";
  assertEquals(first?.url, `${it.fake.url}${path}`);

  // The hash is that of what the service answers.
  const answer = await fetch(`${it.fake.url}/public-api/oauth/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${
        btoa([KEY, SECRET].map(encodeURIComponent).join(":"))
      }`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials&scope=read%3Alocations%20read%3Adata",
  });
  const { access_token } = await answer.json();
  const page = await fetch(`${it.fake.url}${path}`, {
    headers: {
      authorization: `Bearer ${access_token}`,
      "x-isi-start-page": "",
    },
  });
  const bytes = new Uint8Array(await page.arrayBuffer());
  assertEquals(first?.sha256, await sha256Hex(bytes));

  const us = (START_S + 12 * HOUR_S) * 1e6;
  const one = await Array.fromAsync(originsOf(it.pond, A, us));
  assertEquals(one.map(({ page }) => page), [2]);
  // What collects nothing has no origin, and an undo takes them back.
  const { version } = it.pond;
  await run(it);
  assertEquals(it.pond.version, version);
  it.fake.locations.set(1, [hourly("1", 50)]);
  await run(it);
  assertEquals((await Array.fromAsync(originsOf(it.pond, A))).length, 6);
  await it.pond.undo();
  assertEquals((await Array.fromAsync(originsOf(it.pond, A))).length, 5);
});
