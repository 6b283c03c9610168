/**
 * What an export is asked, and what it says.
 *
 * @module
 */
import type { PondError } from "../errors.ts";
import type { QueryOptions } from "../tinylogfs/mod.ts";
import type { ExportFormat } from "./formats.ts";

/** What is exported: the same as the last time, or the directory is refused. */
export interface ExportDefinition {
  /** Which files of the pond: a path or a pattern. */
  readonly glob: string;
  /** The names of the directories, from the outermost on. */
  readonly partitionBy: readonly string[];
  /** The column that parts of time are of; the first one of times when left out. */
  readonly timeColumn: string | undefined;
  /** Which rows, as SQL has it after `WHERE`. */
  readonly where: string | undefined;
  /** How they are written. */
  readonly format: ExportFormat;
  /** Texts of `Template` resources that name what is exported. */
  readonly pages?: string | undefined;
}

/** Options of an export. */
export interface ExportOptions extends ExportDefinition {
  /** The directory, absolute; made when missing, but not the one above it. */
  readonly directory: string;
  /** Whether what others have written there is replaced. */
  readonly force?: boolean;
  /** Whether it is only said what would be written; nothing is queried. */
  readonly dryRun?: boolean;
  /** What queries may take. */
  readonly limits?: Pick<QueryOptions, "memoryBytes" | "threads" | "timeoutMs">;
  /** Is told of each source that was looked at. */
  readonly onSource?: (source: ExportedSource) => void | Promise<void>;
  /** Ends it; what is whole by then stays. */
  readonly signal?: AbortSignal;
}

/** What became of a source. */
export type SourceOutcome =
  | "new"
  | "changed"
  | "unchanged"
  | "deleted"
  | "failed";

/** A file of the pond that was exported, or whose export has gone. */
export interface ExportedSource {
  /** Its path in the pond. */
  readonly path: string;
  /** What became of it. */
  readonly outcome: SourceOutcome;
  /** Files that were written of it. */
  readonly files: number;
  /** Rows in them. */
  readonly rows: number;
  /** Their bytes. */
  readonly sizeBytes: number;
  /** Why it failed; what was there before has stayed. */
  readonly error?: PondError;
}

/** What an export comes to. */
export interface ExportReport {
  /** The version of the pond that it is of. */
  readonly version: number;
  /** How many sources, by what became of them. */
  readonly sources: Readonly<Record<SourceOutcome, number>>;
  /** Files that were written. */
  readonly files: number;
  /** Rows in them. */
  readonly rows: number;
  /** Their bytes. */
  readonly sizeBytes: number;
  /** Files that were removed: of what has gone, or is in other partitions now. */
  readonly filesRemoved: number;
}
