/**
 * The commands under "History" that record.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define } from "../command.ts";
import type {
  CommitCommand,
  RevertCommand,
  TableEntry,
  Values,
} from "../command.ts";
import type { OptionSpec } from "../command.ts";
import {
  COMMITTING,
  DRY_RUN,
  DURABILITY,
  FORMAT,
  formatOf,
  MESSAGE,
  OPENING,
} from "../options.ts";

const FIRST: OptionSpec = {
  name: "first",
  kind: "number",
  value: "N",
  summary: "Commit only the first N operations",
};

const COMMIT: TableEntry = define<CommitCommand>({
  name: "commit",
  group: "History",
  summary: "Commit what is staged",
  description:
    `Makes everything that was staged with --no-sync, by any process, one transaction
of the history. Commands without --no-sync commit by themselves. With PATHs or
--first, only a part is committed, with what it needs; the rest stays staged.`,
  arguments: [
    { name: "MESSAGE", summary: "Why, for the history" },
    { name: "PATH", summary: "What to commit", many: true },
  ],
  options: [MESSAGE, FIRST, DRY_RUN, DURABILITY, FORMAT],
  examples: [
    { cmd: 'pond commit "first readings"', says: "Commit with a message" },
    {
      cmd: 'pond commit "only this" /staged.txt',
      says: "Commit what is staged of one path",
    },
  ],
  errors: [...COMMITTING, "CONFLICT"],
  read: (values) => {
    const message = values.text("message");
    const [first, ...others] = values.words;
    return message === undefined
      ? commitOf("commit", values, first, others)
      : commitOf("commit", values, message, values.words);
  },
  load: async () => (await import("../commands/commit.ts")).runCommit,
});

const SYNC: TableEntry = define<CommitCommand>({
  name: "sync",
  group: "History",
  summary: "Commit what is staged, without a message",
  description:
    `Does what pond commit does, without a message. With PATHs or --first, only a part
is committed, with what it needs; the rest stays staged.`,
  arguments: [{ name: "PATH", summary: "What to commit", many: true }],
  options: [FIRST, DRY_RUN, DURABILITY, FORMAT],
  examples: [
    { cmd: "pond sync", says: "Commit what is staged" },
    { cmd: "pond sync /staged.txt", says: "Commit what is staged of one path" },
  ],
  errors: [...COMMITTING, "CONFLICT"],
  read: (values) => commitOf("sync", values, undefined, values.words),
  load: async () => (await import("../commands/commit.ts")).runCommit,
});

function commitOf(
  name: "commit" | "sync",
  values: Values,
  message: string | undefined,
  paths: readonly string[],
): CommitCommand {
  const first = values.number("first");
  if (first !== undefined && paths.length > 0) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot commit the first operations and those of paths",
      { hint: "leave out --first, or the paths" },
    );
  }
  return {
    name,
    message,
    paths,
    first,
    dryRun: values.flag("dry-run"),
    format: formatOf(values),
  };
}

const REVERT: TableEntry = define<RevertCommand>({
  name: "revert",
  group: "History",
  summary: "Drop what is staged",
  description:
    `Drops everything that was staged with --no-sync; with PATHs, what is staged at or
below them, and what builds on that. What is committed stays; to go back in history:
pond restore.`,
  arguments: [{ name: "PATH", summary: "What to drop", many: true }],
  options: [DRY_RUN],
  examples: [
    { cmd: "pond revert", says: "Drop the staged operations" },
    { cmd: "pond revert /staged.txt", says: "Drop those of one path" },
    { cmd: "pond revert -n", says: "See what would be dropped" },
  ],
  errors: OPENING,
  read: (values) => ({
    name: "revert",
    paths: values.words,
    dryRun: values.flag("dry-run"),
  }),
  load: async () => (await import("../commands/revert.ts")).runRevert,
});

/** Commands that record. */
export const HISTORY_COMMANDS: Readonly<
  Record<
    "commit" | "sync" | "revert",
    TableEntry
  >
> = {
  commit: COMMIT,
  sync: SYNC,
  revert: REVERT,
};
