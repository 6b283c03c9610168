/**
 * From the lines of a batch to what they do in a transaction.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { FileOperations } from "../tinylogfs/mod.ts";
import { checkCount, split, usage } from "./arguments.ts";
import type { BatchLine } from "./batch_lines.ts";
import type { Command, OptionSpec, TableEntry } from "./command.ts";
import { attributeChange, changeAttr } from "./commands/attr.ts";
import { cp } from "./commands/cp.ts";
import { ln } from "./commands/ln.ts";
import { mkdir } from "./commands/mkdir.ts";
import { mv } from "./commands/mv.ts";
import { rm } from "./commands/rm.ts";
import { touch } from "./commands/touch.ts";
import { CHANGE, FORMAT, VIEW } from "./options.ts";
import { pondPath } from "./session.ts";

/** Commands that change what is in the pond, and need nothing else. */
const VERBS: readonly string[] = [
  "mkdir",
  "touch",
  "rm",
  "ln",
  "cp",
  "mv",
  "attr",
];

/** Options of a whole command, which one line doesn't have. */
const OF_ALL: readonly OptionSpec[] = [...CHANGE, ...VIEW, FORMAT];

/** Does an operation. */
export type Work = (fs: FileOperations) => Promise<void>;

/**
 * What a line of a batch does.
 *
 * @param line The line.
 * @param table All commands.
 * @throws {PondError} `INVALID_ARGUMENT` for what a batch doesn't have.
 */
export function workOf(
  line: BatchLine,
  table: readonly TableEntry[],
): Work {
  switch (line.kind) {
    case "write": {
      const path = pondPath(line.path);
      return (fs) => fs.writeFile(path, line.content);
    }
    case "attr": {
      const change = { ...line, path: pondPath(line.path) };
      return (fs) => changeAttr(fs, change);
    }
    case "command":
      return commandWork(line.argv, table);
    default:
      return line satisfies never;
  }
}

function commandWork(
  [name = "", ...argv]: readonly string[],
  table: readonly TableEntry[],
): Work {
  const entry = table.find((entry) => entry.name === name);
  if (entry === undefined || !VERBS.includes(name)) throw notInBatch(name);
  if (argv.some((word) => word.includes("\0"))) {
    throw new PondError("INVALID_NAME", "A word can't hold a NUL");
  }
  // A line is a part of a transaction, and says nothing of the whole.
  const options = entry.options.filter((option) => !OF_ALL.includes(option));
  const values = split(argv, options, name);
  checkCount(entry, values.words);
  const work = changeOf(entry.bind(values).command);
  if (work !== undefined) return work;
  throw notInBatch(`${name} ${argv[0]}`);
}

function notInBatch(what: string): PondError {
  return usage(
    `Cannot do "${what}" in a batch`,
    "there are write, mkdir, touch, rm, ln, cp, mv, attr set, attr rm",
  );
}

/** What a command does, if it is one that a batch has. */
function changeOf(command: Command): Work | undefined {
  switch (command.name) {
    case "mkdir":
      return (fs) => mkdir(fs, command);
    case "touch":
      if (command.date !== undefined) return undefined;
      return (fs) => touch(fs, command.paths);
    case "rm":
      if (command.interactive) return undefined;
      return (fs) => rm(fs, command);
    case "ln":
      return (fs) => ln(fs, command);
    case "cp":
      return (fs) => cp(fs, command);
    case "mv":
      return (fs) => mv(fs, command);
    case "attr": {
      if (command.verb === "get" || command.verb === "ls") return undefined;
      const change = attributeChange(command);
      return (fs) => changeAttr(fs, change);
    }
    default:
      return undefined;
  }
}
