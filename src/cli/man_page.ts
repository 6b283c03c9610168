/**
 * The manual page, made of the table of commands, in the macros of man(7).
 *
 * ```text
 * .TH .SH .SS    title, section, subsection
 * .TP            a term in a line of its own, then what it means
 * .nf .fi        between them, lines stay as they are
 * ```
 *
 * @module
 */
import { synopsis } from "./arguments.ts";
import {
  type ArgumentSpec,
  GROUPS,
  type OptionSpec,
  type TableEntry,
} from "./command.ts";
import { exitLine, optionSummary, optionText } from "./help.ts";
import { GLOBAL } from "./options.ts";
import { TOPICS } from "./topics.ts";
import { VERSION } from "../version.ts";

/**
 * Writes a page.
 *
 * @param commands What it is about.
 * @param only The one command that it is about; all when left out.
 */
export function manPage(
  commands: readonly TableEntry[],
  only?: string,
): string {
  const name = only === undefined ? "pond" : `pond-${only}`;
  const [first] = commands;
  const summary = only === undefined || first === undefined
    ? "a versioned filesystem in a Delta table, queried with SQL"
    : first.summary.toLowerCase();
  const lines = [
    `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(`pond ${VERSION}`)}`,
    ".SH NAME",
    `${escaped(name)} \\- ${escaped(summary)}`,
    ".SH SYNOPSIS",
    ...only === undefined || first === undefined
      ? ["pond [OPTION…] COMMAND [ARGUMENT…]"]
      : [escaped(synopsis(first))],
    ...only === undefined ? allCommands(commands) : commands.flatMap(ofOne),
    ".SH OPTIONS OF EVERY COMMAND",
    ...GLOBAL.flatMap(option),
    ...only === undefined ? TOPICS.flatMap(topic) : [],
  ];
  return `${lines.map(ascii).join("\n")}\n`;
}

function allCommands(commands: readonly TableEntry[]): string[] {
  return GROUPS.flatMap((group) => {
    const members = commands.filter((command) => command.group === group);
    if (members.length === 0) return [];
    const parts = members.flatMap((entry) => [
      `.SS ${quoted(synopsis(entry))}`,
      `${escaped(entry.summary)}.`,
      ".PP",
      ...body(entry),
    ]);
    return [`.SH ${quoted(group.toUpperCase())}`, ...parts];
  });
}

function ofOne(entry: TableEntry): string[] {
  return [".SH DESCRIPTION", ...body(entry)];
}

function body(entry: TableEntry): string[] {
  return [
    ...text(entry.description),
    ...entry.arguments.flatMap(argument),
    ...entry.options.flatMap(option),
    ".PP",
    escaped(exitLine(entry)),
    ".PP",
    "Examples:",
    ".nf",
    ...entry.examples.flatMap(({ cmd, says }) => [
      escaped(`  # ${says}`),
      escaped(`  ${cmd}`),
    ]),
    ".fi",
  ];
}

function argument({ name, many, summary }: ArgumentSpec): string[] {
  return [".TP", escaped(many ? `${name}…` : name), escaped(summary)];
}

function option(spec: OptionSpec): string[] {
  return [".TP", escaped(optionText(spec)), escaped(optionSummary(spec))];
}

function topic({ text, title }: typeof TOPICS[number]): string[] {
  return [
    `.SH ${quoted(title.toUpperCase())}`,
    ".nf",
    ...text().split("\n").map(escaped),
    ".fi",
  ];
}

/** Lines that are indented, or have columns, stay as they are. */
function text(description: string): string[] {
  return description.split(/\n{2,}/).flatMap((paragraph) => {
    const lines = paragraph.split("\n").map(escaped);
    const isTable = / {2}/.test(paragraph);
    return isTable ? [".nf", ...lines, ".fi", ".PP"] : [...lines, ".PP"];
  }).slice(0, -1);
}

/** A line of text, in which nothing is a request or an escape. */
function escaped(line: string): string {
  return line
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^[.']/, "\\&$&");
}

/** An argument of a request. */
function quoted(line: string): string {
  return `"${escaped(line).replaceAll('"', "\\(dq")}"`;
}

/** Other characters by their numbers: groff reads Latin-1 unless told. */
function ascii(line: string): string {
  return line.replace(
    /[^\p{ASCII}]/gu,
    (character) =>
      `\\[u${
        (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(
          4,
          "0",
        )
      }]`,
  );
}
