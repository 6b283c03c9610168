/**
 * The commands under "Move data": between the host and the pond.
 *
 * @module
 */
import { define } from "../command.ts";
import type { TableEntry } from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import {
  CHANGE,
  changeOf,
  COMMITTING,
  DRY_RUN,
  LOOKING,
  RECURSIVE,
  TREE,
  treeOf,
  VIEW,
  viewOf,
} from "../options.ts";
import type { GetCommand, PutCommand } from "../tree_command.ts";

const PUT: TableEntry = define<PutCommand>({
  name: "put",
  group: "Move data",
  summary: "Copy files and trees from the host into the pond",
  description:
    `Copies host files into the pond, in one transaction; a directory is taken with
everything in it, symlinks as symlinks, with modes and times. "-" is standard input.
If POND is a directory or ends with a slash, or there are several sources, the
copies are made in it. DIR/. means what is in DIR: it goes into POND itself, which
is made if need be; a slash alone says nothing. What the pond has already makes no
version; an existing file that is another one gets a new version.

--include and --exclude are patterns of names, or, with a slash, of paths from the
top of the tree; they hold for what is named as well. .pondignore in a directory
leaves out what it says, in the language of .gitignore. What can't be read, is no
file, directory or symlink, or changes each time that it is read, is said and left
out: the rest is put, and the exit code is 3. --delete comes last, and deletes
nothing after an error; what is left out stays. Setuid and sticky bits, owners and
extended attributes aren't kept; a directory has its time until something in it
changes.`,
  arguments: [
    {
      name: "HOST",
      summary: "Files or directories of the host, or -",
      required: true,
      many: true,
    },
    { name: "POND", summary: "A path in the pond", required: true },
  ],
  options: [RECURSIVE, ...TREE, ...CHANGE],
  examples: [
    {
      cmd: "pond put readings.csv /sensors/b.csv",
      says: "Put a file under this name",
    },
    { cmd: "pond put readings.csv /sensors/", says: "Put it into a directory" },
    { cmd: "pond put - /note.txt", says: "Put what comes from standard input" },
    {
      cmd: "pond put station /station",
      says: "Put a directory with everything in it",
    },
    {
      cmd: "pond put --exclude '*.tmp' --delete station /",
      says: "Make the pond's /station what the host's is now",
    },
    {
      cmd: "pond put --delete station/. /mirror",
      says: "Do so under another name",
    },
    { cmd: "pond put -n station /", says: "Show what would be put" },
  ],
  exits: [ExitCode.partly],
  errors: [
    ...COMMITTING,
    "CONFLICT",
    "NOT_A_DIRECTORY",
    "NOT_FOUND",
    "PERMISSION_DENIED",
  ],
  read: (values) => ({
    name: "put",
    sources: values.words.slice(0, -1),
    destination: values.words.at(-1) ?? "",
    ...treeOf(values),
    ...changeOf(values),
  }),
  load: async () => (await import("../commands/put.ts")).runPut,
});

const GET: TableEntry = define<GetCommand>({
  name: "get",
  group: "Move data",
  summary: "Copy files and trees from the pond to the host",
  description:
    `Copies from the pond to the host; a directory is taken with everything in it,
symlinks inside it as symlinks, with modes and times. "-" is standard output. If
HOST is a directory, the copies are made in it; DIR/. means what is in DIR, which
goes into HOST itself. A host file that is the same gets mode and time only; one
that isn't is never replaced without --force, nor is what stands where something
else comes, which needs --delete as well. A directory that is there keeps its mode
and time. Nothing is ever written outside of HOST.

--delete takes away what lies in the directories that are copied, and the pond
hasn't. It comes last, and deletes nothing after an error; what --include and
--exclude leave out stays. What can't be written is said, the rest is, and the exit
code is 3.`,
  arguments: [
    { name: "POND", summary: "Paths in the pond", required: true, many: true },
    { name: "HOST", summary: "A path on the host, or -", required: true },
  ],
  options: [
    RECURSIVE,
    {
      name: "force",
      short: "f",
      kind: "flag",
      summary: "Replace files of the host",
    },
    ...TREE,
    DRY_RUN,
    ...VIEW,
  ],
  examples: [
    { cmd: "pond get /sensors/a.csv copy.csv", says: "Get a file" },
    { cmd: "pond get /sensors/a.csv -", says: "Write it to standard output" },
    {
      cmd: "pond get --at v1 /sensors tree",
      says: "Get a directory as it was",
    },
    {
      cmd: "pond get --force --delete /sensors/. mirror",
      says: "Make mirror what /sensors is",
    },
    {
      cmd: "pond get --include '*.csv' /sensors tables",
      says: "Get only the tables",
    },
  ],
  exits: [ExitCode.partly],
  errors: [...LOOKING, "ALREADY_EXISTS", "NOT_A_DIRECTORY", "NO_SPACE"],
  read: (values) => ({
    name: "get",
    sources: values.words.slice(0, -1),
    destination: values.words.at(-1) ?? "",
    force: values.flag("force"),
    dryRun: values.flag("dry-run"),
    ...treeOf(values),
    ...viewOf(values),
  }),
  load: async () => (await import("../commands/get.ts")).runGet,
});

/** Commands that cross the border to the host. */
export const MOVE_DATA: Readonly<Record<"put" | "get", TableEntry>> = {
  put: PUT,
  get: GET,
};
