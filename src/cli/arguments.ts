/**
 * Arguments as a command of the table takes them.
 *
 * `parseArgs()` of `@std/cli` does the splitting. What it would do beyond that
 * is kept from it: an argument that isn't an option is marked first, so that
 * `007` isn't made a number and `pond cat --json true` isn't `--json=true`; and
 * every option that the table doesn't know is an error.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { PondError } from "../errors.ts";
import type {
  ArgumentSpec,
  OptionSpec,
  TableEntry,
  Values,
} from "./command.ts";
import { didYouMean, nearest } from "../suggest.ts";

/** Marks what is no option; no argument of a process contains it. */
const MARK = "\0";

/**
 * Splits arguments into options, checked one by one, and words.
 *
 * @param argv The arguments.
 * @param options What there is.
 * @param command Whose they are, for the errors.
 * @param stopEarly Whether what comes after the first word is left alone.
 * @throws {PondError} `INVALID_ARGUMENT` for an option that isn't there.
 */
export function split(
  argv: readonly string[],
  options: readonly OptionSpec[],
  command: string,
  stopEarly = false,
): Values {
  if (stopEarly) {
    const at = firstWord(argv, options);
    const own = split(argv.slice(0, at), options, command);
    return { ...own, words: argv.slice(at) };
  }
  const parts = marked(argv, options, command);
  const found = parseArgs(parts, {
    string: ["_", ...namesOf(options, false)],
    boolean: namesOf(options, true),
    collect: namesOf(options.filter(({ many }) => many), false),
    "--": true,
    unknown: (argument: string, key?: string) => {
      if (key !== undefined) {
        throw unknownOption(argument, key, options, command);
      }
    },
  });
  const after = Array.isArray(found["--"]) ? found["--"] : [];
  const words = [...found._, ...after].map((word) => unmarked(String(word)));
  const count = (name: string) => {
    const option = options.find((option) => option.name === name);
    const spellings = option ? spellingsOf(option).map(dashed) : [];
    return parts.filter((part) => spellings.includes(part)).length;
  };
  return { ...valuesOf(found, words, options, command), count };
}

/** Where the options end that stand before everything else. */
function firstWord(
  argv: readonly string[],
  options: readonly OptionSpec[],
): number {
  const valued = namesOf(options, false).map(dashed);
  let before = "";
  for (const [index, argument] of argv.entries()) {
    const isOption = argument.startsWith("-") && argument !== "-";
    if (argument === "--" || (!isOption && !valued.includes(before))) {
      return index;
    }
    before = isOption ? unbundled(argument, options).at(-1) ?? "" : "";
  }
  return argv.length;
}

/** Marks what is no option, and separates a letter's value: `-n5`, `-mwhy`. */
function marked(
  argv: readonly string[],
  options: readonly OptionSpec[],
  command: string,
): string[] {
  const end = argv.indexOf("--");
  const letters = options
    .filter(({ kind, short }) => kind !== "flag" && short !== undefined)
    .map(({ short }) => short);
  const flags = namesOf(options, true);
  const valued = namesOf(options, false).map(dashed);
  const known = [...valued, ...flags.map(dashed)];
  // `-n -1`: what follows an option that takes a value, and is no option.
  const isValue = (argument: string, before: string | undefined) =>
    before !== undefined && valued.includes(before) &&
    !known.includes(argument.replace(/=.*/s, ""));
  let before: string | undefined;
  return argv.flatMap((argument, index) => {
    const isOption = argument.startsWith("-") && argument !== "-" &&
      (end < 0 || index <= end) &&
      (argument === "--" || !isValue(argument, before));
    const parts = isOption ? unbundled(argument, options) : [argument];
    before = parts.at(-1);
    return parts.map((part) => isOption ? markedOption(part) : MARK + part);
  });

  function markedOption(argument: string): string {
    // The names under which parseArgs() keeps what belongs to no option.
    if (/^--?(_|--|=)/.test(argument)) {
      throw unknownOption(argument, argument, [], command);
    }
    const [, flag] = /^--?([^=]+)=/.exec(argument) ?? [];
    if (flag !== undefined && flags.includes(flag)) {
      throw noValue(flag, command);
    }
    const [, letter = "", value] = /^-([A-Za-z])([^=].*)$/s.exec(argument) ??
      [];
    return letters.includes(letter) ? `-${letter}=${MARK}${value}` : argument;
  }
}

