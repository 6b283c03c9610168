/**
 * What commands have said, as text that people compare.
 *
 * ```text
 * == what the case shows
 * $ pond ls
 * -- pipe, exit 0                 those that say the same stand together
 * 1| sensors                      a line of standard output
 * 2| pond: …                      a line of standard error
 * 1| without a line break at its end¶
 * -- NO_COLOR: 80 columns without escape sequences
 * ```
 *
 * An escape character is `\e`, other control characters are `\x07`.
 *
 * @module
 */
import type { Ran } from "../support.ts";
import type { Case } from "./case.ts";
import type { Said } from "./ways.ts";

/** Marks the end of an output without a line break. */
const NO_LINE_BREAK = "¶";

/** Writes what a case has said. */
export function textOf({ says, line, setup = [] }: Case, all: readonly Said[]) {
  const lines = [
    `== ${says}`,
    ...setup.map((line) => `$ ${line}`),
    `$ ${line}`,
  ];
  for (const { names, ran } of together(all)) {
    lines.push(`-- ${names.join(", ")}, exit ${ran.code}`);
    lines.push(...marked("1", ran.stdout), ...marked("2", ran.stderr));
  }
  const noColor = all.find(({ way }) => way === "NO_COLOR");
  if (noColor !== undefined && isWithoutColours(noColor, all)) {
    lines.push("-- NO_COLOR: 80 columns without escape sequences");
  }
  return `${lines.join("\n")}\n`;
}

function together(all: readonly Said[]) {
  const groups: { names: string[]; ran: Ran }[] = [];
  for (const said of all) {
    if (said.way === "NO_COLOR" && isWithoutColours(said, all)) continue;
    const same = groups.find(({ ran }) => isSame(ran, said.ran));
    if (same === undefined) groups.push({ names: [said.way], ran: said.ran });
    else same.names.push(said.way);
  }
  return groups;
}

function isSame(a: Ran, b: Ran): boolean {
  return a.code === b.code && a.stdout === b.stdout && a.stderr === b.stderr;
}

/** Whether it is what stands there with colours, and there are colours. */
function isWithoutColours({ ran }: Said, all: readonly Said[]): boolean {
  const colourful = all.find(({ way }) => way === "80 columns")?.ran;
  if (colourful === undefined || isSame(ran, colourful)) return false;
  return ran.code === colourful.code &&
    ran.stdout === plain(colourful.stdout) &&
    ran.stderr === plain(colourful.stderr);
}

function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

function marked(mark: string, text: string): string[] {
  if (text === "") return [];
  const ended = text.endsWith("\n") ? text.slice(0, -1) : text + NO_LINE_BREAK;
  return ended.split("\n").map((line) => `${mark}| ${visible(line)}`);
}

function visible(line: string): string {
  return line
    .replaceAll("\x1b", "\\e")
    .replace(
      // deno-lint-ignore no-control-regex
      /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g,
      (character) =>
        `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
}
