/** What a run writes: what is new, and nothing else. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { PondBackups, type Snapshot } from "../../src/backup/mod.ts";
import { hasCode } from "../../src/errors.ts";
import type { Host } from "../../src/host/host.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import { TinyLogFS } from "../../src/tinylogfs/mod.ts";
import {
  copyOf,
  passDays,
  pathsLike,
  POND,
  pondWithBranches,
  pondWithHistory,
} from "../support/checked_pond.ts";
import {
  BACKUP,
  newest,
  openBackup,
  restore,
  RESTORED,
  rootsOf,
  run,
} from "./support.ts";

/** Bytes that don't get shorter. */
function noise(seed: number, length: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 1;
    return state >>> 24;
  });
}

async function commit(
  host: Host,
  work: (fs: TinyLogFS) => Promise<unknown>,
  branch = "main",
): Promise<void> {
  await using fs = await TinyLogFS.open(host, POND, { branch });
  await work(fs);
  await fs.commit();
}

function objects(host: MemoryHost): string[] {
  return pathsLike(host, /^\/backup\//);
}

async function requireEqual(host: Host, directory: string): Promise<void> {
  await restore(host, { directory });
  assertEquals(await rootsOf(host, directory), await rootsOf(host, POND));
}

Deno.test("a run without anything new writes nothing", async () => {
  const host = await pondWithHistory("clustered");
  const first = await run(host);
  const before = host.files.snapshot();
  const again = await run(host);
  assertEquals(again.status, "unchanged");
  assertEquals(again.snapshot.id, first.snapshot.id);
  assertEquals(host.files.snapshot(), before);
});

Deno.test("after optimize, checkpoint and vacuum nothing is new", async () => {
  const host = await pondWithHistory("hive");
  await run(host);
  await passDays(host, 8);
  await using fs = await TinyLogFS.open(host, POND);
  await fs.optimize();
  await fs.checkpoint();
  await fs.vacuum({ dryRun: false });
  assertEquals((await run(host)).status, "unchanged");
  await requireEqual(host, RESTORED);
});

Deno.test("a run writes what is new, and each snapshot is what the pond was then", async () => {
  const host = await pondWithBranches("clustered");
  await run(host);
  const roots: [Snapshot, unknown][] = [];
  for (let i = 0; i < 12; i++) {
    const content = noise(i, 70_000 + i);
    await commit(host, (fs) => fs.createFile(`/new${i}`, content));
    if (i % 3 === 0) {
      await commit(host, (fs) => fs.writeFile("/branch", `${i}`), "exp");
    }
    const { blobs, bytesWritten, rows, snapshot } = await run(host);
    assertEquals(blobs, 1);
    assertLess(rows, 8);
    assertLess(bytesWritten, 80_000);
    roots.push([snapshot, await rootsOf(host, POND)]);
  }
  for (const [i, [snapshot, expected]] of roots.entries()) {
    const directory = `/restored${i}`;
    await restore(host, { snapshot, directory });
    assertEquals(await rootsOf(host, directory), expected);
  }
});

Deno.test("a snapshot names few indexes, however many runs there were", async () => {
  const host = await pondWithHistory("clustered");
  for (let i = 0; i < 60; i++) {
    await commit(host, (fs) => fs.writeFile("/counter", `${i}`));
    await run(host);
  }
  const backup = await openBackup(host);
  assertLess((await newest(backup)).indexes.length, 8);
  await requireEqual(host, RESTORED);
});

Deno.test("a file that has only grown is written from the piece on where it has", async () => {
  const host = await pondWithHistory("clustered");
  const start = noise(5, 3_500_000);
  await commit(host, (fs) => fs.writeFile("/log", start));
  await run(host);
  const grown = new Uint8Array(3_600_000);
  grown.set(start);
  grown.set(noise(6, 100_000), 3_500_000);
  await commit(host, (fs) => fs.writeFile("/log", grown));
  assertLess((await run(host)).bytesWritten, 700_000);
  await requireEqual(host, RESTORED);
});

Deno.test("content that the backup has isn't written again", async () => {
  const host = await pondWithHistory("clustered");
  await run(host);
  await commit(host, (fs) => fs.copy("/large", "/copied"));
  const { blobs, bytesWritten } = await run(host);
  assertEquals(blobs, 0);
  assertLess(bytesWritten, 10_000);
});

Deno.test("branches that are made, changed, deleted and switched are in the next snapshot", async () => {
  const host = await pondWithHistory("clustered");
  await run(host);
  await using fs = await TinyLogFS.open(host, POND);
  await fs.createBranch("trial");
  await fs.createBranch("early", { at: "v3" });
  const { rows } = await run(host);
  assertEquals(rows, 0, "what they have is main's");
  await requireEqual(host, "/made");
  await commit(host, (fs) => fs.createFile("/own", noise(9, 80_000)), "trial");
  await using trial = await TinyLogFS.open(host, POND, { branch: "trial" });
  await trial.createBranch("twig");
  await run(host);
  await requireEqual(host, "/changed");
  // Of what main has taken over, the blobs stay when the branch goes.
  await fs.merge("trial");
  await run(host);
  for (const name of ["trial", "early"]) {
    await fs.deleteBranch(name, { force: true });
  }
  await fs.switchBranch("twig");
  const last = await run(host);
  assertEquals(last.snapshot.lines.map(({ name }) => name), ["main", "twig"]);
  assertEquals(last.snapshot.current, "twig");
  await requireEqual(host, "/deleted");
});

Deno.test("what a prune of the pond has dropped is in the older snapshots only", async () => {
  for (const layout of ["clustered", "hive"] as const) {
    const host = await pondWithBranches(layout);
    const before = await rootsOf(host, POND);
    const { snapshot } = await run(host);
    await using fs = await TinyLogFS.open(host, POND);
    await fs.prune({ before: "v6" });
    const pruned = await run(host);
    assertEquals(pruned.status, "saved");
    await requireEqual(host, "/pruned");
    await restore(host, { snapshot, directory: "/whole" });
    assertEquals(await rootsOf(host, "/whole"), before);
    await commit(host, (fs) => fs.writeFile("/d/f2", "after the prune"));
    assertLess((await run(host)).rows, 6);
    await requireEqual(host, "/after");
  }
});

Deno.test("a pond that was restored goes on in its backup, from the snapshot that it was restored from", async () => {
  const host = await pondWithHistory("clustered");
  const { snapshot } = await run(host);
  await commit(host, (fs) => fs.writeFile("/lost", noise(3, 90_000)));
  await run(host);
  await restore(host, { snapshot, directory: RESTORED, layout: "hive" });
  await host.files.rename(POND, "/was");
  await host.files.rename(RESTORED, POND);
  await commit(host, (fs) => fs.writeFile("/other", "another way"));
  const { rows, snapshot: next } = await run(host);
  assertEquals(next.parent, snapshot.id);
  assertLess(rows, 6);
  await requireEqual(host, "/again");
});

Deno.test("status() says how far a backup is behind, and when a restore was proven", async () => {
  const host = await pondWithHistory("clustered");
  const backups = new PondBackups(host, POND);
  await backups.add("usb", BACKUP);
  const options = { author: "me", writer: "test" };
  const [fresh] = await Array.fromAsync(backups.status());
  assertEquals([fresh?.behind, fresh?.last], [undefined, undefined]);
  await backups.run("usb", {}, options);
  await commit(host, (fs) => fs.writeFile("/a", "1"));
  await commit(host, (fs) => fs.writeFile("/a", "2"));
  const report = await backups.drill("usb", {}, options);
  assert(report.isProven);
  assertEquals(report.lines.map(({ verdict }) => verdict), ["equal"]);
  const [behind] = await Array.fromAsync(backups.status());
  assertEquals(behind?.behind, 2);
  assertEquals(behind?.drill?.snapshot, behind?.last?.snapshot);
  assertEquals(pathsLike(host, /pond-drill-/), []);
  await backups.run("usb", {}, options);
  assertEquals((await Array.fromAsync(backups.status()))[0]?.behind, 0);
  assert(objects(host).length > 0);
});

Deno.test("a run that failed has noted what it has written, and the next one goes on from there", async () => {
  const start = await pondWithHistory("clustered");
  await commit(start, (fs) => fs.createFile("/noise", noise(7, 17e6)));
  const trial = copyOf(start);
  const before = trial.files.operations.length;
  await run(trial, { noteAfterPacks: 1 });
  const at = trial.files.operations.slice(before).findIndex(({ name, path }) =>
    name === "create" && path.includes("/indexes/")
  );
  const host = copyOf(start);
  host.files.inject({ at: at + 1, kind: "NO_SPACE" });
  const error = await run(host, { noteAfterPacks: 1 }).catch((error) => error);
  assert(hasCode(error, "NO_SPACE"), String(error));
  host.files.inject(undefined);
  assertEquals(pathsLike(host, /^\/backup\/snapshots\//), []);
  assert(pathsLike(host, /^\/backup\/unfinished\/[0-9a-f]/).length > 0);
  assertLess((await run(host)).bytesWritten, 1e6);
  assertEquals(pathsLike(host, /^\/backup\/unfinished\/[0-9a-f]/), []);
  await requireEqual(host, RESTORED);
});
