/**
 * The commands under "Files" that go by what is known of nodes, and the one that
 * does many things at once.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import {
  ATTRIBUTE_VERBS,
  type AttributeCommand,
  type BatchCommand,
  define,
  type FindCommand,
  type TableEntry,
  type Values,
} from "../command.ts";
import {
  CHANGE,
  changeOf,
  COMMITTING,
  FORMAT,
  formatOf,
  LOOKING,
  NULL,
  nullOf,
  VIEW,
  viewOf,
} from "../options.ts";
import { didYouMean, nearest } from "../../suggest.ts";

const FIND: TableEntry = define<FindCommand>({
  name: "find",
  group: "Files",
  paged: true,
  summary: "Find files by name, type, size, time and metadata",
  description:
    `Lists the paths of everything below PATH (the root without one) that meets all
that is asked for. A GLOB without a slash is one for names, with a slash one for
paths: *, ?, [a-z], {a,b}, and ** for any directories. SIZE is +10k (more), -1M
(less) or 512 (exactly), in bytes, k, M, G. TIME is a date, a time, or how long ago:
2h, 3d. A JSONPATH (RFC 9535) goes over a list with the node's metadata, which are
created, modified, size, mode, sha256 and attributes.`,
  arguments: [{ name: "PATH", summary: "The directory to look below" }],
  options: [
    {
      name: "name",
      kind: "text",
      value: "GLOB",
      summary: "Names, or with a slash paths, that match",
    },
    {
      name: "type",
      short: "t",
      kind: "text",
      value: "TYPE",
      choices: ["f", "d", "l", "file", "directory", "symlink"],
      summary: "Files, directories or symlinks (links)",
    },
    {
      name: "size",
      kind: "text",
      value: "SIZE",
      summary: "More (+), less (-) or exactly so many bytes",
    },
    {
      name: "newer",
      kind: "text",
      value: "TIME",
      summary: "Changed at that time or later",
    },
    {
      name: "older",
      kind: "text",
      value: "TIME",
      summary: "Changed before that time",
    },
    {
      name: "where",
      kind: "text",
      value: "JSONPATH",
      summary: "Where it finds something in the metadata",
    },
    NULL,
    ...VIEW,
    FORMAT,
  ],
  examples: [
    { cmd: "pond find --name '*.csv'", says: "List all CSV files" },
    {
      cmd: "pond find /sensors --type f --size +1k --newer 2h",
      says: "List what is large and new",
    },
    {
      cmd: "pond find --where '$[?@.attributes.station]' --json",
      says: "List what has an attribute, for programs",
    },
  ],
  errors: [...LOOKING, "NOT_A_DIRECTORY"],
  read: (values) => ({
    name: "find",
    path: values.words[0] ?? "/",
    glob: values.text("name"),
    type: values.text("type"),
    size: values.text("size"),
    newer: values.text("newer"),
    older: values.text("older"),
    where: values.text("where"),
    zero: nullOf(values),
    ...viewOf(values),
    format: formatOf(values),
  }),
  load: async () => (await import("../commands/find.ts")).runFind,
});

const ATTR: TableEntry = define<AttributeCommand>({
  name: "attr",
  group: "Files",
  paged: true,
  summary: "Show and change attributes of one's own",
  description:
    `Shows and changes what you say of a file, directory or symlink beside its content:
  pond attr ls PATH                       all attributes
  pond attr get PATH [NAME…]              the values of some, or of all
  pond attr set PATH NAME=TEXT…           sets some, the others stay
  pond attr rm PATH NAME…                 takes some away
NAME:=JSON sets a number, a list or any other JSON value. A symlink is not followed.
pond find --where goes by attributes.`,
  arguments: [
    {
      name: "VERB",
      summary: "get, set, rm or ls",
      required: true,
      completes: ATTRIBUTE_VERBS,
    },
    { name: "PATH", summary: "Whose attributes", required: true },
    { name: "NAME[=VALUE]", summary: "Which ones", many: true },
  ],
  options: [...VIEW, ...CHANGE, FORMAT],
  examples: [
    {
      cmd: "pond attr set /sensors/a.csv station=FTBR depth:=3.5",
      says: "Set a text and a number",
    },
    { cmd: "pond attr ls /sensors/a.csv", says: "List what is set" },
    { cmd: "pond attr get /sensors/a.csv", says: "Show the values alone" },
  ],
  errors: [...LOOKING, "NOT_A_DIRECTORY", "NO_SPACE"],
  read: readAttr,
  load: async () => (await import("../commands/attr.ts")).runAttr,
});

function readAttr(values: Values): AttributeCommand {
  const [word = "", path = "", ...words] = values.words;
  const verb = ATTRIBUTE_VERBS.find((verb) => verb === word);
  if (verb === undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `pond attr takes ${ATTRIBUTE_VERBS.join(", ")}, not "${word}"`,
      { hint: didYouMean(nearest(word, ATTRIBUTE_VERBS)) ?? "pond help attr" },
    );
  }
  const takesNames = verb === "set" || verb === "rm";
  if (takesNames && words.length === 0) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `pond attr ${verb} needs ${verb === "set" ? "NAME=VALUE" : "NAME"}`,
      { hint: "pond help attr" },
    );
  }
  if (verb === "ls" && words.length > 0) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `pond attr ls doesn't take "${words[0]}"`,
      { hint: `pond attr get ${path} ${words[0]}` },
    );
  }
  return {
    name: "attr",
    verb,
    path,
    words,
    ...viewOf(values),
    ...changeOf(values),
    format: formatOf(values),
  };
}

/** Commands that go by what is known of nodes. */
export const NODES: Readonly<Record<"find" | "attr", TableEntry>> = {
  find: FIND,
  attr: ATTR,
};

