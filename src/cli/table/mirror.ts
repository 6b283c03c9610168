/**
 * The command that keeps a directory of the host and one of the pond alike.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define, type TableEntry, type Values } from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import { MIRROR_VERBS, type MirrorCommand } from "../mirror_command.ts";
import {
  COMMITTING,
  DRY_RUN,
  DURABILITY,
  FORMAT,
  formatOf,
  MESSAGE,
  TREE,
  treeOf,
} from "../options.ts";

/** `pond mirror` */
export const MIRROR: TableEntry = define<MirrorCommand>({
  name: "mirror",
  group: "Move data",
  summary: "Keep a directory of the host and one of the pond alike",
  description:
    `Compares the host's directory DIR with PATH in the pond (the root; later that of
the last sync), and both with what they had at the last sync, which is kept in
DIR/.pond-mirror:

  push    to DIR goes what has changed in the pond
  pull    into the pond goes what has changed in DIR, as one transaction
  sync    both: pull, then push
  status  nothing is changed: what each side would get
  watch   pull, again each time that changes in DIR have come to rest; with --both,
          sync, so that commits of others come to DIR as well

What both sides have changed in different ways is a conflict: it is listed, stays as
it is on both sides, and the exit code is 5, until one is changed to what the other
is, or --prefer says which counts; the other version is in the pond's history then.
A change wins against a deletion. Deletions are carried over with --delete alone.

What --exclude, --include and .pondignore (of either side) leave out is touched on
neither. Modes, symlinks and the times of files are kept. Nothing is written outside
of DIR, also not through a symlink in it. What can't be read or written is said,
the rest is done, and the exit code is 3. A run that was ended is continued by the
next.`,
  arguments: [
    {
      name: "VERB",
      summary: "push, pull, sync, status or watch",
      required: true,
      completes: MIRROR_VERBS,
    },
    {
      name: "DIR",
      summary: "A directory of the host; push and sync make it",
      required: true,
      completes: "files",
    },
    { name: "PATH", summary: "A directory of the pond" },
  ],
  options: [
    ...TREE,
    {
      name: "prefer",
      kind: "text",
      value: "SIDE",
      choices: ["pond", "host"],
      summary: "Decide conflicts for this side",
    },
    {
      name: "resync",
      kind: "flag",
      summary: "Forget the last sync: what one side lacks is new to it",
    },
    {
      name: "both",
      kind: "flag",
      summary: "Let watch carry changes of the pond to DIR, too",
    },
    {
      name: "settle",
      kind: "text",
      value: "TIME",
      summary: "How long nothing changes before watch takes it (500ms)",
    },
    {
      name: "rescan",
      kind: "text",
      value: "TIME",
      summary: "When watch looks through DIR without a hint (1min)",
    },
    MESSAGE,
    DRY_RUN,
    DURABILITY,
    FORMAT,
  ],
  examples: [
    {
      cmd: "pond mirror push copy",
      says: "Write the pond to the directory copy",
    },
    {
      cmd: "pond mirror push sensors /sensors",
      says: "Write a directory of the pond",
    },
    {
      cmd: "pond mirror pull --delete -m 'from the field' station /station",
      says: "Make /station what the host's directory is now",
    },
    { cmd: "pond mirror sync copy", says: "Carry changes both ways" },
    {
      cmd: "pond mirror status station --json",
      says: "Tell a program what would be done",
    },
  ],
  exits: [ExitCode.partly, ExitCode.conflict],
  errors: [...COMMITTING, "LOCKED", "NOT_A_DIRECTORY", "NOT_FOUND"],
  read: readMirror,
  load: async () => (await import("../commands/mirror.ts")).runMirror,
});

function readMirror(values: Values): MirrorCommand {
  const [word, directory = "", path] = values.words;
  const verb = MIRROR_VERBS.find((verb) => verb === word);
  if (verb === undefined) {
    throw new PondError("INVALID_ARGUMENT", `Cannot "${word}" a mirror`, {
      hint: `one of ${MIRROR_VERBS.join(", ")}`,
    });
  }
  const settle = values.text("settle");
  const rescan = values.text("rescan");
  const both = values.flag("both");
  const isOfWatch = both || settle !== undefined || rescan !== undefined;
  if (verb !== "watch" && isOfWatch) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot ${verb} with --both, --settle or --rescan: they are of watch`,
      { hint: `pond mirror watch ${directory}` },
    );
  }
  const prefer = values.text("prefer");
  const dryRun = values.flag("dry-run");
  if (verb === "watch" && (prefer !== undefined || dryRun)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot watch with --prefer or --dry-run: nobody looks at each change",
      { hint: `pond mirror sync ${directory}` },
    );
  }
  return {
    name: "mirror",
    verb,
    directory,
    path,
    prefer: prefer === "pond" || prefer === "host" ? prefer : undefined,
    resync: values.flag("resync"),
    message: values.text("message"),
    dryRun,
    both,
    settle,
    rescan,
    format: formatOf(values),
    ...treeOf(values),
  };
}
