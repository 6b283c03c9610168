/**
 * What the options become that many commands have.
 *
 * @module
 */
/** Which state a reading command reads. */
export interface ViewOptions {
  /** The revision; the newest when left out. */
  readonly at: string | undefined;
  /** Whether to see what is staged. */
  readonly pending: boolean;
}

/** How a changing command commits. */
export interface ChangeOptions {
  /** Why, for the history. */
  readonly message: string | undefined;
  /** Whether to stage instead of committing. */
  readonly noSync: boolean;
  /** Whether only to show what would be done. */
  readonly dryRun: boolean;
}
