/**
 * A pond with a few dozen files and some history, to damage and to check.
 *
 * @module
 */
import type { Host } from "../../src/host/host.ts";
import { encodeUtf8 } from "../../src/bytes.ts";
import {
  type MemoryHost,
  memoryHost,
  type SimDisk,
} from "../../src/host/memory.ts";
import {
  type CheckOptions,
  type CheckReport,
  type Layout,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";

/** Where it is. */
export const POND = "/pond";

/** The log's directory. */
export const LOG = `${POND}/oplog/_delta_log`;

/** The path of a version's commit. */
export function commitPath(version: number): string {
  return `${LOG}/${String(version).padStart(20, "0")}.json`;
}

/** A host whose disk and clock agree on the time. */
export function newHost(seed: number = 1): MemoryHost {
  const host = memoryHost({ seed });
  host.files.setTime(host.clock.nowUs() / 1000);
  return host;
}

/** Lets days go by. */
export async function passDays(host: MemoryHost, days: number): Promise<void> {
  await host.clock.sleep(days * 86_400_000);
  host.files.setTime(host.clock.nowUs() / 1000);
}

/** Makes the pond: moves, deletes, a restore, blobs, a checkpoint, a stage. */
export async function pondWithHistory(
  layout: Layout,
  seed?: number,
): Promise<MemoryHost> {
  const host = newHost(seed);
  await using fs = await TinyLogFS.initEmpty(host, POND, { layout });
  await fs.createDirectory("/d/e", { recursive: true });
  for (let i = 0; i < 20; i++) await fs.createFile(`/d/f${i}`, `file ${i}`);
  await fs.createFile("/large", new Uint8Array(66_000).fill(7));
  await fs.createSymlink("/link", "/d/f1");
  await fs.commit({ message: "first" });
  for (let i = 0; i < 4; i++) {
    await fs.updateFile(`/d/f${i}`, `changed ${i}`);
    await fs.createFile(`/d/e/g${i}`, `file ${i} of e`);
    await fs.commit();
  }
  await fs.rename("/large", "/d/e/renamed");
  await fs.delete("/d/f19");
  await fs.commit();
  await fs.checkpoint();
  await fs.createFile("/large2", new Uint8Array(70_000).fill(9));
  await fs.rename("/d/f18", "/d/f17");
  await fs.commit();
  await fs.restore("v3");
  await fs.createFile("/after", "the end");
  await fs.commit({ message: "last" });
  await using other = await TinyLogFS.open(host, POND);
  await other.createFile("/staged", new Uint8Array(80_000).fill(3));
  await other.stage();
  return host;
}

/** Adds two branches to the pond: one with commits and a stage, the current one. */
export async function pondWithBranches(layout: Layout): Promise<MemoryHost> {
  const host = await pondWithHistory(layout);
  await using fs = await TinyLogFS.open(host, POND);
  await fs.createBranch("exp", { at: "v5" });
  await fs.createBranch("old", { at: "v2", ttlMs: 30 * 86_400_000 });
  await using exp = await TinyLogFS.open(host, POND, { branch: "exp" });
  await exp.createFile("/own", new Uint8Array(90_000).fill(5));
  await exp.commit({ message: "on a branch" });
  await exp.checkpoint();
  await exp.updateFile("/d/f5", "changed on a branch");
  await exp.commit();
  await using other = await TinyLogFS.open(host, POND, { branch: "exp" });
  await other.createFile("/staged", new Uint8Array(85_000).fill(4));
  await other.stage();
  await fs.switchBranch("exp");
  return host;
}

/**
 * Adds to that pond until it has fifty files, and everything that a pond can have
 * on the disk: files that were merged, and those that have taken their place, a
 * checkpoint after that, tags, one more stage, a commit that is in no checkpoint.
 */
export async function pondOfFifty(layout: Layout): Promise<MemoryHost> {
  const host = await pondWithBranches(layout);
  await using fs = await TinyLogFS.open(host, POND, { branch: "main" });
  await fs.createDirectory("/many");
  for (let i = 0; i < 21; i++) {
    const content = i % 5 === 0
      ? new Uint8Array(66_000 + i).fill(i)
      : `one of many: ${i}`;
    await fs.createFile(`/many/h${i}`, content);
  }
  await fs.setAttributes("/many/h1", { unit: "m" });
  await fs.commit({ message: "many" });
  await fs.tag("many");
  await passDays(host, 1);
  await fs.optimize();
  await fs.checkpoint();
  await fs.updateFile("/many/h3", new Uint8Array(67_000).fill(31));
  await fs.createSymlink("/many/link", "../large2");
  await fs.commit();
  await using other = await TinyLogFS.open(host, POND, { branch: "main" });
  await other.createFile("/many/staged", "staged, and small");
  await other.stage();
  return host;
}

/** The data files that are in the newest table of a branch. */
export async function neededFiles(
  host: MemoryHost,
): Promise<ReadonlySet<string>> {
  const needed = new Set<string>();
  await using fs = await TinyLogFS.open(host, POND);
  for await (const { name } of fs.branches()) {
    const line = name === "main" ? POND : `${POND}/branches/${name}`;
    await using branch = await TinyLogFS.open(host, POND, { branch: name });
    for (const { path } of branch.oplog.delta.snapshot.adds) {
      needed.add(`${line}/oplog/${path}`);
    }
  }
  return needed;
}

/** A copy of the disk, for a process of its own. */
export function copyOf({ clock, files }: MemoryHost): MemoryHost {
  return processOn(files.clone(() => 0.5), clock.nowUs());
}

/** A process that begins at a time, and makes ids of its own. */
export function processOn(files: SimDisk, nowUs: number): MemoryHost {
  const host = memoryHost({ files, seed: nowUs % 1_000_003 });
  void host.clock.sleep((nowUs - host.clock.nowUs()) / 1000);
  files.setTime(nowUs / 1000);
  return host;
}

/** Checks the pond, every byte unless told otherwise. */
export async function checked(
  host: Host,
  options: CheckOptions = {},
): Promise<CheckReport> {
  return await TinyLogFS.check(host, POND, { depth: "data", ...options });
}

/** What was found: `damage commit 7`, and so on. */
export function brief({ findings }: CheckReport): string[] {
  return findings.map(({ kind, repair, severity, version }) =>
    `${severity} ${kind} ${version ?? "-"} ${repair}`
  );
}

/** Paths on the disk that match. */
export function pathsLike(host: MemoryHost, pattern: RegExp): string[] {
  return [...host.files.snapshot().keys()].filter((path) => pattern.test(path))
    .sort();
}

/** Cuts a file, or empties it. */
export function tear(host: MemoryHost, path: string, length: number): void {
  const bytes = host.files.snapshot().get(path) ?? encodeUtf8("");
  host.files.plant(path, bytes.slice(0, length));
}
