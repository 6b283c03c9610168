/**
 * The commands that look for what is wrong.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { DataPart } from "../../tinylogfs/mod.ts";
import { define } from "../command.ts";
import type {
  CheckCommand,
  DoctorCommand,
  TableEntry,
  Values,
} from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import { FORMAT, formatOf } from "../options.ts";

const CHECK: TableEntry = define<CheckCommand>({
  name: "check",
  group: "Care",
  paged: true,
  summary: "Look for damage, and repair what loses nothing",
  description:
    `Reads what is stored, and lists all damage: which file, what of the pond and of
which version, what is lost, and what to do. A pond that can't be opened is
checked, too. It changes nothing, and may run while others use the pond.

Of main and of each branch it looks at the log and its checkpoints, at the
SHA-256, statistics and rows of every data file, at directories and their nodes,
at the stage, and whether blobs are there. --quick looks at the log, and at the
sizes of data files; --read-data at the SHA-256 of every blob, too, or of a PART of
them: 10% are a random sample of a tenth of their bytes, and 1/7, 2/7 … 7/7, one a
day, have read all in a week. What was read is told. Notes and leftovers are no
damage.

--repair moves away a damaged newest commit, so that the pond opens at the
version before it, damaged checkpoints whose commits are there, commits up to a
damaged one that a checkpoint stands for, and a damaged end of the stage; all of
it is kept in the directory recovered of the pond. It writes hints anew, and
deletes leftovers that are older than 7 days. It edits nothing, and what it
can't repair it leaves.

Of a pond without damage it tells two hashes, unless --quick. The content root is
of names, types, links and bytes alone: any two ponds with the same files have the
same, and --root PATH tells that of a part of the tree. The history root is of
every version and transaction: copies and restores have that of the pond, in
whatever layout, and however often rows were merged. With --json they are members
of the report, null where there are none; other formats have the findings alone.

Ends with 6 when there is damage, or when some is left.`,
  arguments: [{
    name: "PART",
    summary: "With --read-data: how much of all blobs, 10% or 1/7",
    completes: [],
  }],
  options: [
    {
      name: "quick",
      kind: "flag",
      summary: "Only the log, and sizes of data files",
    },
    {
      name: "read-data",
      kind: "flag",
      summary: "The bytes of blobs, too: of all, or of a PART",
    },
    {
      name: "root",
      kind: "text",
      value: "PATH",
      summary: "Check nothing, and tell the content root of what is there",
    },
    {
      name: "repair",
      kind: "flag",
      summary: "Do away with what loses nothing",
    },
    {
      name: "dry-run",
      short: "n",
      kind: "flag",
      summary: "With --repair: only say what would be done",
    },
    FORMAT,
  ],
  examples: [
    { cmd: "pond check", says: "Check everything but the bytes of blobs" },
    { cmd: "pond check --read-data", says: "Check everything" },
    {
      cmd: "pond check --read-data 10%",
      says: "Check all but blobs, and a tenth of those",
    },
    {
      cmd: "pond check --read-data 1/7",
      says: "Read blobs in seven parts, one a day",
    },
    {
      cmd: "pond check --quick --json",
      says: "Tell a program what is damaged in the log",
    },
    {
      cmd: "pond check --repair --dry-run",
      says: "Show what a repair would do",
    },
    {
      cmd: "pond check --root /sensors",
      says: "Tell a hash that any pond has with the same files there",
    },
    { cmd: "pond check --repair", says: "Repair what loses nothing" },
  ],
  exits: [ExitCode.integrity],
  errors: ["ABORTED", "FORMAT_TOO_NEW", "NO_POND"],
  read: readCheck,
  load: async () => (await import("../commands/check.ts")).runCheck,
});

function readCheck(values: Values): CheckCommand {
  const isQuick = values.flag("quick");
  const isThorough = values.flag("read-data");
  if (isQuick && isThorough) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot combine --quick with --read-data",
      { hint: "leave out one of them" },
    );
  }
  const [part] = values.words;
  if (part !== undefined && !isThorough) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot check the part ${part} without --read-data`,
      { hint: `pond check --read-data ${part}` },
    );
  }
  const root = values.text("root");
  const repair = values.flag("repair");
  if (root !== undefined && (isQuick || isThorough || repair)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot combine --root with --quick, --read-data or --repair: it checks nothing",
      { hint: "leave out one of them" },
    );
  }
  const dryRun = values.flag("dry-run");
  if (dryRun && !repair) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot do --dry-run without --repair: a check changes nothing",
      { hint: "pond check --repair --dry-run" },
    );
  }
  return {
    name: "check",
    depth: isQuick ? "quick" : isThorough ? "data" : "rows",
    part: part === undefined ? undefined : partOf(part),
    root,
    repair,
    dryRun,
    format: formatOf(values),
  };
}

/** Reads `10%` or `1/7`. */
function partOf(text: string): DataPart {
  const [, percent] = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text) ?? [];
  if (percent !== undefined) return { percent: Number(percent) };
  const [, number, of] = /^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? [];
  if (of !== undefined) return { number: Number(number), of: Number(of) };
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read the part ${JSON.stringify(text)} of all data`,
    { hint: "pond check --read-data 10%, or 1/7" },
  );
}

const DOCTOR: TableEntry = define<DoctorCommand>({
  name: "doctor",
  group: "Care",
  summary: "Find what is wrong around the pond, and how to repair it",
  description:
    `Tries what pond needs, and says of each whether it is ok, a warning or a failure,
with the command that repairs it: versions, the SQL engine, the configuration and
what wins in it; and of the pond permissions, room on the disk, whether files can be
written, linked and flushed, the clock beside that of the disk and of the commits,
locks that others hold, what is staged, what interrupted programs have left, and the
quick part of pond check. Outside a pond, only what is around it.

It changes nothing; what it writes to try the disk is removed again. It ends with 1
when something fails.`,
  arguments: [],
  options: [FORMAT],
  examples: [
    { cmd: "pond doctor", says: "Look at everything" },
    { cmd: "pond doctor --json", says: "The same for programs" },
  ],
  exits: [ExitCode.failed],
  errors: ["ABORTED"],
  read: (values) => ({ name: "doctor", format: formatOf(values) }),
  load: async () => (await import("../commands/doctor.ts")).runDoctor,
});

/** Commands that look for what is wrong. */
export const CHECK_COMMANDS: Readonly<
  Record<"check" | "doctor", TableEntry>
> = { check: CHECK, doctor: DOCTOR };