/**
 * The command that does what others do, many of it at once.
 *
 * @param table Gives all commands, once they are known.
 */
export function batchEntry(
  table: () => Promise<readonly TableEntry[]>,
): TableEntry {
  return define<BatchCommand>({
    name: "batch",
    group: "Files",
    summary: "Do many operations in one transaction",
    description:
      `Reads operations from FILE, or from standard input, and makes them one transaction:
all of them, or none; an error names the line. When another transaction was faster,
they are done again on the newest state.

A line is a command of pond without "pond": mkdir, touch, rm, ln, cp, mv, attr set,
attr rm; or write PATH TEXT. Words are quoted as in a shell; in double quotes, the
escapes are those of JSON. Empty lines and lines that begin with a # are skipped.

Input that begins with a { has a JSON object a line:
  {"op": "mkdir", "path": …, "parents": true}     {"op": "touch", "path": …}
  {"op": "write", "path": …, "text": …}           or "base64" in place of "text"
  {"op": "rm", "path": …, "recursive": true, "force": true}
  {"op": "ln", "target": …, "link": …}            {"op": "mv", "from": …, "to": …}
  {"op": "cp", "from": …, "to": …, "recursive": true}
  {"op": "attr", "path": …, "set": {…}, "remove": […]}`,
    arguments: [{ name: "FILE", summary: "A file of the host, or -" }],
    options: [
      ...CHANGE,
      FORMAT,
    ],
    examples: [
      {
        cmd: "pond batch operations.txt -m setup",
        says: "Do what a file says",
      },
      { cmd: "pond batch --dry-run operations.txt", says: "Look at it first" },
    ],
    errors: [...COMMITTING, "ALREADY_EXISTS", "IS_A_DIRECTORY", "NOT_FOUND"],
    read: (values) => ({
      name: "batch",
      file: values.words[0] ?? "-",
      ...changeOf(values),
      format: formatOf(values),
    }),
    load: async () => {
      const { runBatch } = await import("../commands/batch.ts");
      return async (command, context) =>
        await runBatch(command, context, await table());
    },
  });
}
