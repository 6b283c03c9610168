/**
 * Stops an export at each change that it makes: every file is whole, and the next run
 * makes what one that was never stopped makes.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { exportScratch, STATION } from "../export/support.ts";
import { Stop, StoppingFiles } from "../support/stopping_files.ts";

Deno.test("an export that stops at any change is continued by the next run", async () => {
  await using scratch = await exportScratch();
  const { fs, host, lake } = scratch;
  const first = await wanted("first");
  const kept = `${lake}-first`;
  await Deno.rename(lake, kept);
  await fs.updateFile(
    "/a.csv",
    STATION.replace("2025-12-31", "2027-03-01").replace("2.5", "7.5"),
  );
  await fs.delete("/b.csv");
  await fs.createFile("/c.csv", STATION);
  await fs.commit();
  const second = await wanted("second");
  let stops = 0;
  for (let at = 1;; at++) {
    await Deno.remove(lake, { recursive: true }).catch(ignoreMissing);
    await copyTree(kept, lake);
    assertEquals(await scratch.files(), first);
    const stopping = new StoppingFiles(host.files, at);
    const isStopped = await stopped(() =>
      scratch.run({}, { ...host, files: stopping.files })
    );
    if (!isStopped) break;
    stops++;
    for (const [path, content] of await scratch.files()) {
      const isWhole = first.get(path) === content ||
        second.get(path) === content;
      assert(isWhole, `stopped at ${at}: ${path}`);
    }
    const { told } = await scratch.run();
    assertEquals(told.filter((it) => it.startsWith("failed")), [], `at ${at}`);
    assertEquals(await scratch.files(), second, `stopped at ${at}`);
    const own = await Array.fromAsync(Deno.readDir(`${lake}/.pond-export`));
    assertEquals(own.map(({ name }) => name).sort(), ["lock", "manifest.json"]);
  }
  assertGreater(stops, 30);

  /** What an export makes of the pond as it is, with nothing there. */
  async function wanted(name: string): Promise<ReadonlyMap<string, string>> {
    await Deno.remove(lake, { recursive: true }).catch(ignoreMissing);
    const { told } = await scratch.run();
    assertGreater(told.length, 1, name);
    return await scratch.files();
  }
});

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { isDirectory, name } of Deno.readDir(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (isDirectory) await copyTree(source, target);
    else await Deno.copyFile(source, target);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function stopped(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Stop) return true;
    if (error instanceof SuppressedError) return true;
    throw error;
  }
}
