/**
 * How a command is called, in one line.
 *
 * @module
 */
import type { ArgumentSpec, TableEntry } from "./command.ts";

/** One line that says how a command is called. */
export function synopsis(entry: TableEntry): string {
  const options = entry.options.length > 0 ? " [OPTION…]" : "";
  const words = entry.arguments.map(argumentText).join(" ");
  return `pond ${entry.name}${options} ${words}`.trimEnd();
}

function argumentText({ name, required, many }: ArgumentSpec): string {
  const text = many ? `${name}…` : name;
  return required ? text : `[${text}]`;
}