/** Letters one by one, up to one that takes the rest as its value: `-fn5`. */
function unbundled(
  argument: string,
  options: readonly OptionSpec[],
): readonly string[] {
  const [, letters] = /^-([A-Za-z0-9]{2,}.*)$/s.exec(argument) ?? [];
  if (letters === undefined) return [argument];
  const parts: string[] = [];
  for (const [index, letter] of [...letters].entries()) {
    const option = options.find((option) =>
      spellingsOf(option).includes(letter)
    );
    if (option === undefined) return [argument];
    if (option.kind !== "flag") return [...parts, `-${letters.slice(index)}`];
    parts.push(`-${letter}`);
  }
  return parts;
}

function unmarked(word: string): string {
  return word.startsWith(MARK) ? word.slice(1) : word;
}

function namesOf(options: readonly OptionSpec[], flags: boolean): string[] {
  return options
    .filter((option) => (option.kind === "flag") === flags)
    .flatMap(spellingsOf);
}

function spellingsOf(option: OptionSpec): string[] {
  const { name, short, synonyms = [] } = option;
  return short === undefined ? [name, ...synonyms] : [name, short, ...synonyms];
}

function valuesOf(
  found: Readonly<Record<string, unknown>>,
  words: readonly string[],
  options: readonly OptionSpec[],
  command: string,
): Omit<Values, "count"> {
  const flags = new Set<string>();
  const texts = new Map<string, string>();
  const lists = new Map<string, string[]>();
  for (const option of options) {
    for (const spelling of spellingsOf(option)) {
      const value = found[spelling];
      if (value === undefined || value === false) continue;
      if (option.kind === "flag") {
        if (value !== true) throw noValue(spelling, command);
        flags.add(option.name);
      } else if (Array.isArray(value)) {
        const list = lists.get(option.name) ?? [];
        for (const item of value) {
          list.push(checkedText(option, spelling, item, command));
        }
        lists.set(option.name, list);
      } else {
        texts.set(option.name, checkedText(option, spelling, value, command));
      }
    }
  }
  return {
    words,
    flag: (name) => flags.has(name),
    text: (name) => texts.get(name),
    texts: (name) => lists.get(name) ?? [],
    number: (name) => {
      const text = texts.get(name);
      return text === undefined ? undefined : Number(text);
    },
    configured: () => undefined,
  };
}

function checkedText(
  option: OptionSpec,
  spelling: string,
  value: unknown,
  command: string,
): string {
  const text = typeof value === "string" ? unmarked(value) : "";
  const option_ = dashed(spelling);
  const hint = `pond help ${command.replace(/^pond ?/, "")}`.trim();
  if (text === "") {
    throw usage(`${option_} needs a value (${option.value ?? "VALUE"})`, hint);
  }
  if (option.kind === "number" && !/^\d{1,15}$/.test(text)) {
    throw usage(`${option_} takes a whole number, not "${text}"`, hint);
  }
  const { choices } = option;
  if (choices !== undefined && !choices.includes(text)) {
    throw usage(
      `${option_} takes ${choices.join(", ")}, not "${text}"`,
      didYouMean(nearest(text, choices)) ?? hint,
    );
  }
  return text;
}

/** Refuses too few words for a command, and too many. */
export function checkCount(entry: TableEntry, words: readonly string[]): void {
  const required = entry.arguments.filter((argument) => argument.required);
  const hint = `pond help ${entry.name}`;
  if (words.length < required.length) {
    const missing = required[words.length]?.name ?? "an argument";
    throw usage(
      `pond ${entry.name} needs ${missing}: ${synopsis(entry)}`,
      hint,
    );
  }
  const unbounded = entry.arguments.some((argument) => argument.many);
  if (!unbounded && words.length > entry.arguments.length) {
    const extra = words[entry.arguments.length];
    throw usage(
      `pond ${entry.name} doesn't take "${extra}": ${synopsis(entry)}`,
      hint,
    );
  }
}

function unknownOption(
  argument: string,
  key: string,
  options: readonly OptionSpec[],
  command: string,
): PondError {
  const long = argument.startsWith("--");
  const wrong = long ? `--${key}` : `-${key}`;
  const known = options.flatMap(spellingsOf).map(dashed);
  return usage(
    `${command} has no option ${long ? wrong.replace(/^--+/, "--") : argument}`,
    didYouMean(long ? nearest(wrong, known) : []) ??
      `${command} --help (a name that begins with a dash goes after --)`,
  );
}

function noValue(spelling: string, command: string): PondError {
  return usage(`${dashed(spelling)} of ${command} takes no value`);
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/** A command line that is wrong. */
export function usage(message: string, hint?: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    message,
    hint === undefined ? {} : { hint },
  );
}

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
