import { assertEquals, assertStringIncludes } from "@std/assert";
import { denoHost } from "../../src/host/deno_host.ts";
import { TestClock } from "../pipeline/scratch.ts";
import { type Scratch, scratchDirectory } from "./scratch.ts";

/** A clock that ends a command after some sleeps, as Ctrl-C does. */
class EndingClock extends TestClock {
  readonly #end = new AbortController();
  left = Infinity;

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  override async sleep(milliseconds: number, signal?: AbortSignal) {
    if (--this.left <= 0) this.#end.abort(new Error("Ctrl-C"));
    await super.sleep(milliseconds, signal);
  }
}

const BUOYS = `kind: Synthetic
name: buoys
schedule: {every: 30s}
spec:
  series:
    - name: a
      start: "2026-01-05T09:59:00Z"
      every: 10s
      columns: [{name: Level.m, waves: [{type: sine, period: 12h}]}]
`;

const FAILING = `---
kind: Inbox
name: gone
schedule: {every: 30s}
spec: {pattern: /nowhere/at/all/*.csv}
`;

async function scratch(resources: string) {
  const clock = new EndingClock();
  const host = { ...denoHost(), buffers: () => denoHost().buffers(), clock };
  const it: Scratch = await scratchDirectory(host);
  await it.ok("init");
  await Deno.writeTextFile(`${it.home}/a.yaml`, resources);
  await it.ok("apply -f a.yaml");
  return Object.assign(it, { clock });
}

Deno.test("pond run --watch writes a line for each run, and ends with Ctrl-C", async () => {
  await using it = await scratch(BUOYS);
  it.clock.left = 3;
  const { signal } = it.clock;
  const ran = await it.run("run --watch", { signal });
  assertEquals([ran.code, ran.stderr], [0, ""]);
  assertEquals(ran.stdout.split("\n").map((line) => line.slice(11)), [
    "10:00:00.000Z  Synthetic/buoys  1 created, 7 rows, v2",
    "10:00:30.000Z  Synthetic/buoys  1 updated, 3 rows, v3",
    "10:01:00.000Z  Synthetic/buoys  1 updated, 3 rows, v4",
    "",
  ]);
});

Deno.test("pond run --every says in its exit code that runs have failed", async () => {
  await using it = await scratch(BUOYS + FAILING);
  it.clock.left = 2;
  const { signal } = it.clock;
  const ran = await it.run("run --every 1m --json", { signal });
  assertEquals(ran.code, 3);
  const lines = ran.stdout.trimEnd().split("\n").map((it) => JSON.parse(it));
  assertEquals(
    lines.map(({ failed, resource, rows, time }) => [
      time,
      resource,
      rows,
      failed,
    ]),
    [
      ["2026-01-05T10:00:00.000Z", "Synthetic/buoys", 7, 0],
      ["2026-01-05T10:00:00.000Z", "Inbox/gone", 0, 1],
      ["2026-01-05T10:01:00.000Z", "Synthetic/buoys", 6, 0],
      ["2026-01-05T10:01:00.000Z", "Inbox/gone", 0, 1],
    ],
  );
  assertEquals(lines[1].errors[0].code, "NOT_FOUND");
  assertStringIncludes(ran.stderr, "/nowhere/at/all");
});
