/**
 * The commands that carry a whole pond to another place.
 *
 * @module
 */
import { define } from "../command.ts";
import type { BundleCommand, TableEntry, UnbundleCommand } from "../command.ts";
import { DRY_RUN, OPENING } from "../options.ts";

/** How `--compress` can be answered. */
const PACKINGS = ["none", "gzip", "zstd"] as const;

const BUNDLE: TableEntry = define<BundleCommand>({
  name: "bundle",
  group: "Move data",
  summary: "Write the whole pond into one archive",
  description:
    `Writes a tar archive with the pond in it: all branches, all of history, and the
current tree as plain files. A page in it says how to read it without pond, with
tar, sha256sum, DuckDB, Spark or Python; pond unbundle makes a pond of it again.

Everything is checked against its hash while it is written. The archive is of the
state when it begins, whatever others commit meanwhile; what is staged is not in it.
The same pond makes the same bytes. A name that ends with .gz, .tgz, .zst or .tzst
is compressed; without FILE, or with "-", it goes to standard output.`,
  arguments: [{
    name: "FILE",
    summary: "A file of the host, or -",
    completes: "files",
  }],
  options: [
    {
      name: "no-files",
      kind: "flag",
      summary: "Leave out the current tree as plain files",
    },
    {
      name: "compress",
      kind: "text",
      value: "HOW",
      choices: PACKINGS,
      summary: "Compress it, whatever its name",
    },
    { name: "force", kind: "flag", summary: "Replace the file" },
    DRY_RUN,
  ],
  examples: [
    { cmd: "pond bundle pond.tar", says: "Write the pond into one file" },
    { cmd: "pond bundle pond.tar.zst", says: "Compress it, too" },
    {
      cmd: "pond bundle --no-files -",
      says: "Send it to another program, without the plain files",
    },
    { cmd: "pond bundle -n pond.tar", says: "Say how much it would be" },
  ],
  errors: [
    ...OPENING,
    "ALREADY_EXISTS",
    "IS_A_DIRECTORY",
    "NOT_FOUND",
    "NO_SPACE",
  ],
  read: (values) => {
    const compress = values.text("compress");
    return {
      name: "bundle",
      file: values.words[0] ?? "-",
      packing: PACKINGS.find((name) => name === compress),
      tree: !values.flag("no-files"),
      force: values.flag("force"),
      dryRun: values.flag("dry-run"),
    };
  },
  load: async () => (await import("../commands/bundle.ts")).runBundle,
});

const UNBUNDLE: TableEntry = define<UnbundleCommand>({
  name: "unbundle",
  group: "Move data",
  summary: "Make a pond of an archive that pond bundle has written",
  description:
    `Makes the pond that was bundled, with all of its branches and history, under the
same identity. DIRECTORY must not be there, or be empty. gzip and zstd are seen by
what the file begins with.

Every byte is checked: the hashes in the archive, the rows of the pond that comes of
it, and that its two roots are those of the pond that was bundled. A damaged or
shortened archive, and one that is no bundle, makes no pond; neither does a run that
was interrupted: the next one begins anew. Names that lead elsewhere, and links, are
refused. The plain files in the archive are checked, and left out: the pond has
them.`,
  arguments: [
    {
      name: "FILE",
      summary: "A file of the host, or -",
      required: true,
      completes: "files",
    },
    {
      name: "DIRECTORY",
      summary: "Where the pond is to be",
      required: true,
      completes: "files",
    },
  ],
  options: [DRY_RUN],
  examples: [
    {
      cmd: "pond unbundle bundled.tar copy",
      says: "Make a pond in the directory copy",
    },
    {
      cmd: "pond unbundle -n bundled.tar copy",
      says:
        "Only check the archive: the room for a pond is needed all the same",
    },
  ],
  errors: [
    "ABORTED",
    "ALREADY_EXISTS",
    "FORMAT_TOO_NEW",
    "INTEGRITY",
    "LOCKED",
    "NOT_FOUND",
    "NO_SPACE",
    "UNSUPPORTED",
  ],
  read: ({ flag, words: [file = "-", directory = ""] }) => ({
    name: "unbundle",
    file,
    directory,
    dryRun: flag("dry-run"),
  }),
  load: async () => (await import("../commands/unbundle.ts")).runUnbundle,
});

/** Commands that carry a whole pond to another place. */
export const ARCHIVE_COMMANDS: Readonly<
  Record<"bundle" | "unbundle", TableEntry>
> = { bundle: BUNDLE, unbundle: UNBUNDLE };
