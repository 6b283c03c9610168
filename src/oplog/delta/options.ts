/**
 * How a table is opened.
 *
 * @module
 */

/** Options of a table. */
export interface DeltaOptions {
  /** Flush before acknowledging; true when left out. */
  readonly flush?: boolean;
  /** Where the witness of the newest commit lies; none when left out. */
  readonly headPath?: string;
  /** The version to read; the newest when left out. */
  readonly version?: number;
  /** Refuse a table that needs any feature to be read: whoever reads files. */
  readonly plain?: boolean;
  /** Ends the call. */
  readonly signal?: AbortSignal;
}
