/**
 * The commands under "History" that go back.
 *
 * @module
 */
import { define } from "../command.ts";
import type {
  OptionSpec,
  RestoreCommand,
  TableEntry,
  UndoCommand,
  Values,
} from "../command.ts";
import {
  COMMITTING,
  DURABILITY,
  FORMAT,
  formatOf,
  LOOKING,
  MESSAGE,
} from "../options.ts";

const DRY_RUN: OptionSpec = {
  name: "dry-run",
  short: "n",
  kind: "flag",
  summary: "List what would change, and change nothing",
};

const OPTIONS = [DRY_RUN, MESSAGE, DURABILITY, FORMAT];

function optionsOf(values: Values) {
  return {
    dryRun: values.flag("dry-run"),
    message: values.text("message"),
    format: formatOf(values),
  };
}

const UNDO: TableEntry = define<UndoCommand>({
  name: "undo",
  group: "History",
  summary: "Take a transaction back",
  description:
    `Takes one transaction back, by a new one: what came later stays. Where later
transactions changed the same, nothing is done, and the paths are named. Without
TXN, the newest that is neither an undo nor undone: so undo after undo goes
further back. An undo is taken back by pond redo.`,
  arguments: [{ name: "TXN", summary: "A revision (pond help revisions)" }],
  options: OPTIONS,
  examples: [
    { cmd: "pond undo", says: "Take back the last transaction" },
    { cmd: "pond undo v1 --dry-run", says: "List what would change" },
  ],
  errors: [...COMMITTING, "CONFLICT", "REVISION_NOT_FOUND"],
  read: (values) => ({
    name: "undo",
    transaction: values.words[0],
    ...optionsOf(values),
  }),
  load: async () => (await import("../commands/undo.ts")).runUndo,
});

const REDO: TableEntry = define<UndoCommand>({
  name: "redo",
  group: "History",
  summary: "Take an undo back",
  description:
    `Takes back the newest undo that is in effect, by a new transaction. Where later
transactions changed the same, nothing is done, and the paths are named.`,
  arguments: [],
  options: OPTIONS,
  examples: [{ cmd: "pond redo", says: "Do again what was undone last" }],
  errors: [...COMMITTING, "REVISION_NOT_FOUND"],
  read: (values) => ({
    name: "redo",
    transaction: undefined,
    ...optionsOf(values),
  }),
  load: async () => (await import("../commands/undo.ts")).runUndo,
});

const RESTORE: TableEntry = define<RestoreCommand>({
  name: "restore",
  group: "History",
  summary: "Make an earlier state the current one",
  description:
    `Makes the state of REV the current one, by a new transaction: nothing is lost, and
another restore leads back. Without REV, the state before the last transaction
(v-1). With a PATH, only what is, or was, there: a node that has moved since is
moved back. A word with a slash is a PATH. To look without restoring: --at REV on
any reading command.`,
  arguments: [
    { name: "REV", summary: "The revision (pond help revisions)" },
    { name: "PATH", summary: "What to restore; everything when left out" },
  ],
  options: OPTIONS,
  examples: [
    { cmd: "pond restore v1", says: "Make version 1 the current state" },
    { cmd: "pond restore", says: "Take back the last transaction" },
    {
      cmd: "pond restore v1 /sensors/a.csv",
      says: "Make a file what it was at version 1",
    },
    { cmd: "pond restore v0 --dry-run", says: "List what would change" },
  ],
  errors: [...LOOKING, "NO_SPACE"],
  read: (values) => ({
    name: "restore",
    words: values.words,
    ...optionsOf(values),
  }),
  load: async () => (await import("../commands/restore.ts")).runRestore,
});

/** Commands that go back. */
export const GO_BACK: Readonly<
  Record<"undo" | "redo" | "restore", TableEntry>
> = { undo: UNDO, redo: REDO, restore: RESTORE };
