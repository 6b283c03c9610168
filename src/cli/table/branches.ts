/**
 * The commands of branches.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define } from "../command.ts";
import type {
  BranchCommand,
  MergeCommand,
  SwitchCommand,
  TableEntry,
  Values,
} from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import {
  COMMITTING,
  DRY_RUN,
  DURABILITY,
  FORMAT,
  formatOf,
  LOOKING,
  MESSAGE,
  OPENING,
} from "../options.ts";

const BRANCH: TableEntry = define<BranchCommand>({
  name: "branch",
  group: "History",
  paged: true,
  summary: "List, make and delete branches",
  description:
    `Without NAME, lists the branches. With NAME, makes one of the branch that is open:
another line of history, which begins with all that is committed and shares the
files with it, so that it costs next to nothing. Work in it with pond switch NAME,
or for one command with --branch NAME. Each branch is a Delta table of its own:
$POND/branches/NAME/oplog.

--scratch makes one for work to throw away; pond maintain vacuum --yes deletes it
when its time is over.`,
  arguments: [{
    name: "NAME",
    summary: "The branch to make, or to delete",
    completes: "branches",
  }],
  options: [
    {
      name: "at",
      kind: "text",
      value: "REV",
      summary: "Begin with this revision (pond help revisions)",
    },
    {
      name: "delete",
      short: "d",
      kind: "flag",
      summary: "Delete the branch, and the history that it alone has",
    },
    {
      name: "force",
      kind: "flag",
      summary: "Let --delete drop transactions of its own",
    },
    {
      name: "scratch",
      kind: "flag",
      summary: "Make one that is deleted by itself; NAME may be left out",
    },
    {
      name: "ttl",
      kind: "text",
      value: "TIME",
      summary: "For how long --scratch keeps it: 1d unless told otherwise",
    },
    DRY_RUN,
    FORMAT,
  ],
  examples: [
    { cmd: "pond branch", says: "List the branches" },
    { cmd: "pond branch trial", says: "Make a branch of what is committed" },
    {
      cmd: "pond branch before --at v1",
      says: "Make a branch of an earlier state",
    },
    {
      cmd: "pond branch --scratch --ttl 1h",
      says: "Make one for work to throw away, and show its name",
    },
  ],
  errors: [...LOOKING, "ALREADY_EXISTS", "INVALID_NAME", "NO_SPACE"],
  read: readBranch,
  load: async () => (await import("../commands/branch.ts")).runBranch,
});

const SWITCH: TableEntry = define<SwitchCommand>({
  name: "switch",
  group: "History",
  summary: "Make a branch the current one",
  description:
    `From now on, commands without --branch work in the branch NAME: those of everybody
who uses the pond. main is the branch that a pond is made with. What is staged stays
with the branch that it was staged in.`,
  arguments: [{
    name: "NAME",
    summary: "The branch",
    required: true,
    completes: "branches",
  }],
  options: [
    {
      name: "create",
      short: "c",
      kind: "flag",
      summary: "Make it first, of the current one",
    },
    DRY_RUN,
  ],
  examples: [
    { cmd: "pond switch main", says: "Go back to the branch main" },
    {
      cmd: "pond switch --create trial",
      says: "Make a branch, and work in it from now on",
    },
  ],
  errors: [...OPENING, "ALREADY_EXISTS", "NOT_FOUND"],
  read: (values) => ({
    name: "switch",
    branch: values.words[0] ?? "",
    create: values.flag("create"),
    dryRun: values.flag("dry-run"),
  }),
  load: async () => (await import("../commands/branch.ts")).runSwitch,
});

const MERGE: TableEntry = define<MergeCommand>({
  name: "merge",
  group: "History",
  summary: "Take in what another branch has changed",
  description:
    `Merges the branch NAME into the one that is open, by one transaction: what has
changed there since the last state that both have had. Where both have changed the
same, in different ways, what is here stays: these conflicts are listed, the rest is
merged, and the exit code is 3. docs/merging.md says what goes together.

The next merge lists them again, until both sides are the same, or one of them is
as it was before. When all is well as it is here, --ours says so, and they are
settled. Look at the other side with pond cat PATH --branch NAME.`,
  arguments: [{
    name: "NAME",
    summary: "The branch to merge into this one",
    required: true,
    completes: "branches",
  }],
  options: [
    {
      name: "dry-run",
      short: "n",
      kind: "flag",
      summary: "List what would change, and change nothing",
    },
    {
      name: "ours",
      kind: "flag",
      summary: "Settle conflicts by what is here",
    },
    MESSAGE,
    DURABILITY,
    FORMAT,
  ],
  examples: [
    { cmd: "pond merge trial --dry-run", says: "See what would be merged" },
    { cmd: "pond merge trial", says: "Merge the branch trial into this one" },
    {
      cmd: "pond merge trial --ours",
      says: "Keep what is here where both don't fit, for good",
    },
  ],
  exits: [ExitCode.partly],
  errors: [...COMMITTING, "NOT_FOUND"],
  read: (values) => ({
    name: "merge",
    branch: values.words[0] ?? "",
    ours: values.flag("ours"),
    dryRun: values.flag("dry-run"),
    message: values.text("message"),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/merge.ts")).runMerge,
});

function readBranch(values: Values): BranchCommand {
  const [branch] = values.words;
  const command: BranchCommand = {
    name: "branch",
    branch,
    at: values.text("at"),
    delete: values.flag("delete"),
    force: values.flag("force"),
    scratch: values.flag("scratch"),
    ttl: values.text("ttl"),
    dryRun: values.flag("dry-run"),
    format: formatOf(values),
  };
  const { scratch, ttl, at } = command;
  const isMade = branch !== undefined || scratch;
  const hint = "pond help branch";
  if (command.delete && (branch === undefined || scratch || at !== undefined)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot delete a branch without its name, or make it as well",
      { hint },
    );
  }
  if (command.force && !command.delete) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot force anything but --delete",
      {
        hint,
      },
    );
  }
  if (ttl !== undefined && !scratch) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot use --ttl without --scratch",
      {
        hint: `pond branch --scratch --ttl ${ttl}`,
      },
    );
  }
  if (at !== undefined && !isMade) {
    throw new PondError("INVALID_ARGUMENT", "Cannot use --at without a name", {
      hint,
    });
  }
  return command;
}

/** Commands of branches. */
export const BRANCH_COMMANDS: Readonly<
  Record<"branch" | "switch" | "merge", TableEntry>
> = { branch: BRANCH, switch: SWITCH, merge: MERGE };
