import { assert, assertEquals, assertRejects } from "@std/assert";
import { PondError } from "../../src/errors.ts";
import {
  applyResources,
  labelOf,
  readResources,
  runDue,
  runLoop,
  runResources,
  scheduledResources,
} from "../../src/pipeline/mod.ts";
import { NOW_MS, type ScratchPond, scratchPond } from "./scratch.ts";

const MINUTE_MS = 60_000;

function tide(name: string, schedule = "", start = "2026-01-05T09:00Z") {
  return `kind: Synthetic
name: ${name}
${schedule}
spec:
  series:
  - name: tide
    start: "${start}"
    every: 1m
    columns: [{name: level, waves: [{type: sine, period: 12h}]}]
`;
}

async function apply({ pond }: ScratchPond, ...texts: string[]) {
  const text = texts.join("---\n");
  await applyResources(pond, readResources([{ file: "a.yaml", text }]));
}

/** The runs of a loop: at which minute, of what, with how many new rows. */
async function runs(
  it: ScratchPond,
  count: number,
  options: { everyMs?: number } = {},
  busyMs = 0,
) {
  const end = new AbortController();
  const found: string[] = [];
  const loop = runLoop(it.pond, it.host, { ...options, signal: end.signal });
  await assertRejects(
    async () => {
      for await (const { error, items, resource } of loop) {
        const minute = (it.clock.ms - NOW_MS) / MINUTE_MS;
        const said = error === undefined ? items[0]?.rows : error.code;
        found.push(`${minute} ${labelOf(resource)} ${said}`);
        it.clock.ms += busyMs;
        if (found.length === count) end.abort(new Error("the end"));
      }
    },
    Error,
    "the end",
  );
  return found;
}

Deno.test("runLoop() with a period runs at even times, without drift", async () => {
  await using it = await scratchPond();
  await apply(it, tide("a"));
  it.clock.ms += 7 * MINUTE_MS;
  assertEquals(await runs(it, 4, { everyMs: 15 * MINUTE_MS }, 90_000), [
    "7 Synthetic/a 68",
    "15 Synthetic/a 8",
    "30 Synthetic/a 15",
    "45 Synthetic/a 15",
  ]);
});

Deno.test("runLoop() makes up for what was missed once", async () => {
  await using it = await scratchPond();
  await apply(it, tide("a"));
  const found = await runs(it, 3, { everyMs: 10 * MINUTE_MS }, 25 * MINUTE_MS);
  assertEquals(found, [
    "0 Synthetic/a 61",
    "30 Synthetic/a 30",
    "60 Synthetic/a 30",
  ]);
});

Deno.test("runLoop() without a period runs each resource by its own schedule", async () => {
  await using it = await scratchPond();
  await apply(
    it,
    tide("never"),
    tide("quarters", "schedule: {every: 15m}"),
    tide("tens", 'schedule: {cron: "5,25 * * * *"}'),
  );
  assertEquals(await runs(it, 7), [
    // What was never run is due.
    "0 Synthetic/quarters 61",
    "0 Synthetic/tens 61",
    "5 Synthetic/tens 5",
    "15 Synthetic/quarters 15",
    "25 Synthetic/tens 20",
    "30 Synthetic/quarters 15",
    "45 Synthetic/quarters 15",
  ]);
  // It looks now and then whether there are others by now, and no oftener.
  assert(Math.max(...it.clock.sleeps) <= MINUTE_MS);
  assert(it.clock.sleeps.length <= 50, `${it.clock.sleeps.length}`);
});

Deno.test("a run that fails is made again at its next time", async () => {
  await using it = await scratchPond();
  await apply(it, tide("a", "schedule: {every: 15m}", "1970-01-01"));
  assertEquals(await runs(it, 2), [
    "0 Synthetic/a INVALID_ARGUMENT",
    "15 Synthetic/a INVALID_ARGUMENT",
  ]);
  const [scheduled] = await scheduledResources(it.pond, it.host);
  assertEquals(scheduled?.last?.outcome, "failed");
  assertEquals(scheduled?.nextMs, NOW_MS + 30 * MINUTE_MS);
});

Deno.test("runDue() runs what is due, and knows it after a restart", async () => {
  await using it = await scratchPond();
  await apply(it, tide("a", "schedule: {every: 15m}"), tide("b"));
  const due = async () =>
    (await Array.fromAsync(runDue(it.pond, it.host))).map(({ items }) =>
      items[0]?.rows
    );
  assertEquals(await due(), [61]);
  assertEquals(await due(), []);
  it.clock.ms += 14 * MINUTE_MS;
  assertEquals(await due(), []);
  it.clock.ms += MINUTE_MS;
  assertEquals(await due(), [15]);
  // A run by hand counts.
  it.clock.ms += 15 * MINUTE_MS;
  await Array.fromAsync(runResources(it.pond, it.host, { names: ["a"] }));
  assertEquals(await due(), []);
  // Without the notes, it is run once more, and finds nothing new.
  await Deno.remove(`${it.pond.path}/cache/runs.json`);
  const { version } = it.pond.getStatus();
  assertEquals(await due(), [0]);
  assertEquals(it.pond.getStatus().version, version);
  await Deno.writeTextFile(`${it.pond.path}/cache/runs.json`, "{");
  assertEquals(await due(), [0]);
});

Deno.test("runDue() doesn't wait for a time that only a wrong clock has seen", async () => {
  await using it = await scratchPond();
  await apply(it, tide("a", "schedule: {every: 15m}"));
  const due = async () =>
    (await Array.fromAsync(runDue(it.pond, it.host))).length;
  it.clock.ms = NOW_MS + 60 * MINUTE_MS;
  assertEquals(await due(), 1);
  it.clock.ms = NOW_MS;
  assertEquals([await due(), await due()], [1, 0]);
  it.clock.ms += 15 * MINUTE_MS;
  assertEquals([await due(), await due()], [1, 0]);
});

Deno.test("two processes don't run what is due at the same time", async () => {
  await using it = await scratchPond();
  await apply(it, tide("a", "schedule: {every: 15m}"));
  const path = `${await it.pond.cacheDirectory()}/runs.lock`;
  await using _other = await it.host.files.lock(path);
  const error = await assertRejects(
    () => Array.fromAsync(runDue(it.pond, it.host)),
    PondError,
  );
  assertEquals(error.code, "LOCKED");
});

Deno.test("readResources() tells where a schedule is wrong", () => {
  const wrong = (schedule: string, kind = "Synthetic") => {
    const text = tide("a", schedule).replace("Synthetic", kind);
    try {
      readResources([{ file: "a.yaml", text }]);
    } catch (error) {
      if (error instanceof PondError) return error.message;
      throw error;
    }
    return "";
  };
  const cases: readonly (readonly [string, string])[] = [
    ["schedule: {cron: '61 * * * *'}", "a.yaml:3:18"],
    [
      "schedule: {cron: '61 * * * *'}",
      "schedule.cron has a minute that is not",
    ],
    ["schedule: {evry: 15m}", 'unknown field "evry" in schedule'],
    ["schedule: {evry: 15m}", "every"],
    ["schedule: {every: 15m, cron: '* * * * *'}", "must have one of"],
    ["schedule: {every: soon}", "must be a number of s, m, h or d"],
    ["schedule: 15m", "must be a map of fields"],
  ];
  for (const [text, said] of cases) {
    const message = wrong(text);
    assert(message.includes(said), `${text}: ${message}`);
  }
});
