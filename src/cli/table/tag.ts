/**
 * The command of tags.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import {
  define,
  type TableEntry,
  type TagCommand,
  type Values,
} from "../command.ts";
import { DRY_RUN, FORMAT, formatOf, LOOKING, MESSAGE } from "../options.ts";

/** `pond tag` */
export const TAG: TableEntry = define<TagCommand>({
  name: "tag",
  group: "History",
  paged: true,
  summary: "List, set and delete names of versions",
  description:
    `Without NAME, lists the tags. With NAME, gives the newest version that name, or the
version of REV: from then on it is a revision like any other (--at NAME, PATH@NAME).
Tags are kept in the pond, by transactions of their own. They belong to the branch;
a new branch begins with those of its origin. Restoring and undoing leave them as
they are, and what drops history keeps the versions that have one.`,
  arguments: [
    {
      name: "NAME",
      summary: "The tag to set, or to delete",
      completes: "tags",
    },
    { name: "REV", summary: "The version; the newest when left out" },
  ],
  options: [
    {
      name: "delete",
      short: "d",
      kind: "flag",
      summary: "Delete the tag; the version stays",
    },
    {
      name: "force",
      kind: "flag",
      summary: "Move a tag that means another version",
    },
    DRY_RUN,
    MESSAGE,
    FORMAT,
  ],
  examples: [
    { cmd: "pond tag", says: "List the tags" },
    { cmd: "pond tag first v1", says: "Name version 1: pond ls --at first" },
    { cmd: "pond tag first v0 --force", says: "Let it mean another version" },
    { cmd: "pond tag -d first", says: "Delete the tag" },
  ],
  errors: [...LOOKING, "ALREADY_EXISTS", "INVALID_NAME", "NO_SPACE"],
  read: readTag,
  load: async () => (await import("../commands/tag.ts")).runTag,
});

function readTag(values: Values): TagCommand {
  const [tag, revision] = values.words;
  const command: TagCommand = {
    name: "tag",
    tag,
    revision,
    delete: values.flag("delete"),
    force: values.flag("force"),
    dryRun: values.flag("dry-run"),
    message: values.text("message"),
    format: formatOf(values),
  };
  const hint = "pond help tag";
  if (command.delete && (tag === undefined || revision !== undefined)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot delete a tag without its name, or set it as well",
      { hint },
    );
  }
  const isSet = tag !== undefined && !command.delete;
  if (command.force && !isSet) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot use --force without a tag to set",
      { hint },
    );
  }
  return command;
}
