/**
 * What tables are kept in: objects under names, as every file system and every
 * object store has them.
 *
 * ```text
 *                  a file system                     an object store
 * putIfAbsent      write aside, flush, link          PUT, If-None-Match: *
 * put              write aside, flush, rename        PUT
 * get              pread                             GET, Range
 * head             lstat                             HEAD
 * list             readdir, sorted, lstat            LIST, start-after
 * delete           unlink                            DELETE
 * flush            fsync of the directory            nothing
 * ```
 *
 * Paths are relative to the table and have `/` between their names; `""` is the
 * table itself. An absolute path, or a `file:` URI without its scheme, is an
 * object outside of the table, in the same store.
 *
 * Failures are {@linkcode PondError}s, with the codes of the host's files.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import { PondError } from "../../errors.ts";
import type { ReadRange } from "../../host/host.ts";

export type { ReadRange };

/** What a store knows of an object. */
export interface ObjectStat {
  /** Length in bytes. */
  readonly sizeBytes: number;
  /** Time of the last change, milliseconds since the epoch, UTC. */
  readonly modifiedMs: number;
}

/** An object in a listing. */
export interface StoredObject extends ObjectStat {
  /** Its path. */
  readonly path: string;
}

/** An object to put into a store. */
export interface NewObject {
  /** Its path. */
  readonly path: string;
  /** Its bytes. */
  readonly bytes: Bytes;
  /**
   * The time of its last change, milliseconds since the epoch, UTC. A store
   * whose times can't be set has the present.
   */
  readonly modifiedMs?: number;
}

/** An object that names others. */
export interface NamingObject extends NewObject {
  /**
   * Resolves when those are durable. Before that the object isn't there, nor
   * when it fails; but it may be written aside meanwhile.
   */
  readonly after?: () => Promise<void>;
}

/** Where a table is kept. */
export interface TableStore {
  /** What the table is called there: a directory, or a URL. */
  readonly location: string;

  /**
   * Reads a range of an object; shorter at its end.
   *
   * @throws {PondError} `NOT_FOUND` when there is none.
   */
  get(path: string, range?: ReadRange): Promise<Bytes>;

  /** Describes an object, or resolves to `undefined` when there is none. */
  head(path: string): Promise<ObjectStat | undefined>;

  /**
   * Lists the objects whose paths begin with a prefix, in the order of their
   * paths.
   *
   * @param prefix A directory with its `/`, or `""`; nothing where there is none.
   * @param startAfter Only paths that come after this one.
   */
  list(prefix: string, startAfter?: string): AsyncIterable<StoredObject>;

  /**
   * Puts an object under a name that nobody has: of many that try, exactly one
   * has stored it. It is durable then, whole or not at all. What is there with
   * the same bytes is taken for this object: the answer to a try may have got
   * lost.
   *
   * @throws {PondError} `OUTCOME_UNKNOWN` when it may have been stored, and may
   *   be lost; any other code when it certainly was not.
   */
  putIfAbsent(object: NamingObject): Promise<"stored" | "taken">;

  /**
   * Puts objects, over what is there, each whole or not at all, in their order.
   * They are durable when this resolves; after a failure some may be there.
   */
  put(objects: readonly NewObject[]): Promise<void>;

  /** Deletes an object, if there is one. */
  delete(path: string): Promise<void>;

  /**
   * Makes sure that the objects of a directory are durable, after a put of
   * unknown outcome, or when others have put them.
   *
   * @param directory A path without a `/` at its end.
   */
  flush(directory: string): Promise<void>;
}

/** The whole path of an object, for messages and errors. */
export function pathIn({ location }: TableStore, path: string): string {
  if (path === "") return location;
  return path.startsWith("/") ? path : `${location}/${path}`;
}

/** From the moment on at which an object may be there, no error denies it. */
export function unknownOutcome(path: string, cause: unknown): PondError {
  return new PondError(
    "OUTCOME_UNKNOWN",
    `Cannot tell whether the commit ${path} is on the disk`,
    {
      path,
      cause,
      hint: "commit again: what was made is not made twice",
    },
  );
}
