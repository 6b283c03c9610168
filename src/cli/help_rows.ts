/**
 * The table of commands as programs read it: `pond help --json`.
 *
 * @module
 */
import type { OptionSpec, TableEntry } from "./command.ts";
import { errorsOf, exitsOf } from "./exit_codes.ts";
import { globalOptions } from "./options.ts";
import { synopsis } from "./arguments.ts";

/** An option, as programs read it. */
export interface OptionRow {
  /** Its name, without dashes. */
  readonly option: string;
  /** Its letter. */
  readonly short: string | null;
  /** Other names for the same. */
  readonly synonyms: readonly string[];
  /** What it takes: nothing (`flag`), a `text` or a `number`. */
  readonly kind: OptionSpec["kind"];
  /** How its value is called. */
  readonly value: string | null;
  /** The only values that it takes. */
  readonly choices: readonly string[];
  /** What it does. */
  readonly summary: string;
}

/** A command, as programs read it. */
export interface HelpRow {
  /** Its name. */
  readonly command: string;
  /** Under which heading it stands. */
  readonly group: string;
  /** One line. */
  readonly summary: string;
  /** How it is called. */
  readonly synopsis: string;
  /** The rest of the help. */
  readonly description: string;
  /** Its arguments, in order. */
  readonly arguments: readonly object[];
  /** Its options, and those of every command. */
  readonly options: readonly OptionRow[];
  /** Command lines that work. */
  readonly examples: readonly object[];
  /** Codes of the errors that it can end with. */
  readonly errors: readonly string[];
  /** Its exit codes. */
  readonly exits: readonly number[];
}

/** The rows of commands, in the order of the table. */
export function helpRows(table: readonly TableEntry[]): readonly HelpRow[] {
  return table.map((entry) => ({
    command: entry.name,
    group: entry.group,
    summary: entry.summary,
    synopsis: synopsis(entry),
    description: entry.description,
    arguments: entry.arguments.map(({ many, name, required, summary }) => ({
      argument: name,
      summary,
      required: required ?? false,
      many: many ?? false,
    })),
    options: [...entry.options, ...globalOptions(entry.options)].map(optionRow),
    examples: entry.examples.map(({ cmd, says }) => ({ command: cmd, says })),
    errors: errorsOf(entry),
    exits: exitsOf(entry),
  }));
}

function optionRow(option: OptionSpec): OptionRow {
  const { choices, kind, name, short, summary, synonyms, value } = option;
  return {
    option: name,
    short: short ?? null,
    synonyms: synonyms ?? [],
    kind,
    value: value ?? null,
    choices: choices ?? [],
    summary,
  };
}
