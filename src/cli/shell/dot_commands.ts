/**
 * The commands of the shell that begin with a dot.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { FORMATS } from "../command.ts";
import { didYouMean, nearest } from "../../suggest.ts";

/** What a line that begins with a dot asks for. */
export type DotCommand =
  | { readonly name: "tables" | "help" | "quit" }
  | { readonly name: "schema"; readonly table: string | undefined }
  | { readonly name: "at"; readonly revision: string | undefined }
  | { readonly name: "mode"; readonly format: typeof FORMATS[number] }
  | { readonly name: "timer"; readonly on: boolean };

/** Every command with its argument, and what it does. */
export const DOT_COMMANDS: readonly (readonly [usage: string, says: string])[] =
  [
    [".at [REV]", "look at a revision (@ is the newest, @pending the stage)"],
    [".help", "show this"],
    [`.mode FORMAT`, `write rows as ${FORMATS.join(", ")}`],
    [".quit", "end, as Ctrl-D does"],
    [
      ".schema [TABLE]",
      "list the columns of a table, or of a file by its path",
    ],
    [".tables", "list the tables"],
    [".timer on|off", "say how long each statement takes"],
  ];

/** The names, with their dots. */
export const DOT_NAMES: readonly string[] = DOT_COMMANDS.map(([usage]) =>
  usage.replace(/ .*/, "")
);

/**
 * Reads a line that begins with a dot.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for one that is none.
 */
export function readDotCommand(line: string): DotCommand {
  const [, name = "", argument = ""] =
    /^\.(\S*)\s*(.*?)\s*;?\s*$/s.exec(line.trim()) ?? [];
  const value = argument === "" ? undefined : argument;
  switch (name) {
    case "tables":
    case "help":
    case "quit":
      return { name };
    case "exit":
      return { name: "quit" };
    case "schema":
      return { name, table: value?.replace(/^(['"])(.*)\1$/s, "$2") };
    case "at":
      return { name, revision: value };
    case "mode":
      return { name, format: formatNamed(argument) };
    case "timer":
      return { name, on: switchNamed(argument) };
    default:
      throw new PondError(
        "INVALID_ARGUMENT",
        `There is no command .${name}`,
        { hint: didYouMean(nearest(`.${name}`, DOT_NAMES)) ?? ".help" },
      );
  }
}

function formatNamed(text: string): typeof FORMATS[number] {
  const format = FORMATS.find((name) => name === text);
  if (format !== undefined) return format;
  throw new PondError(
    "INVALID_ARGUMENT",
    `There is no format "${text}"`,
    {
      hint: didYouMean(nearest(text, FORMATS)) ?? `.mode ${FORMATS.join("|")}`,
    },
  );
}

function switchNamed(text: string): boolean {
  if (text === "on" || text === "off") return text === "on";
  throw new PondError("INVALID_ARGUMENT", ".timer takes on or off", {
    hint: ".timer on",
  });
}
