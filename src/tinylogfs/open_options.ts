/**
 * How a pond is opened.
 *
 * @module
 */
import type { QueryRunner } from "./query_source.ts";
import type { Durability } from "./types.ts";
import type { ViewProvider } from "./view.ts";

/** Options of opening a pond. */
export interface OpenOptions {
  /** `full` unless told otherwise. */
  readonly durability?: Durability;
  /**
   * With `true`, what `--no-sync` commands have staged is pending here, and
   * {@linkcode TinyLogFS.stage} adds to it.
   */
  readonly staged?: boolean;
  /** The branch; the pond's current one when left out. */
  readonly branch?: string;
  /** Pending bytes from which on operations commit by themselves. */
  readonly commitThresholdBytes?: number;
  /** Who commits, for the history; the host's user when left out. */
  readonly author?: string;
  /**
   * How much of directories is kept in memory, in bytes; 16 MiB when left out.
   * What is pending, and a directory that is in use, are kept whatever it is.
   */
  readonly cacheBytes?: number;
  /** Runs SQL; the query layer's unless told otherwise. */
  readonly queryRunner?: QueryRunner;
  /** Computes the files of views; the pipelines' unless told otherwise. */
  readonly viewProvider?: ViewProvider;
  /** Ends the call. */
  readonly signal?: AbortSignal;
}
