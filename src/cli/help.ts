/**
 * The text of help, made of the table of commands.
 *
 * @module
 */
import {
  type ArgumentSpec,
  GROUPS,
  type OptionSpec,
  type TableEntry,
} from "./command.ts";
import { exitsOf } from "./exit_codes.ts";
import { GLOBAL, globalOptions } from "./options.ts";
import { synopsis } from "./arguments.ts";
import { TOPICS } from "./topics.ts";

/** Lines of lists in the help are no longer. */
const LINE_WIDTH = 80;

/** What `pond` says where no pond is. */
export function startText(): string {
  return `pond: a versioned filesystem in a Delta table, queried with SQL

  pond init my-pond              make a pond
  cd my-pond
  pond put ~/readings.csv /      put a file into it
  pond query "FROM '/*.csv'"     ask it something
  pond tour                      see in three minutes what it can do
  pond help                      everything else
`;
}

/**
 * What `pond help` says: the commands in groups, and the topics.
 *
 * @param table All commands.
 */
export function overviewText(table: readonly TableEntry[]): string {
  const lines = ["Usage: pond [OPTION…] COMMAND [ARGUMENT…]", ""];
  for (const group of GROUPS) {
    const commands = table.filter((command) => command.group === group);
    if (commands.length === 0) continue;
    const rows = commands.map(({ name, summary }) => [name, summary] as const);
    lines.push(`${group}:`, ...aligned(rows, 10), "");
  }
  lines.push("Options of every command:", ...optionLines(GLOBAL), "");
  const topics = TOPICS.map(({ name, title }) => [name, title] as const);
  lines.push("Topics (pond help TOPIC):", ...aligned(topics, 10), "");
  lines.push("pond help COMMAND explains a command, with examples that work.");
  return `${lines.join("\n")}\n`;
}

/**
 * What `pond help COMMAND` says.
 *
 * @param entry The command.
 * @param short Without the description and the global options.
 */
export function commandText(entry: TableEntry, short: boolean): string {
  const lines = [entry.summary, "", `Usage: ${synopsis(entry)}`, ""];
  if (!short) lines.push(entry.description, "");
  if (entry.arguments.length > 0) {
    lines.push("Arguments:", ...aligned(entry.arguments.map(argumentRow)), "");
  }
  if (entry.options.length > 0) {
    lines.push("Options:", ...optionLines(entry.options), "");
  }
  if (!short) {
    const shared = globalOptions(entry.options);
    lines.push("Options of every command:", ...optionLines(shared), "");
  }
  if (!short) lines.push(exitLine(entry), "");
  lines.push("Examples:");
  for (const { cmd, says } of entry.examples) {
    lines.push(`  # ${says}`, `  ${cmd}`);
  }
  if (short) lines.push("", `More: pond help ${entry.name}`);
  return `${lines.join("\n")}\n`;
}

/** How a command can end. */
export function exitLine(entry: TableEntry): string {
  return `Exit codes: ${exitsOf(entry).join(", ")} (pond help exit-codes)`;
}

/** How an option is written, such as `-n, --limit N`. */
export function optionText(option: OptionSpec): string {
  const { name, short, value } = option;
  const letter = short === undefined ? "" : `-${short}, `;
  return `${letter}--${name}${value === undefined ? "" : ` ${value}`}`;
}

/** What an option does, with the values that it takes. */
export function optionSummary(
  { summary, choices, synonyms = [] }: OptionSpec,
): string {
  const values = choices === undefined ? "" : ` (${choices.join(", ")})`;
  const names = synonyms.map((name) =>
    name.length === 1 ? `-${name}` : `--${name}`
  );
  const same = names.length === 0 ? "" : ` (also ${names.join(", ")})`;
  return `${summary}${values}${same}`;
}

function optionLines(options: readonly OptionSpec[]): string[] {
  return aligned(
    options.map((option) =>
      [optionText(option), optionSummary(option)] as const
    ),
  );
}

function argumentRow({ name, many, summary }: ArgumentSpec) {
  return [many ? `${name}…` : name, summary] as const;
}

function aligned(
  rows: readonly (readonly [name: string, text: string])[],
  atLeast: number = 0,
): string[] {
  const width = rows.reduce(
    (widest, [name]) => Math.max(widest, name.length),
    atLeast,
  );
  const indent = " ".repeat(width + 4);
  return rows.flatMap(([name, text]) => {
    const [first = "", ...more] = wrapped(text, LINE_WIDTH - indent.length);
    return [
      `  ${name.padEnd(width)}  ${first}`,
      ...more.map((line) => indent + line),
    ];
  });
}

/** Words in lines of at most this width. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
