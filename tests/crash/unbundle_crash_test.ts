/**
 * Stops an unbundling at each operation on the disk, with or without a power cut:
 * there is no pond, or the whole one, and the next run makes it.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { hasCode } from "../../src/errors.ts";
import { type CrashMode, SimStop } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { bundleOf, unbundled } from "../support/archives.ts";
import {
  newHost,
  pathsLike,
  POND,
  processOn,
} from "../support/checked_pond.ts";

const COPY = "/copy";

const ENDS: readonly (CrashMode | "killed")[] = [
  "killed",
  "nothing survives",
  "random",
];

for (const layout of ["clustered", "hive"] as const) {
  const start = newHost();
  {
    await using fs = await TinyLogFS.initEmpty(start, POND, { layout });
    await fs.createFile("/large", new Uint8Array(66_000).fill(7));
    await fs.createFile("/small", "s");
    await fs.commit();
    await fs.createBranch("exp");
  }
  const archive = await bundleOf(start);
  const expected = await TinyLogFS.check(start, POND);

  for (const end of ENDS) {
    Deno.test(`unbundle() that stops at any operation leaves no half pond (${layout}, ${end})`, async () => {
      let stops = 0;
      for (let at = 1;; at++) {
        const host = newHost();
        host.files.inject({ at, kind: "stop" });
        const isStopped = await stopped(() => unbundled(host, archive, COPY));
        if (!isStopped) break;
        stops++;
        const disk = host.files;
        if (end === "killed") disk.kill();
        else disk.crash(end);
        const next = processOn(disk, host.clock.nowUs());
        const isThere = await disk.stat(`${COPY}/pond.json`) !== undefined;
        if (!isThere) await unbundled(next, archive, COPY);
        const report = await TinyLogFS.check(next, COPY, { depth: "data" });
        assertEquals(report.findings, [], `stopped at ${at}`);
        assertEquals(report.historyRoot, expected.historyRoot);
        assertEquals(report.branches, expected.branches);
        if (!isThere) assertEquals(pathsLike(next, /unbundle/), []);
      }
      assertGreater(stops, 40);
    });
  }

  Deno.test(`unbundle() whose operation fails says so, and leaves nothing (${layout})`, async () => {
    for (const kind of ["NO_SPACE", "IO"] as const) {
      for (let at = 1;; at++) {
        const host = newHost();
        host.files.inject({ at, kind });
        let error: unknown;
        try {
          await unbundled(host, archive, COPY);
        } catch (thrown) {
          error = thrown;
        }
        host.files.inject(undefined);
        if (error === undefined) break;
        assert(hasCode(error, kind, "INTEGRITY"), String(error));
        if (await host.files.stat(COPY) !== undefined) continue;
        await unbundled(host, archive, COPY);
      }
    }
  });
}

async function stopped(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      if (cause instanceof SimStop) return true;
    }
    throw error;
  }
}
