/**
 * Deletes snapshots that no rule keeps, and what only they needed.
 *
 * ```text
 *                                              a stop before this step leaves
 * 1  read all snapshots and indexes            the backup as it was
 * 2  delete snapshots                          some of them less
 * 3  delete indexes and packs that no snapshot needs, nor the next run
 *                                              leftovers, for the next prune
 * ```
 *
 * A pack goes when nothing in it is needed: one of which something is stays whole.
 *
 * @module
 */
import type { Backup, Snapshot } from "./backup.ts";
import { piecesIn } from "./index_merge.ts";
import { decideKept, type KeepDecision, type KeepRules } from "./keep_rules.ts";
import { objectPath } from "./objects.ts";

/** Options of a prune. */
export interface PruneBackupOptions {
  /** What is kept. */
  readonly rules: KeepRules;
  /** Only says what would go. */
  readonly dryRun?: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** What was deleted, or would be. */
export interface PruneBackupReport {
  /** Whether it was only said. */
  readonly dryRun: boolean;
  /** The snapshots, the newest first, with the reasons of those that stay. */
  readonly decisions: readonly KeepDecision<Snapshot>[];
  /** Objects that go, the snapshots included. */
  readonly objects: number;
  /** Their bytes. */
  readonly bytes: number;
}

/**
 * Deletes snapshots.
 *
 * @throws {PondError} `LOCKED`; `INTEGRITY` when a snapshot or index can't be
 *   read: what it needs isn't known then, and nothing is deleted.
 */
export async function pruneBackup(
  backup: Backup,
  { dryRun = false, rules, signal }: PruneBackupOptions,
): Promise<PruneBackupReport> {
  await using _lock = dryRun ? undefined : await backup.place.lock();
  const { host: { clock }, objects } = backup;
  const snapshots = await Array.fromAsync(backup.snapshots());
  const decisions = decideKept(snapshots, rules, clock.nowUs());
  const kept = decisions.filter(({ reasons }) => reasons.length > 0);
  const needed = await neededBy(
    backup,
    kept.map(({ snapshot }) => snapshot),
    signal,
  );
  const gone: { readonly path: string; readonly sizeBytes: number }[] = [];
  const order = ["snapshot", "index", "pack"] as const;
  for (const kind of order) {
    for await (const object of objects.list(kind)) {
      if (!needed.has(object.path)) gone.push(object);
    }
  }
  if (!dryRun) {
    for (const { path } of gone) {
      signal?.throwIfAborted();
      await objects.delete(path);
    }
  }
  return {
    dryRun,
    decisions,
    objects: gone.length,
    bytes: gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** The paths of all that these snapshots need, and the next run. */
async function neededBy(
  backup: Backup,
  snapshots: readonly Snapshot[],
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const needed = new Set<string>();
  const read = async (kind: "index" | "unfinished", sha256: string) => {
    signal?.throwIfAborted();
    const path = objectPath(kind, sha256, 0);
    if (needed.has(path)) return;
    needed.add(path);
    for (const { pack } of piecesIn(await backup.index(sha256, kind))) {
      needed.add(objectPath("pack", pack, 0));
    }
  };
  for (const { indexes, path } of snapshots) {
    needed.add(path);
    for (const index of indexes) await read("index", index);
  }
  for await (const { sha256 } of backup.objects.list("unfinished")) {
    await read("unfinished", sha256);
  }
  return needed;
}
