/**
 * From arguments to a command.
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
  BoundCommand,
  HelpCommand,
  OptionSpec,
  TableEntry,
  Values,
} from "./command.ts";
import type { GlobalOptions } from "./context.ts";
import { COMMAND_NAMES, COMMANDS, findCommand } from "./commands.ts";
import { GLOBAL, LEADING, TOP_LEVEL } from "./options.ts";
import { synopsis } from "./synopsis.ts";
import { didYouMean, nearest } from "./suggest.ts";

/** A command line that was understood. */
export interface Invocation extends BoundCommand {
  /** Options of every command. */
  readonly globals: GlobalOptions;
}

/** Marks what is no option; no argument of a process contains it. */
const MARK = "\0";

/**
 * Understands a command line.
 *
 * @param argv The arguments after the program's name.
 * @returns The command, or `undefined` when there is none, only options.
 * @throws {PondError} `INVALID_ARGUMENT` for anything that isn't in the table.
 */
export function parse(
  argv: readonly string[],
): Invocation | {
  readonly globals: GlobalOptions;
  readonly command?: undefined;
} {
  const known = [...GLOBAL, ...TOP_LEVEL, ...LEADING];
  const top = split(argv, known, "pond", true);
  const [name, ...rest] = top.words;
  const globals = globalsOf(top);
  if (top.flag("version")) return { globals, ...bindNamed("version", []) };
  if (name === undefined) {
    if (top.flag("help")) return { globals, ...bindHelp(undefined, argv) };
    refuseLeading(top);
    return { globals };
  }
  const entry = findCommand(name);
  if (entry === undefined) throw unknownCommand(name);
  // Options may stand before the command, too: they are the command's all the
  // same, if it has them.
  const leading = argv.slice(0, argv.length - top.words.length);
  const values = split(
    [...leading, ...rest],
    [...entry.options, ...GLOBAL],
    `pond ${entry.name}`,
  );
  const all = { globals: globalsOf(values) };
  if (values.flag("help")) return { ...all, ...bindHelp(entry.name, argv) };
  checkCount(entry, values.words);
  return { ...all, ...entry.bind(values) };
}

/** Without a command, its options mean nothing. */
function refuseLeading(top: Values): void {
  const option = LEADING.find(({ name, kind }) =>
    kind === "flag" ? top.flag(name) : top.text(name) !== undefined
  );
  if (option === undefined) return;
  throw usage(`--${option.name} needs a command`, "pond help");
}

/**
 * Whether errors are wanted as JSON, in a command line that may be wrong.
 *
 * @param argv The arguments after the program's name.
 */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end < 0 ? argv.length : end).includes("--json");
}

function bindNamed(name: string, words: readonly string[]): BoundCommand {
  const entry = findCommand(name);
  if (entry === undefined) throw unknownCommand(name);
  return entry.bind({
    words,
    flag: () => false,
    text: () => undefined,
    number: () => undefined,
  });
}

function bindHelp(
  topic: string | undefined,
  argv: readonly string[],
): BoundCommand {
  const command: HelpCommand = {
    name: "help",
    topic,
    short: !argv.includes("--help"),
  };
  return {
    command,
    run: async (context) => {
      const { runHelp } = await import("./commands/help.ts");
      return await runHelp(command, context, COMMANDS);
    },
  };
}

/** Splits arguments into options, checked one by one, and words. */
function split(
  argv: readonly string[],
  options: readonly OptionSpec[],
  command: string,
  stopEarly = false,
): Values {
  const found = parseArgs(marked(argv, options, command), {
    string: ["_", ...namesOf(options, false)],
    boolean: namesOf(options, true),
    stopEarly,
    "--": true,
    unknown: (argument: string, key?: string) => {
      if (key !== undefined) {
        throw unknownOption(argument, key, options, command);
      }
    },
  });
  const after = Array.isArray(found["--"]) ? found["--"] : [];
  // The command's own arguments are split again, and end where they ended.
  const separator = stopEarly && argv.includes("--") ? ["--"] : [];
  const words = [...found._, ...separator, ...after]
    .map((word) => unmarked(String(word)));
  return valuesOf(found, words, options, command);
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
  return argv.map((argument, index) => {
    const isOption = argument.startsWith("-") && argument !== "-" &&
      (end < 0 || index <= end) &&
      (argument === "--" || !isValue(argument, argv[index - 1]));
    if (!isOption) return `${MARK}${argument}`;
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
  });
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
): Values {
  const flags = new Set<string>();
  const texts = new Map<string, string>();
  for (const option of options) {
    for (const spelling of spellingsOf(option)) {
      const value = found[spelling];
      if (value === undefined || value === false) continue;
      if (option.kind === "flag") {
        if (value !== true) throw noValue(spelling, command);
        flags.add(option.name);
      } else {
        texts.set(option.name, checkedText(option, spelling, value, command));
      }
    }
  }
  return {
    words,
    flag: (name) => flags.has(name),
    text: (name) => texts.get(name),
    number: (name) => {
      const text = texts.get(name);
      return text === undefined ? undefined : Number(text);
    },
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

function globalsOf(values: Values): GlobalOptions {
  const color = values.text("color");
  return {
    pond: values.text("pond"),
    branch: values.text("branch"),
    color: color === "always" || color === "never" ? color : "auto",
    quiet: values.flag("quiet"),
    json: values.flag("json") || values.text("format") === "json",
  };
}

function checkCount(entry: TableEntry, words: readonly string[]): void {
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

function unknownCommand(name: string): PondError {
  return usage(
    `there is no command "${name}"`,
    didYouMean(nearest(name, COMMAND_NAMES)) ?? "pond help",
  );
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

function usage(message: string, hint?: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    message,
    hint === undefined ? {} : { hint },
  );
}
