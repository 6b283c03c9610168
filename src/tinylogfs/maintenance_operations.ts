/**
 * What can be done to keep a pond small and fast.
 *
 * @module
 */
import type {
  CheckOptions,
  CheckReport,
  RootsOf,
  SignalOptions,
} from "./check_types.ts";
import type { MaintainedPond } from "./maintenance.ts";
import type { RootSide } from "./roots.ts";
import type {
  PruneOptions,
  PruneReport,
  UsageOptions,
  UsageReport,
} from "./retention_types.ts";
import { RestoreOperations } from "./restore_operations.ts";
import type {
  CheckpointReport,
  OptimizeOptions,
  OptimizeReport,
  VacuumOptions,
  VacuumReport,
} from "./maintenance_types.ts";

/** Maintenance of a pond. Commits do the most urgent of it by themselves. */
export abstract class MaintenanceOperations extends RestoreOperations {
  /** @ignore */
  protected abstract readonly maintained: MaintainedPond;
  /**
   * Versions of this branch whose states are never dropped.
   *
   * @ignore
   */
  protected abstract pinnedVersions(): Promise<readonly number[]>;

  /**
   * Hashes lines as they are on the disk.
   *
   * @ignore
   */
  protected abstract rootsOf(options: SignalOptions): RootsOf;

  /**
   * Merges data files, so that there are as few as possible. Every row of history
   * stays, and with it every version. Writers may go on: it gives way to them.
   *
   * @throws {PondError} `UNSUPPORTED` when other engines have added columns.
   */
  async optimize(options: OptimizeOptions = {}): Promise<OptimizeReport> {
    this.requireWritable();
    const { optimizePond } = await import("./maintenance.ts");
    return await optimizePond(this.maintained, options);
  }

  /**
   * Writes a checkpoint, from which opening begins, and removes commits of the
   * log that are older than the table keeps them. The history of the pond is not
   * in the log, and stays.
   */
  async checkpoint(): Promise<CheckpointReport> {
    this.requireWritable();
    const { checkpointPond } = await import("./maintenance.ts");
    return await checkpointPond(this.maintained);
  }

  /**
   * Deletes files that nothing needs, or with `dryRun`, which is the default, says
   * which: data files that were merged, blobs that nothing names, and what
   * interrupted writers have left; each older than the retention.
   *
   * @throws {PondError} `INVALID_ARGUMENT` for a retention below 7 days without
   *   `force`; `INTEGRITY` when history can't be read: nothing is deleted then.
   */
  async vacuum(options: VacuumOptions = {}): Promise<VacuumReport> {
    this.requireWritable();
    const { vacuumPond } = await import("./vacuum.ts");
    const { host, path } = this.maintained;
    return await vacuumPond(host, path, this.#pendingHashes(), options);
  }

  /**
   * Drops history of this branch: what is older than a revision. The state at it
   * and everything later stays as it is, and so do states that tags mean, and
   * those that merges with other branches need. It is the only thing that drops
   * history, and can't be taken back. What it leaves of files and blobs is deleted
   * by {@linkcode vacuum}.
   *
   * @throws {PondError} `REVISION_NOT_FOUND`; `UNSUPPORTED` when other engines
   *   have added columns; `VERSION_CONFLICT` when others merge all the time.
   */
  async prune(options: PruneOptions): Promise<PruneReport> {
    if (!options.dryRun) this.requireWritable();
    const { prunePond } = await import("./prune.ts");
    const pins = await this.pinnedVersions();
    const report = await prunePond(this.maintained, pins, options);
    if (!options.dryRun) await this.committer.refresh();
    return report;
  }

  /**
   * Adds up what there is at a path, and with `history` what is on the disk, and
   * what {@linkcode prune} would take of it. The latter reads all rows.
   *
   * @throws {PondError} `NOT_FOUND` for the path.
   */
  async usage(options: UsageOptions = {}): Promise<UsageReport> {
    const { history = false, path: top = "/", signal } = options;
    const { historyUsage, treeUsage } = await import("./usage.ts");
    const path = await this.absolutePath(top);
    const entry = await this.entry(path);
    const isTree = entry.fileType === "directory";
    const tree = await treeUsage(
      isTree ? this.findNodes({ path, computed: false }) : [entry],
    );
    if (!history) return { path, ...tree };
    const pins = await this.pinnedVersions();
    const usage = await historyUsage(this.maintained, pins, signal);
    return { path, ...tree, history: usage };
  }

  /**
   * Checks everything that is stored, whatever version this object looks at, and
   * with `repair` does away with what loses nothing. All damage is in the report,
   * with what is lost and what to do. A pond that can't be opened is checked by
   * the static
   * method of this name.
   */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    if (options.repair && !options.dryRun) this.requireWritable();
    const { checkPond } = await import("./check.ts");
    const { host, path } = this.maintained;
    const rootsOf = this.rootsOf(options);
    const pending = this.#pendingHashes();
    return await checkPond(host, path, options, rootsOf, pending);
  }

  /**
   * Hashes the names, types, links and bytes of a directory, and of all below it:
   * equal for any two directories with the same files, in whatever pond. Of a file
   * it is the SHA-256 of its content, of a symlink that of its target.
   *
   * @param path What to hash; a symlink at its end is not followed.
   * @returns 64 hexadecimal digits.
   * @throws {PondError} `NOT_FOUND`, `NOT_A_DIRECTORY`.
   */
  async contentRoot(
    path: string = "/",
    { signal }: SignalOptions = {},
  ): Promise<string> {
    const { contentRoot } = await import("./roots.ts");
    const { node } = await this.root.resolve(path, { followLast: false });
    return await contentRoot(this.#rootSide, node, signal);
  }

  /**
   * Hashes every node, version and transaction that is committed: equal for a
   * pond, its copies and its restores, in whatever layout.
   *
   * @returns 64 hexadecimal digits.
   */
  async historyRoot({ signal }: SignalOptions = {}): Promise<string> {
    const { historyRoot } = await import("./roots.ts");
    const { maxVersion, table } = this.historySide();
    const records = table.readAll({ maxVersion });
    return await historyRoot(this.maintained.host.hasher, records, signal);
  }

  get #rootSide(): RootSide {
    return {
      hasher: this.maintained.host.hasher,
      list: (id) => this.pendingTransaction.list(id),
    };
  }

  #pendingHashes(): string[] {
    return this.committer.pending.operations.flatMap((operation) =>
      operation.attributes.sha256 ?? []
    );
  }
}
