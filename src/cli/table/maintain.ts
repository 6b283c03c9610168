/**
 * The command that keeps a pond small and fast.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { define } from "../command.ts";
import {
  type MaintainCommand,
  MAINTENANCE_TASKS,
  type TableEntry,
  type Values,
} from "../command.ts";
import { FORMAT, formatOf, WRITING } from "../options.ts";

/** `pond maintain` */
export const MAINTAIN: TableEntry = define<MaintainCommand>({
  name: "maintain",
  group: "Care",
  summary: "Merge small files, delete what nothing needs",
  description: `Does TASK, or without it all of them in this order:

  optimize    merge data files, so that there are as few as possible
  checkpoint  write a checkpoint, and remove commits of the Delta log that it
              stands for and that are older than the log keeps them (30 days)
  vacuum      delete files that nothing needs and that are older than the
              retention: data files that were merged, blobs that neither history
              nor the stage names, what interrupted commands have left

No version and no row of history is lost. Commits merge and write checkpoints by
themselves; this does the rest. It may run while others use the pond.

What vacuum deletes is gone, so it only says what it would delete, unless --yes is
given. A retention below 7 days needs --force: a program that is running may need a
younger file.`,
  arguments: [
    {
      name: "TASK",
      summary: "optimize, checkpoint or vacuum",
      completes: MAINTENANCE_TASKS,
    },
  ],
  options: [
    {
      name: "yes",
      short: "y",
      kind: "flag",
      summary: "Let vacuum delete what it finds",
    },
    {
      name: "dry-run",
      short: "n",
      kind: "flag",
      summary: "Change nothing, and say what would be done",
    },
    {
      name: "retention",
      kind: "text",
      value: "TIME",
      summary: "Let vacuum keep what is younger: 7d unless told otherwise",
      config: "maintain.retention",
    },
    {
      name: "force",
      kind: "flag",
      summary: "Take a retention below 7 days: no other program uses the pond",
    },
    FORMAT,
  ],
  examples: [
    {
      cmd: "pond maintain",
      says: "Merge files and write a checkpoint; show what could be deleted",
    },
    {
      cmd: "pond maintain vacuum --yes",
      says: "Delete what nothing has needed for 7 days",
    },
    {
      cmd: "pond maintain optimize --dry-run --json",
      says: "Tell a program what there is to merge",
    },
    {
      cmd: "pond maintain vacuum --retention 1h --force",
      says: "Show what could be deleted where nobody else uses the pond",
    },
  ],
  errors: WRITING,
  read: readMaintain,
  load: async () => (await import("../commands/maintain.ts")).runMaintain,
});

function readMaintain(values: Values): MaintainCommand {
  const [word] = values.words;
  const task = MAINTENANCE_TASKS.find((task) => task === word);
  if (word !== undefined && task === undefined) {
    throw new PondError("INVALID_ARGUMENT", `Cannot do "${word}" to a pond`, {
      hint: `one of ${MAINTENANCE_TASKS.join(", ")}, or nothing for all`,
    });
  }
  const isDry = values.flag("dry-run");
  const isSure = values.flag("yes");
  if (isDry && isSure) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot combine --dry-run with --yes",
      { hint: "leave out one of them" },
    );
  }
  return {
    name: "maintain",
    task,
    dryRun: isDry,
    yes: isSure,
    force: values.flag("force"),
    format: formatOf(values),
  };
}
