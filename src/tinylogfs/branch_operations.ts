/**
 * Branches of a pond, lines of history beside each other, and tags, which are
 * names for versions.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { OplogTable } from "../oplog/table.ts";
import { lineDirectory, MAIN_BRANCH, openLine, readBranch } from "./line.ts";
import { MaintenanceOperations } from "./maintenance_operations.ts";
import type {
  BranchInfo,
  BranchOptions,
  MergeOptions,
  MergeReport,
} from "./branch_types.ts";
import type { Tag, TagOptions } from "./change_types.ts";
import type { TagSide } from "./set_tags.ts";
import type { CommitResult } from "./types.ts";

/** What branches are made of. */
export interface BranchSide {
  /** The platform. */
  readonly host: Host;
  /** The pond's directory. */
  readonly path: string;
  /** The oplog of the branch that is open. */
  readonly table: OplogTable;
  /** Whether new branches are flushed. */
  readonly flush: boolean;
  /** The version of a revision; of the newest without one. */
  versionOf(revision: string | undefined): Promise<number>;
}

/** Branches and tags of a pond. */
export abstract class BranchOperations extends MaintenanceOperations {
  /** The name of the branch that this is on. */
  abstract readonly branch: string;
  /** @ignore */
  protected abstract readonly branchSide: BranchSide;

  /** The branches, `main` first. */
  async *branches(): AsyncGenerator<BranchInfo> {
    const { host: { files }, path } = this.branchSide;
    const { branchNames, readBranchFile } = await import("./branches.ts");
    const current = await readBranch(files, path);
    yield { name: MAIN_BRANCH, current: current === MAIN_BRANCH };
    for (const name of await branchNames(files, path)) {
      const { from, version, createdUs, expiresUs } = await readBranchFile(
        files,
        path,
        name,
      );
      yield {
        name,
        current: name === current,
        from: { branch: from, version },
        createdUs,
        ...(expiresUs === undefined ? {} : { expiresUs }),
      };
    }
  }

  /**
   * Makes a branch of this one, as far as it is committed. It costs what the
   * number of data files does, not what is in them: these are shared.
   *
   * @param name Letters, digits, `_`, `-` and `.`.
   * @throws {PondError} `ALREADY_EXISTS`, `INVALID_NAME`, `REVISION_NOT_FOUND`;
   *   `UNSUPPORTED` on a file system without hard links.
   */
  async createBranch(
    name: string,
    { at, dryRun = false, ttlMs }: BranchOptions = {},
  ): Promise<BranchInfo> {
    if (ttlMs !== undefined && !(ttlMs >= 0)) {
      throw new RangeError(`Cannot keep a branch for ${ttlMs} ms`);
    }
    const { host, path, table, flush, versionOf } = this.branchSide;
    const version = await versionOf(at);
    const { makeBranch, planBranch } = await import("./branches.ts");
    const definition = { name, from: this.branch, version, ttlMs, flush };
    const { createdUs, expiresUs } = dryRun
      ? await planBranch(host, path, definition)
      : await makeBranch(host, path, table, definition);
    return {
      name,
      current: false,
      from: { branch: this.branch, version },
      createdUs,
      ...(expiresUs === undefined ? {} : { expiresUs }),
    };
  }

  /**
   * Deletes a branch, and with it the history that it alone has.
   *
   * @param options With `force`, also one with transactions of its own; with
   *   `dryRun`, only finds out whether it can be.
   * @throws {PondError} `NOT_FOUND`; `INVALID_ARGUMENT` for `main`, the current
   *   branch, the one that this is on, and one with transactions of its own.
   */
  async deleteBranch(
    name: string,
    { dryRun = false, force = false }: {
      readonly dryRun?: boolean;
      readonly force?: boolean;
    } = {},
  ): Promise<void> {
    const { host, path } = this.branchSide;
    const { readBranchFile, removeBranch } = await import("./branches.ts");
    const inUse = [
      MAIN_BRANCH,
      this.branch,
      await readBranch(host.files, path),
    ];
    if (inUse.includes(name)) {
      throw new PondError(
        "INVALID_ARGUMENT",
        `Cannot delete the branch ${name}: ${
          name === MAIN_BRANCH ? "the pond is made with it" : "it is in use"
        }`,
        { hint: "pond switch to another one first" },
      );
    }
    if (!force) await this.#requireNothingOwn(name);
    if (dryRun) await readBranchFile(host.files, path, name);
    else await removeBranch(host, path, name);
  }

