/**
 * From the lines of a batch to what they do in a transaction.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { FileOperations } from "../tinylogfs/mod.ts";
import type { BatchLine } from "./batch_lines.ts";
import type { Command } from "./command.ts";
import { attributeChange, changeAttr } from "./commands/attr.ts";
import { cp } from "./commands/cp.ts";
import { ln } from "./commands/ln.ts";
import { mkdir } from "./commands/mkdir.ts";
import { mv } from "./commands/mv.ts";
import { rm } from "./commands/rm.ts";
import { touch } from "./commands/touch.ts";
import type { GlobalOptions } from "./context.ts";
import { parse } from "./parse.ts";
import { pondPath } from "./session.ts";

/** Does an operation. */
export type Work = (fs: FileOperations) => Promise<void>;

/**
 * What a line of a batch does.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for what a batch doesn't have.
 */
export function workOf(line: BatchLine): Work {
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
      return commandWork(line.argv);
    default:
      return line satisfies never;
  }
}

function commandWork(argv: readonly string[]): Work {
  if (argv.some((word) => word.includes("\0"))) {
    throw new PondError("INVALID_NAME", "A word can't hold a NUL");
  }
  const { command, globals } = parse(argv);
  const work = command && changeOf(command);
  if (command === undefined || work === undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot do "${argv[0]}" in a batch`,
      {
        hint:
          "there are mkdir, touch, write, rm, ln, cp, mv, attr set, attr rm",
      },
    );
  }
  requireNoOptionsOfAll(command, globals);
  return work;
}

/** What a command does, if it is one that a batch has. */
function changeOf(command: Command): Work | undefined {
  switch (command.name) {
    case "mkdir":
      return (fs) => mkdir(fs, command);
    case "touch":
      return (fs) => touch(fs, command);
    case "rm":
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

/** A line is a part of a transaction, and says nothing of the whole. */
function requireNoOptionsOfAll(
  command: Command,
  globals: GlobalOptions,
): void {
  const isSaid = ("message" in command && command.message !== undefined) ||
    ("noSync" in command && command.noSync) ||
    ("durability" in command && command.durability !== "full") ||
    globals.pond !== undefined || globals.json || globals.quiet;
  if (!isSaid) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot take options of the whole transaction for one ${command.name}`,
    { hint: "give them to pond batch" },
  );
}
