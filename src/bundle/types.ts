/**
 * What bundles are.
 *
 * @module
 */

/** A branch in a bundle. */
export interface BundledBranch {
  /** Its name. */
  readonly name: string;
  /** Its newest version. */
  readonly version: number;
  /** The hash of its newest tree. */
  readonly contentRoot: string;
  /** The hash of its history. */
  readonly historyRoot: string;
}

/** What a bundle is of. */
export interface BundleHeader {
  /** The pond's identity: 32 hexadecimal digits. */
  readonly pondId: string;
  /** The version of pond that made it. */
  readonly madeBy: string;
  /** The current branch, whose tree is there as plain files. */
  readonly branch: string;
  /** All branches, `main` first. */
  readonly branches: readonly BundledBranch[];
}

/** Options of a bundle. */
export interface BundleOptions {
  /** Whether the current tree is there as plain files, too; true when left out. */
  readonly tree?: boolean;
  /** Is told of each member, with its bytes. */
  readonly onMember?: (sizeBytes: number) => void;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** A bundle that is about to be written. */
export interface Bundle extends AsyncDisposable {
  /** What it is of. */
  readonly header: BundleHeader;
  /** Blobs in it. */
  readonly blobs: number;
  /** Bytes of data files and blobs. */
  readonly sizeBytes: number;
  /** Operations that are staged, and not in it. */
  readonly staged: number;
  /**
   * The archive, a chunk at a time; to be read once, before the bundle is disposed
   * of. Everything is checked against its hash on the way.
   *
   * @throws {PondError} `INTEGRITY` for what is damaged: the archive is to be thrown
   *   away then.
   */
  bytes(): AsyncIterable<Uint8Array>;
}
