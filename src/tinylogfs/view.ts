/**
 * Views: directories whose files are computed when somebody reads them.
 *
 * A view is an ordinary, empty directory, whose row names what defines it
 * (`ViewMark`). What it shows is made by a {@linkcode ViewProvider}, which the
 * layer above gives when the pond is opened, and which nobody calls before a
 * directory with a mark is entered. So whatever looks at rows alone (checks,
 * backups, other engines) sees an empty directory.
 *
 * @see docs/decisions/0028-views-are-marked-directories.md
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { Inquiry } from "../tinyfs/types.ts";
import type { ViewMark } from "./attributes.ts";
import type { QuerySource } from "./query_source.ts";

/** What is known of a computed file before it is computed. */
export interface ComputedStatus {
  /**
   * What its content depends on, as a hash: where that is the same, the bytes
   * are.
   */
  readonly identity: string;
  /** When the newest of what it is made from was changed. */
  readonly modifiedUs: number;
  /** Length in bytes; not known when it isn't in the cache. */
  readonly sizeBytes?: number;
  /** SHA-256 of the content, where that is known. */
  readonly sha256?: string;
}

/** The content of a computed file, checked against its hash. */
export interface ComputedContent {
  /** Where it lies on the host, as long as the cache keeps it. */
  readonly hostPath: string;
  /** Length in bytes. */
  readonly sizeBytes: number;
  /** SHA-256. */
  readonly sha256: string;
}

/** A file of a view. */
export interface ComputedFile {
  /** Its path in the view: names with slashes between them. */
  readonly path: string;
  /** What it is, whatever its name says. */
  readonly format: "parquet" | "text";
  /** What is known of it; nothing is computed. */
  status(): Promise<ComputedStatus>;
  /** What it consists of, as {@linkcode InputFacts} has it. */
  pieces?(): Promise<readonly InputPiece[] | undefined>;
  /** Its content, from the cache or computed. */
  content(
    options?: { readonly signal?: AbortSignal },
  ): Promise<ComputedContent>;
  /** Its text among files that are exported with it, where those change it. */
  page?(
    exported: ExportedFiles,
    options?: { readonly signal?: AbortSignal },
  ): Promise<string>;
}

/** A file that an export has written. */
export interface ExportedFile {
  /** Where it is, seen from the page. */
  readonly file: string;
  /** When its rows begin, in seconds since the epoch, where it is of a time. */
  readonly start_time?: number;
  /** When they have ended: the start of the next one. */
  readonly end_time?: number;
}

/** Files of an export, by what each wildcard stands for, the first one outermost. */
export type ExportedFiles =
  | readonly ExportedFile[]
  | ReadonlyMap<string, ExportedFiles>;

/** Who waits for what a view shows: views that are made from it. */
export interface ViewInquiry extends Inquiry {
  /** The files that define them, the first one first. */
  readonly views: readonly string[];
}

/** The state of a pond that a view is in. */
export interface ViewSource extends QuerySource {
  /** Reads a file into memory. */
  readFile(path: string): Promise<Bytes>;
  /** Whether a path leads to a node. */
  exists(path: string): Promise<boolean>;
  /**
   * Files that match a pattern, in order, as `fileMatches()` finds them.
   *
   * @param inquiry Who waits for it.
   */
  viewInputs(pattern: string, inquiry?: Inquiry): AsyncIterable<ViewInput>;
}

/** What a view is asked for. */
export interface ViewRequest {
  /** What it is. */
  readonly mark: ViewMark;
  /** Where it is. */
  readonly path: string;
  /** The state of the pond that it is in. */
  readonly source: ViewSource;
  /** To be handed on to every walk, with this view among those that wait. */
  readonly inquiry: ViewInquiry;
}

/**
 * Lists the files of a view, in any order; no content is computed.
 *
 * @throws {PondError} What is wrong with its definition.
 */
export type ViewProvider = (
  request: ViewRequest,
) => Promise<readonly ComputedFile[]>;

/** A file of the pond that a view is made from. */
export interface ViewInput {
  /** Its path. */
  readonly path: string;
  /** One text for each wildcard of the pattern. */
  readonly captures: readonly string[];
  /** What is known of it; its content isn't read. */
  facts(): Promise<InputFacts>;
}

/** A piece of a file, by the times of its rows. */
export interface InputPiece {
  /** The same for the same bytes. */
  readonly identity: string;
  /** Its earliest time, where that is known. */
  readonly fromUs?: number;
  /** Its latest time. */
  readonly toUs?: number;
}

/** What is known of a file that a view is made from. */
export interface InputFacts {
  /** The same for the same bytes, of a series for the same parts. */
  readonly identity: string;
  /** Which version of the node it is; none of a computed file. */
  readonly version?: number;
  /** When it was last changed, microseconds since the epoch, UTC. */
  readonly modifiedUs: number;
  /** Length in bytes, of a series of all its parts, where it is known. */
  readonly sizeBytes?: number;
  /** How many rows it has, where that is known. */
  readonly rows?: number;
  /** Its earliest time, where that is known. */
  readonly fromUs?: number;
  /** Its latest time. */
  readonly toUs?: number;
  /**
   * What it consists of, by time: of a series its parts, of a computed file the
   * spans in which it is computed. Nothing where that is one piece.
   */
  pieces?(): Promise<readonly InputPiece[] | undefined>;
  /** The file itself, where it is computed. */
  readonly computed?: ComputedFile;
}
