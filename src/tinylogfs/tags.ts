/**
 * Tags: names for versions, kept as rows of the pond.
 *
 * ```text
 * partition ffff…fffe   metadata {"tags": {"<name>": {"version": n, "created": us}}}
 * ```
 *
 * Each transaction that changes one tag writes a row with all of them, so the
 * newest row says everything. They belong to the branch in which they are set; a
 * branch begins with those of its origin. Nothing that goes back in time changes
 * them: they are about the history, and not part of what it holds.
 *
 * @module
 */
import { IntegrityError, PondError } from "../errors.ts";
import type { OplogTable } from "../oplog/table.ts";
import { TAG_PART_ID } from "../oplog/record.ts";
import { isRecord as isObject, parseObject } from "./attributes.ts";
import type { TagValue, TagValues } from "./commit_marks.ts";
import { isTagName, parseRevision } from "./revision.ts";

/** The tags of a pond, by their names. */
export async function readTags(table: OplogTable): Promise<TagValues> {
  for await (const record of table.readPartition(TAG_PART_ID)) {
    const newest = record.entries().at(-1);
    if (newest) return tagsOf(newest.metadata, record.source);
  }
  return {};
}

/**
 * The versions that must stay readable because tags mean them, in order. What
 * drops history keeps these.
 */
export async function pinnedVersions(table: OplogTable): Promise<number[]> {
  const tags = Object.values(await readTags(table));
  return [...new Set(tags.map(({ version }) => version))]
    .sort((a, b) => a - b);
}

/**
 * Reads a row with all tags.
 *
 * @param text The metadata of the row.
 * @param source The file it comes from, for the error.
 * @throws {IntegrityError} When it is no such row.
 */
export function tagsOf(text: string, source: string): TagValues {
  const { tags } = parseObject(text, source);
  if (isObject(tags)) {
    const values = Object.entries(tags);
    if (values.every(isTag)) return Object.fromEntries(values);
  }
  throw new IntegrityError(source, `a row of tags has the metadata ${text}`);
}

/**
 * The tags once one of them is set.
 *
 * @returns `undefined` when it means that version already.
 * @throws {PondError} `ALREADY_EXISTS` when it means another version.
 */
export function withTag(
  tags: TagValues,
  name: string,
  value: TagValue,
  force: boolean,
): TagValues | undefined {
  const before = Object.hasOwn(tags, name) ? tags[name] : undefined;
  if (before?.version === value.version) return undefined;
  if (before !== undefined && !force) {
    throw new PondError(
      "ALREADY_EXISTS",
      `Cannot tag v${value.version} as ${name}: that is v${before.version}`,
      {
        version: before.version,
        hint: `to move it: pond tag ${name} v${value.version} --force`,
      },
    );
  }
  return { ...tags, [name]: value };
}

/**
 * The tags without one of them.
 *
 * @throws {PondError} `NOT_FOUND`.
 */
export function withoutTag(tags: TagValues, name: string): TagValues {
  if (!Object.hasOwn(tags, name)) {
    throw new PondError(
      "NOT_FOUND",
      `Cannot delete the tag ${name}: there is none of that name`,
      { hint: "see which there are: pond tag" },
    );
  }
  return Object.fromEntries(
    Object.entries(tags).filter(([other]) => other !== name),
  );
}

/**
 * Refuses a name that would be read as something else.
 *
 * @throws {PondError} `INVALID_NAME`.
 */
export function requireTagName(name: string): void {
  if (!isTagName(name)) {
    throw new PondError(
      "INVALID_NAME",
      `Cannot call a tag ${JSON.stringify(name)}`,
      {
        hint:
          "letters, digits, `_`, `-` and `.`, at most 100 of them; the first is a letter or `_`",
      },
    );
  }
  const { kind } = parseRevision(name, 0);
  if (kind === "tag" && !LOOKS_LIKE_ANOTHER.test(name)) return;
  throw new PondError(
    "INVALID_NAME",
    `Cannot call a tag ${name}: it looks like another kind of revision`,
    { hint: "see what revisions look like: pond help revisions" },
  );
}

/** A version, the id of a transaction, or what `PATH@pending` ends with. */
const LOOKS_LIKE_ANOTHER = /^(v-?\d+|[0-9a-f]{6,}|pending)$/;

function isTag(entry: [string, unknown]): entry is [string, TagValue] {
  const [, value] = entry;
  return isObject(value) && typeof value.version === "number" &&
    typeof value.created === "number";
}
