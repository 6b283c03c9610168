/**
 * What the tests of backups share: a pond in memory, its backup beside it.
 *
 * @module
 */
import type { Host } from "../../src/host/host.ts";
import {
  Backup,
  makeBackup,
  placeOf,
  restoreSnapshot,
  runBackup,
  type RunOptions,
  type RunResult,
  type Snapshot,
} from "../../src/backup/mod.ts";
import { type Layout, type Roots, TinyLogFS } from "../../src/tinylogfs/mod.ts";
import { POND } from "../support/checked_pond.ts";

/** Where the backup is. */
export const BACKUP = "/backup";

/** Where a pond is restored to. */
export const RESTORED = "/restored";

/** Makes a backup of the pond, or opens the one that is there. */
export async function openBackup(host: Host): Promise<Backup> {
  const place = placeOf(host, BACKUP);
  await using fs = await TinyLogFS.open(host, POND);
  await makeBackup(host, place, fs.pondId, () => Promise.resolve(undefined));
  return await Backup.open(host, place, {});
}

/** Backs the pond up. */
export async function run(
  host: Host,
  options: Partial<RunOptions> = {},
): Promise<RunResult> {
  const backup = await openBackup(host);
  return await runBackup(backup, POND, {
    author: "me",
    writer: "pond test",
    ...options,
  });
}

/** Restores a snapshot, the newest one unless told otherwise. */
export async function restore(
  host: Host,
  options: {
    readonly layout?: Layout;
    readonly snapshot?: Snapshot;
    readonly directory?: string;
  } = {},
): Promise<void> {
  const { directory = RESTORED, layout } = options;
  const backup = await Backup.open(host, placeOf(host, BACKUP), {});
  const snapshot = options.snapshot ?? await newest(backup);
  await restoreSnapshot(backup, snapshot, directory, {
    author: "me",
    ...(layout ? { layout } : {}),
  });
}

/** The newest snapshot. */
export async function newest(backup: Backup): Promise<Snapshot> {
  for await (const snapshot of backup.snapshots()) return snapshot;
  throw new TypeError("there is no snapshot");
}

/** The roots of all lines, by their names. */
export async function rootsOf(
  host: Host,
  path: string,
): Promise<Record<string, Roots>> {
  const report = await TinyLogFS.check(host, path, { depth: "data" });
  const damage = report.findings.filter((finding) =>
    finding.severity === "damage"
  );
  if (damage.length > 0) throw new TypeError(JSON.stringify(damage));
  const lines = [{ name: "main", ...report }, ...report.branches];
  return Object.fromEntries(
    lines.map(({ contentRoot, historyRoot, name }) => [
      name,
      { contentRoot: contentRoot ?? "", historyRoot: historyRoot ?? "" },
    ]),
  );
}