  /**
   * Makes a branch the pond's current one: whoever opens the pond from now on,
   * and names no other, gets it. This object stays where it is.
   *
   * @param options With `dryRun`, only finds out whether it is there.
   * @throws {PondError} `NOT_FOUND`.
   */
  async switchBranch(
    name: string,
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): Promise<void> {
    const { host, path } = this.branchSide;
    const { readBranchFile, switchBranch } = await import("./branches.ts");
    if (!dryRun) await switchBranch(host, path, name);
    else if (name !== MAIN_BRANCH) await readBranchFile(host.files, path, name);
  }

  /**
   * Merges another branch into this one, by one transaction: what it has changed
   * since the last state that both have had. Where both have changed the same, in
   * different ways, what is here stays, and the conflict is listed; the rest is
   * merged all the same.
   *
   * @throws {PondError} `NOT_FOUND`; `INVALID_ARGUMENT` for this branch itself,
   *   and while operations are pending.
   */
  async merge(
    branch: string,
    options: MergeOptions = {},
  ): Promise<MergeReport> {
    this.requireWritable();
    const { host, path, table } = this.branchSide;
    const { openMerge } = await import("./merge_side.ts");
    const side = await openMerge({
      host,
      path,
      table,
      branch: this.branch,
      committer: this.committer,
      read: this.readContent,
      stateAt: (version) => this.stateAt(version),
    }, branch);
    const { mergeBranch } = await import("./merge_branch.ts");
    return await mergeBranch(side, options);
  }

  /** The tags of this branch, by name. What drops history keeps their versions. */
  async tags(): Promise<Tag[]> {
    const { listTags } = await import("./set_tags.ts");
    return await listTags(this.branchSide.table);
  }

  /**
   * Gives a version a name, by a new transaction. The name is a revision from
   * then on, on this branch and on those that are made of it.
   *
   * @param name Letters, digits, `_`, `-` and `.`; nothing that another kind of
   *   revision looks like.
   * @param revision The newest version when left out.
   * @throws {PondError} `INVALID_NAME`, `REVISION_NOT_FOUND`; `ALREADY_EXISTS`
   *   when it means another version, without `force`; `INVALID_ARGUMENT` while
   *   operations are pending.
   */
  async tag(
    name: string,
    revision: string = "@",
    options: TagOptions = {},
  ): Promise<Tag> {
    this.requireWritable();
    const { setTag } = await import("./set_tags.ts");
    return await setTag(this.#tagSide, name, revision, options);
  }

  /**
   * Deletes a tag, by a new transaction; the version stays.
   *
   * @throws {PondError} `NOT_FOUND`; `INVALID_ARGUMENT` while operations are
   *   pending.
   */
  async deleteTag(
    name: string,
    options: Omit<TagOptions, "force"> = {},
  ): Promise<CommitResult> {
    this.requireWritable();
    const { removeTag } = await import("./set_tags.ts");
    return await removeTag(this.#tagSide, name, options);
  }

  /** @ignore */
  protected override async pinnedVersions(): Promise<readonly number[]> {
    const { host, path, table } = this.branchSide;
    const { pinnedVersions } = await import("./tags.ts");
    const { ownLine } = await import("./merge_side.ts");
    const { mergePins } = await import("./merge_pins.ts");
    const own = await ownLine({
      host,
      path,
      table,
      branch: this.branch,
      stateAt: (version) => this.stateAt(version),
    });
    const merges = await mergePins(host, path, own);
    return [...await pinnedVersions(table), ...merges];
  }

  get #tagSide(): TagSide {
    const { clock, committer } = this;
    return { table: this.branchSide.table, committer, nowUs: clock.nowUs() };
  }

  async #requireNothingOwn(name: string): Promise<void> {
    const { host, path } = this.branchSide;
    const { readBranchFile } = await import("./branches.ts");
    const { version } = await readBranchFile(host.files, path, name);
    const table = await openLine(host, lineDirectory(path, name));
    if (table.transactionVersion <= version) return;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot delete the branch ${name}: it has transactions that no other has`,
      { hint: `merge it, or drop them: pond branch --delete ${name} --force` },
    );
  }
}
