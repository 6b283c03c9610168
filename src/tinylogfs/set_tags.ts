/**
 * Changes of tags, by transactions of their own.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { OplogTable } from "../oplog/table.ts";
import type { Tag, TagOptions } from "./change_types.ts";
import type { TagValues, TransactionMarks } from "./commit_marks.ts";
import type { Committer } from "./committer.ts";
import * as history from "./history.ts";
import { parseRevision } from "./revision.ts";
import { readTags, requireTagName, withoutTag, withTag } from "./tags.ts";
import type { CommitOptions, CommitResult } from "./types.ts";

/** What tags are changed with. */
export interface TagSide {
  /** The oplog of the branch. */
  readonly table: OplogTable;
  /** Commits to it. */
  readonly committer: Committer;
  /** The present, microseconds since the epoch, UTC. */
  readonly nowUs: number;
}

/** The tags, by name. */
export async function listTags(table: OplogTable): Promise<Tag[]> {
  return Object.entries(await readTags(table))
    .map(([name, { created, version }]): Tag => ({
      name,
      version,
      createdUs: created,
    }))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Gives a version a name.
 *
 * @throws {PondError} `INVALID_NAME`, `REVISION_NOT_FOUND`, `ALREADY_EXISTS`;
 *   `INVALID_ARGUMENT` while operations are pending.
 */
export async function setTag(
  side: TagSide,
  name: string,
  revision: string,
  { dryRun = false, force = false, ...options }: TagOptions,
): Promise<Tag> {
  requireTagName(name);
  const parsed = parseRevision(revision, side.nowUs);
  if (parsed.kind === "pending") throw pendingCant(`tag ${revision}`);
  await side.committer.refresh();
  const { table } = side;
  const version = await history.resolveRevision(table, parsed, revision);
  const value = { version, created: side.nowUs };
  const message = `tag v${version} as ${name}`;
  const change = (tags: TagValues) => withTag(tags, name, value, force);
  if (dryRun) await plannedTags(side, change);
  else await commitTags(side, change, { message, ...options });
  const { created } = (await readTags(table))[name] ?? value;
  return { name, version, createdUs: created };
}

/**
 * Deletes a tag.
 *
 * @throws {PondError} `NOT_FOUND`; `INVALID_ARGUMENT` while operations are
 *   pending.
 */
export async function removeTag(
  side: TagSide,
  name: string,
  { dryRun = false, ...options }: Omit<TagOptions, "force">,
): Promise<CommitResult> {
  const message = `delete the tag ${name}`;
  const change = (tags: TagValues) => withoutTag(tags, name);
  if (!dryRun) return await commitTags(side, change, { message, ...options });
  await plannedTags(side, change);
  return side.committer.nothing();
}

/** @param change The tags afterwards; `undefined` when they are so already. */
async function commitTags(
  side: TagSide,
  change: (tags: TagValues) => TagValues | undefined,
  options: CommitOptions,
): Promise<CommitResult> {
  let tags: TagValues | undefined;
  const plan = async () => {
    tags = await plannedTags(side, change);
    return [];
  };
  return await side.committer.commitPlan(plan, {
    ...options,
    // Read when the plan has been made, for each attempt anew.
    get marks(): TransactionMarks {
      return tags === undefined ? {} : { tags };
    },
  });
}

/** The tags afterwards; `undefined` when they are so already. */
async function plannedTags(
  { committer, table }: TagSide,
  change: (tags: TagValues) => TagValues | undefined,
): Promise<TagValues | undefined> {
  if (committer.pending.operations.length > 0) throw pendingCant("set tags");
  return change(await readTags(table));
}

function pendingCant(what: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot ${what}: what is pending is no version yet`,
    { hint: "commit or drop it first: pond commit, pond revert" },
  );
}
