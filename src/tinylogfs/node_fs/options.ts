/**
 * What the functions of {@linkcode NodeFs} take.
 *
 * @module
 */
import type { NodeEncoding } from "../../host/host.ts";

export type { NodeEncoding } from "../../host/host.ts";

/** A path, absolute or from the root: text, UTF-8, or a `file:` URL. */
export type NodeFsPath = string | Uint8Array | URL;

/** What content is written from. */
export type NodeFsContent =
  | string
  | ArrayBufferView
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

/** A time: a `Date`, or seconds since the epoch. */
export type NodeFsTime = Date | number | string;

/** How a file is opened: `r`, `w`, `ax+` and so on, or `O_` constants. */
export type NodeFsFlag = string | number;

/** Options of making a {@linkcode NodeFs}. */
export interface NodeFsOptions {
  /**
   * Whether every call that changes something is a transaction of its own,
   * committed when it resolves; false when left out: whoever calls commits.
   */
  readonly autoCommit?: boolean;
  /** Permission bits that new nodes don't get; 0o022 when left out. */
  readonly umask?: number;
}

/** Options of reading bytes. */
export interface NodeReadBytesOptions {
  /** None: bytes. */
  readonly encoding?: null;
  /** `r` when left out. */
  readonly flag?: NodeFsFlag;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** Options of reading text. */
export interface NodeReadTextOptions {
  /** How the bytes are text. */
  readonly encoding: NodeEncoding;
  /** `r` when left out. */
  readonly flag?: NodeFsFlag;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** Options of writing. */
export interface NodeWriteFileOptions {
  /** How text is bytes; `utf8` when left out. */
  readonly encoding?: NodeEncoding | null;
  /** Permission bits of a new file; 0o666 when left out. */
  readonly mode?: number | string;
  /** `w` when left out, for `appendFile()` `a`. */
  readonly flag?: NodeFsFlag;
  /** Ends the writing; the old content stays. */
  readonly signal?: AbortSignal;
}

/** That names or paths come as bytes. */
export type NodeAsBytes = "buffer" | { readonly encoding: "buffer" };

/** That names or paths come as text. */
export type NodeAsText =
  | NodeEncoding
  | { readonly encoding?: NodeEncoding | null }
  | null;

/** Options of making directories. */
export interface NodeMkdirOptions {
  /** Whether those above are made as well, and one that is there is fine. */
  readonly recursive?: boolean;
  /** Permission bits; 0o777 when left out. */
  readonly mode?: number | string;
}

/** Options of listing directories. */
export interface NodeReaddirOptions {
  /** How names are text. */
  readonly encoding?: NodeEncoding | null;
  /** Whether kinds come along; false when left out. */
  readonly withFileTypes?: boolean;
  /** Whether what is below comes as well, but not through symlinks. */
  readonly recursive?: boolean;
}

/** Options of removing. */
export interface NodeRmOptions {
  /** Whether a path that leads to nothing is fine; false when left out. */
  readonly force?: boolean;
  /** Whether directories go with everything in them; false when left out. */
  readonly recursive?: boolean;
  /** Taken and not needed: nothing is in use in a pond. */
  readonly maxRetries?: number;
  /** Taken and not needed, as `maxRetries`. */
  readonly retryDelay?: number;
}

/** Options of copying trees. */
export interface NodeCpOptions {
  /** Whether symlinks are copied as what they lead to; false when left out. */
  readonly dereference?: boolean;
  /** Whether a file that is kept is an error; false when left out. */
  readonly errorOnExist?: boolean;
  /** Which paths are copied; all when left out. */
  readonly filter?: (
    source: string,
    destination: string,
  ) => boolean | Promise<boolean>;
  /** Whether files are replaced; true when left out. */
  readonly force?: boolean;
  /** Whether the time of the last change is copied; false when left out. */
  readonly preserveTimestamps?: boolean;
  /** Whether directories are copied; false when left out. */
  readonly recursive?: boolean;
  /** Whether targets of symlinks stay relative; false when left out. */
  readonly verbatimSymlinks?: boolean;
}

/** Options of describing a node. */
export interface NodeStatOptions<B extends boolean = boolean> {
  /** Whether numbers are bigints. */
  readonly bigint?: B;
}
