/**
 * One byte changed in each object of a backup, each in turn: it is found, or means
 * nothing; and nothing else is ever restored than what was backed up.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  Backup,
  placeOf,
  verifyBackup,
  type VerifyReport,
} from "../../src/backup/mod.ts";
import { hasCode } from "../../src/errors.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  copyOf,
  pathsLike,
  POND,
  pondWithBranches,
} from "../support/checked_pond.ts";
import { BACKUP, restore, RESTORED, rootsOf, run } from "./support.ts";

/** A pond of fifty files with history, and a backup of three runs. */
async function backedUp(): Promise<MemoryHost> {
  const host = await pondWithBranches("clustered");
  await run(host);
  for (let i = 0; i < 2; i++) {
    await using fs = await TinyLogFS.open(host, POND, { branch: "main" });
    for (let f = 0; f < 15; f++) {
      await fs.writeFile(`/more${f}`, `${i}: file ${f}`);
    }
    const large = Uint8Array.from(
      { length: 1_200_000 },
      (_, at) => at * at >> 7,
    );
    await fs.writeFile("/pieces", large.fill(i, 0, 1000));
    await fs.commit();
    await run(host);
  }
  return host;
}

async function verified(host: MemoryHost): Promise<VerifyReport> {
  return await verifyBackup(await Backup.open(host, placeOf(host, BACKUP), {}));
}

/** What became of a check and a restore. */
async function outcome(host: MemoryHost): Promise<string> {
  let isFound: boolean;
  try {
    isFound = !(await verified(host)).isSound;
  } catch (error) {
    // Of what is no backup any more, nothing can be said, and that is said.
    if (!hasCode(error, "INTEGRITY", "FORMAT_TOO_NEW")) throw error;
    isFound = true;
  }
  try {
    await restore(host);
    const isEqual = JSON.stringify(await rootsOf(host, RESTORED)) ===
      JSON.stringify(await rootsOf(host, POND));
    return `${isFound ? "found" : "not found"}, ${
      isEqual ? "restored" : "WRONG"
    }`;
  } catch (error) {
    const codes = ["INTEGRITY", "FORMAT_TOO_NEW"] as const;
    if (!hasCode(error, ...codes)) throw error;
    assertEquals(pathsLike(host, /restore/), [], "nothing is left");
    return `${isFound ? "found" : "not found"}, refused`;
  }
}

Deno.test("verify() finds nothing in a backup that is sound", async () => {
  const host = await backedUp();
  const report = await verified(host);
  assertEquals(report.findings, []);
  assertEquals([report.isSound, report.snapshots], [true, 3]);
  assertEquals([report.blobs, report.packs], [5, 3]);
  assert(report.rows > 30, String(report.rows));
});

Deno.test("one byte changed in any object of a backup is found, or means nothing", async () => {
  const start = await backedUp();
  const paths = pathsLike(start, /^\/backup\//);
  assert(paths.length >= 10, String(paths));
  const outcomes = new Map<string, number>();
  for (const path of paths) {
    const bytes = start.files.snapshot().get(path) ?? new Uint8Array();
    const places = path.endsWith("backup.json")
      ? bytes.keys()
      : [0, 1, bytes.length >> 1, bytes.length - 1];
    for (const at of places) {
      if (bytes.length === 0) continue;
      const host = copyOf(start);
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      host.files.plant(path, changed);
      const result = await outcome(host);
      const kind = path.split("/")[2] ?? "";
      // White space between the values of backup.json has no meaning.
      const isMeaningless = kind === "backup.json" &&
        /\s/.test(String.fromCharCode(bytes[at] ?? 0));
      if (!isMeaningless) assertMatch(result, /^found/, `${path} at ${at}`);
      assert(!result.includes("WRONG"), `${path} at ${at}: ${result}`);
      const key = `${kind} ${result}`;
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
    }
  }
  assert(outcomes.has("packs found, refused"), JSON.stringify([...outcomes]));
});

Deno.test("an object that is missing, cut or another one is found, with the snapshots that need it", async () => {
  const start = await backedUp();
  const paths = pathsLike(start, /^\/backup\/(packs|indexes|snapshots)\//);
  for (const path of paths) {
    const bytes = start.files.snapshot().get(path) ?? new Uint8Array();
    for (const change of ["missing", "cut", "other"] as const) {
      const host = copyOf(start);
      if (change === "missing") await host.files.remove(path);
      else {
        const other = start.files.snapshot().get(paths[0] ?? "");
        const planted = change === "cut"
          ? bytes.slice(0, bytes.length >> 1)
          : path === paths[0] || other === undefined
          ? new Uint8Array(3)
          : other;
        host.files.plant(path, planted);
      }
      const { findings, isSound } = await verified(host);
      if (path.includes("snapshots") && change === "missing") {
        // It is one snapshot less, as after a prune.
        assert(isSound);
        continue;
      }
      const what = `${path} ${change}`;
      assertEquals(isSound, false, what);
      const found = findings.find((finding) => finding.path === path);
      assert(found, `${what}: ${JSON.stringify(findings)}`);
      if (findings.some(({ severity }) => severity === "leftover")) continue;
      assert(found.snapshots.length > 0, what);
    }
  }
});

Deno.test("a full run mends what is damaged, as far as the pond has it", async () => {
  const host = await backedUp();
  for (const path of pathsLike(host, /^\/backup\/packs\//)) {
    host.files.plant(path, new Uint8Array(10));
  }
  assertEquals((await verified(host)).isSound, false);
  await run(host, { full: true });
  const { findings } = await verified(host);
  await restore(host);
  assertEquals(await rootsOf(host, RESTORED), await rootsOf(host, POND));
  const newest = pathsLike(host, /^\/backup\/snapshots\//).at(-1)?.slice(-64);
  for (const { snapshots } of findings) {
    assert(!snapshots.includes(newest ?? ""));
  }
});

Deno.test("a run finds damage in the pond, and takes in none of it", async () => {
  const start = await backedUp();
  await using fs = await TinyLogFS.open(start, POND, { branch: "main" });
  await fs.writeFile("/damaged", new Uint8Array(90_000).fill(77));
  await fs.commit();
  const before = pathsLike(start, /^\/backup\/snapshots\//);
  const known = new Set(pathsLike(await backedUp(), /^\/pond\/blobs\//));
  const fresh = pathsLike(start, /^\/pond\/blobs\//).filter((path) =>
    !known.has(path)
  );
  assertEquals(fresh.length, 1);
  for (const bytes of [new Uint8Array(90_000).fill(78), undefined]) {
    const host = copyOf(start);
    const [path = ""] = fresh;
    if (bytes === undefined) await host.files.remove(path);
    else host.files.plant(path, bytes);
    let code: string | undefined;
    try {
      await run(host);
    } catch (error) {
      if (!hasCode(error, "INTEGRITY")) throw error;
      code = error.code;
      assertMatch(error.message, /blobs/);
    }
    assertEquals(code, "INTEGRITY");
    assertEquals(pathsLike(host, /^\/backup\/snapshots\//), before);
    assert((await verified(host)).isSound);
  }
});
