/**
 * What can be done to keep a pond small and fast.
 *
 * @module
 */
import type { CheckOptions, CheckReport } from "./check_types.ts";
import type { MaintainedPond } from "./maintenance.ts";
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
    return await checkPond(host, path, options, this.#pendingHashes());
  }

  #pendingHashes(): string[] {
    return this.committer.pending.operations.flatMap((operation) =>
      operation.attributes.sha256 ?? []
    );
  }
}
