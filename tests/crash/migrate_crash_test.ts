/**
 * Stops a migration at each change that it makes, and goes on with the next run: the
 * pond is then what one run makes of it, with no version twice.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { migrate } from "../../src/migrate/mod.ts";
import { initPond, openPond, type Pond } from "../../src/pond.ts";
import type { Host } from "../../src/host/mod.ts";
import { PocPond, readings } from "../support/poc_pond.ts";
import { Stop, StoppingFiles } from "../support/stopping_files.ts";
import { noise, START_S, writeFiles } from "../migrate/support.ts";
import { scratchPond } from "../pipeline/scratch.ts";

Deno.test("a migration that stops at any change is continued by the next run", async () => {
  const old = new PocPond();
  await old.data("/d/a", "one");
  await old.data("/d/a", "two");
  await old.data("/large", noise(70_000));
  await old.series("/s", readings(START_S, [1, 2]));
  await old.series("/s", readings(START_S + 7200, [3]));
  old.symlink("/d/link", "a");
  await old.commit();
  await using scratch = await scratchPond();
  const { host, temp } = scratch;
  await writeFiles(temp.join("old"), old.backup("u"));
  const run = async (fs: Pond, on: Host) =>
    await migrate(fs, on, temp.join("old"));
  const whole = await stateAfter("whole", Infinity);
  let stops = 0;
  for (let at = 1;; at++) {
    const state = await stateAfter(`at-${at}`, at);
    assertEquals(state.content, whole.content, `stopped at ${at}`);
    if (!state.isStopped) break;
    stops++;
  }
  assertGreater(stops, 20);

  async function stateAfter(name: string, at: number) {
    const path = temp.join(name);
    await (await initPond(host, path))[Symbol.asyncDispose]();
    const { files } = new StoppingFiles(host.files, at);
    const stopping = { ...host, buffers: () => host.buffers(), files };
    const isStopped = await stopped(async () => {
      await using fs = await openPond(stopping, path);
      await run(fs, stopping);
    });
    await using fs = await openPond(host, path);
    const report = await run(fs, host);
    assert(report.digests.every(({ pond, source }) => pond === source));
    const again = await run(fs, host);
    assertEquals([again.written, again.commits], [0, 0]);
    const content: string[] = [];
    for await (const { path } of fs.treeRows()) {
      let count = 0;
      for await (const _ of fs.getNodeHistory(path)) count++;
      content.push(`${path} ${path.includes(".") ? "" : count}`);
    }
    await Deno.remove(path, { recursive: true });
    return { isStopped, content: content.sort() };
  }
});

async function stopped(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Stop || error instanceof SuppressedError) return true;
    if (error instanceof Error && error.cause instanceof Stop) return true;
    throw error;
  }
}
