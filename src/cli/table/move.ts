/**
 * The commands under "Move data": between the host and the pond.
 *
 * @module
 */
import { define } from "../command.ts";
import type { GetCommand, PutCommand, TableEntry } from "../command.ts";
import { ExitCode } from "../exit_codes.ts";
import {
  CHANGE,
  changeOf,
  COMMITTING,
  LOOKING,
  RECURSIVE,
  VIEW,
  viewOf,
} from "../options.ts";

const PUT: TableEntry = define<PutCommand>({
  name: "put",
  group: "Move data",
  summary: "Copy files and trees from the host into the pond",
  description:
    `Copies host files into the pond, in one transaction; a directory is taken with
everything in it, symlinks as symlinks. "-" is standard input. If POND is a
directory or ends with a slash, or there are several sources, the copies are made
in it; an existing file there gets a new version.`,
  arguments: [
    {
      name: "HOST",
      summary: "Files or directories of the host, or -",
      required: true,
      many: true,
    },
    { name: "POND", summary: "A path in the pond", required: true },
  ],
  options: [RECURSIVE, ...CHANGE],
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
  ],
  errors: [...COMMITTING, "NOT_A_DIRECTORY", "NOT_FOUND", "PERMISSION_DENIED"],
  read: (values) => ({
    name: "put",
    sources: values.words.slice(0, -1),
    destination: values.words.at(-1) ?? "",
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
symlinks inside it as symlinks. "-" is standard output. If HOST is a directory, the
copies are made in it. A host file that exists is never replaced without --force,
and nothing is ever written outside of HOST.`,
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
    ...VIEW,
  ],
  examples: [
    { cmd: "pond get /sensors/a.csv copy.csv", says: "Get a file" },
    { cmd: "pond get /sensors/a.csv -", says: "Write it to standard output" },
    {
      cmd: "pond get --at v1 /sensors tree",
      says: "Get a directory as it was",
    },
  ],
  exits: [ExitCode.partly],
  errors: [...LOOKING, "ALREADY_EXISTS", "NO_SPACE"],
  read: (values) => ({
    name: "get",
    sources: values.words.slice(0, -1),
    destination: values.words.at(-1) ?? "",
    force: values.flag("force"),
    ...viewOf(values),
  }),
  load: async () => (await import("../commands/get.ts")).runGet,
});

/** Commands that cross the border to the host. */
export const MOVE_DATA: Readonly<Record<"put" | "get", TableEntry>> = {
  put: PUT,
  get: GET,
};
