/**
 * What a transaction may say of itself, beside who made it and why.
 *
 * @module
 */
import type { UndoMarks } from "./change_types.ts";
import type { MergeMark } from "./merge_mark.ts";

/** A tag, as the row with all tags has it. */
export interface TagValue {
  /** The version that it means. */
  readonly version: number;
  /** When it was set, microseconds since the epoch, UTC. */
  readonly created: number;
}

/** All tags, by their names. */
export type TagValues = Readonly<Record<string, TagValue>>;

/** What the rows of a transaction say of it. */
export interface TransactionMarks extends UndoMarks {
  /** What it has taken in, if it is a merge. */
  readonly merge?: MergeMark;
  /** All tags, if it changes one of them. */
  readonly tags?: TagValues;
}
