/**
 * Where in a command line something is to be completed.
 *
 * @module
 */
import type {
  ArgumentSpec,
  Completion,
  OptionSpec,
  TableEntry,
} from "./command.ts";
import { globalOptions, LEADING, TOP_LEVEL } from "./options.ts";

/** Where commands come from. */
export interface CommandSource {
  /** All that people are told of. */
  all(): Promise<readonly TableEntry[]>;
  /** The one of this name. */
  find(name: string): Promise<TableEntry | undefined>;
}

/** What is to be completed. */
export interface CompletionPoint {
  /** What there is of it. */
  readonly current: string;
  /** What stands before it in the same word, such as `--at=`. */
  readonly prefix: string;
  /** What may stand there. */
  readonly wanted: Completion | "commands" | readonly OptionSpec[] | undefined;
}

/** What the names of arguments and of values of options mean. */
const BY_NAME: Readonly<Record<string, Completion>> = {
  DIR: "files",
  FILE: "files",
  FROM: "paths",
  HOST: "files",
  LINK: "paths",
  PATH: "paths",
  POND: "paths",
  REV: "revisions",
  SQL: "sql",
  TARGET: "paths",
  TO: "paths",
  TOPIC: "help",
  TXN: "revisions",
};

/** The words before the last one, taken apart. */
export interface Split {
  /** Those that belong to no option. */
  readonly words: readonly string[];
  /** The values of options, by their names. */
  readonly values: ReadonlyMap<string, string>;
  /** The option whose value comes next. */
  readonly open: OptionSpec | undefined;
  /** Whether `--` has ended the options. */
  readonly ended: boolean;
}

/** Takes words apart that needn't be right. */
export function splitLoosely(
  words: readonly string[],
  options: readonly OptionSpec[],
): Split {
  const found: string[] = [];
  const values = new Map<string, string>();
  let open: OptionSpec | undefined;
  let ended = false;
  for (const word of words) {
    if (open !== undefined) {
      values.set(open.name, word);
      open = undefined;
    } else if (ended || !word.startsWith("-") || word === "-") {
      found.push(word);
    } else if (word === "--") ended = true;
    else {
      const [, spelling = "", value] = /^--?([^=]*)=?(.*)$/s.exec(word) ?? [];
      const option = optionOf(spelling, options);
      if (option === undefined || option.kind === "flag") continue;
      if (word.includes("=")) values.set(option.name, value ?? "");
      else open = option;
    }
  }
  return { words: found, values, open, ended };
}

function optionOf(
  spelling: string,
  options: readonly OptionSpec[],
): OptionSpec | undefined {
  return options.find(({ name, short, synonyms = [] }) =>
    [name, short, ...synonyms].includes(spelling)
  );
}

/** Options that may stand before a command. */
export const BEFORE: readonly OptionSpec[] = [
  ...globalOptions([]),
  ...TOP_LEVEL,
  ...LEADING,
];

/**
 * Finds what the last word of a command line may become.
 *
 * @param words The words after `pond`.
 * @param entry The command among them, if there is one.
 */
export function completionPoint(
  words: readonly string[],
  entry: TableEntry | undefined,
): CompletionPoint {
  const current = words.at(-1) ?? "";
  const options = entry === undefined
    ? BEFORE
    : [...entry.options, ...globalOptions(entry.options)];
  const split = splitLoosely(words.slice(0, -1), options);
  const { ended, open } = split;
  if (open !== undefined) {
    return { current, prefix: "", wanted: valuesOf(open) };
  }
  if (current.startsWith("-") && !ended) {
    const [, prefix, spelling = "", value = ""] =
      /^(--?([^=]+)=)(.*)$/s.exec(current) ?? [];
    const option = optionOf(spelling, options);
    return prefix === undefined
      ? { current, prefix: "", wanted: options }
      : { current: value, prefix, wanted: option && valuesOf(option) };
  }
  if (entry === undefined) return { current, prefix: "", wanted: "commands" };
  const argument = argumentAt(entry.arguments, split.words.length - 1);
  return { current, prefix: "", wanted: argument && wordsOf(argument) };
}

function valuesOf({ name, choices, value = "" }: OptionSpec) {
  if (name === "branch") return "branches";
  return choices ?? BY_NAME[value];
}

function wordsOf({ completes, name }: ArgumentSpec): Completion | undefined {
  return completes ?? BY_NAME[name];
}

/** The argument in a place; one of which there are many fills all the places. */
function argumentAt(
  all: readonly ArgumentSpec[],
  index: number,
): ArgumentSpec | undefined {
  const many = all.findIndex(({ many }) => many);
  return all[index] ?? (many < 0 ? undefined : all[many]);
}
