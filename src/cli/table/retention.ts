/**
 * The commands that say what history costs, and drop it.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define } from "../command.ts";
import type {
  PruneCommand,
  TableEntry,
  UsageCommand,
  Values,
} from "../command.ts";
import { FORMAT, formatOf, OPENING, WRITING } from "../options.ts";

const PRUNE: TableEntry = define<PruneCommand>({
  name: "prune",
  group: "Care",
  summary: "Drop history that is older than a revision",
  description:
    `Drops what is older than REV (pond help revisions). The state at REV and all that
came later stays as it is, and other branches keep theirs. What tags mean stays,
too, and what is needed to merge other branches. It is the only command that drops
history, and nothing takes it back: so it only says what would go, unless --yes is
given.

The files that it leaves are deleted by pond maintain vacuum, when they are older
than 7 days: a program that is running may still read them. It may run while others
use the pond.`,
  arguments: [],
  options: [
    {
      name: "before",
      kind: "text",
      value: "REV",
      summary: "The first state that stays",
    },
    {
      name: "yes",
      short: "y",
      kind: "flag",
      summary: "Drop it",
    },
    {
      name: "dry-run",
      short: "n",
      kind: "flag",
      summary: "Only say what would go, as without --yes",
    },
    FORMAT,
  ],
  examples: [
    {
      cmd: "pond prune --before v1",
      says: "Say what would go if history began with version 1",
    },
    {
      cmd: "pond prune --before @ --yes",
      says: "Keep the newest state, and nothing of how it came about",
    },
    {
      cmd: "pond prune --before v1 --dry-run --json",
      says: "Tell a program what would go",
    },
  ],
  errors: [...WRITING, "REVISION_NOT_FOUND", "VERSION_CONFLICT"],
  read: readPrune,
  load: async () => (await import("../commands/retention.ts")).runPrune,
});

const USAGE: TableEntry = define<UsageCommand>({
  name: "du",
  group: "Care",
  paged: true,
  summary: "Say what a pond takes up, and what history costs",
  description:
    `Adds up what there is at PATH, the root without one, as it is now: the bytes of
its files. With --history also what is on the disk, of all branches together, a
file that several of them share counted once: data files with the rows of history,
those that were merged or pruned and wait for pond maintain vacuum, the log, blobs
(content of at least 64 KiB); and what pond prune would take of it at some points.`,
  arguments: [{ name: "PATH", summary: "A directory or file in the pond" }],
  options: [
    {
      name: "history",
      kind: "flag",
      summary: "Say what history costs; reads all rows",
    },
    FORMAT,
  ],
  examples: [
    { cmd: "pond du", says: "Add up the whole pond as it is" },
    { cmd: "pond du /sensors", says: "Add up a directory" },
    { cmd: "pond du --history", says: "Say what history costs" },
    { cmd: "pond du --history --json", says: "Tell a program so" },
  ],
  errors: [...OPENING, "NOT_FOUND"],
  read: (values) => ({
    name: "du",
    path: values.words[0] ?? "/",
    history: values.flag("history"),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/retention.ts")).runUsage,
});

/** Their entries. */
export const RETENTION = { prune: PRUNE, du: USAGE } as const;

function readPrune(values: Values): PruneCommand {
  const before = values.text("before");
  if (before === undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot drop history without --before: it is dropped up to a revision",
      { hint: "see which there are: pond log" },
    );
  }
  const yes = values.flag("yes");
  if (yes && values.flag("dry-run")) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot combine --dry-run with --yes",
      { hint: "leave out one of them" },
    );
  }
  return { name: "prune", before, yes, format: formatOf(values) };
}
