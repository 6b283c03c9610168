/**
 * From arguments to a command.
 *
 * @module
 */
import type { PondError } from "../errors.ts";
import { checkCount, split, usage } from "./arguments.ts";
import type { BoundCommand, HelpCommand, Values } from "./command.ts";
import type { GlobalOptions } from "./context.ts";
import { COMMAND_NAMES, findCommand, loadCommands } from "./commands.ts";
import { GLOBAL, globalOptions, LEADING, TOP_LEVEL } from "./options.ts";
import { didYouMean, nearest } from "./suggest.ts";

/** A command line that was understood. */
export interface Invocation extends BoundCommand {
  /** Options of every command. */
  readonly globals: GlobalOptions;
}

/**
 * Understands a command line.
 *
 * @param argv The arguments after the program's name.
 * @returns The command, or `undefined` when there is none, only options.
 * @throws {PondError} `INVALID_ARGUMENT` for anything that isn't in the table.
 */
export async function parse(
  argv: readonly string[],
): Promise<
  Invocation | {
    readonly globals: GlobalOptions;
    readonly command?: undefined;
  }
> {
  const known = [...GLOBAL, ...TOP_LEVEL, ...LEADING];
  const top = split(argv, known, "pond", true);
  const [name, ...rest] = top.words;
  const globals = globalsOf(top);
  if (top.flag("version")) {
    return { globals, ...await bindNamed("version", []) };
  }
  if (name === undefined) {
    if (top.flag("help")) return { globals, ...bindHelp(undefined, argv) };
    refuseLeading(top);
    return { globals };
  }
  const entry = await findCommand(name);
  if (entry === undefined) throw unknownCommand(name);
  // Options may stand before the command, too: they are the command's all the
  // same, if it has them.
  const leading = argv.slice(0, argv.length - top.words.length);
  // Alone, the letter means the same everywhere.
  if (rest.length === 1 && rest[0] === "-h") {
    return { globals, ...bindHelp(entry.name, argv) };
  }
  const values = split(
    [...leading, ...rest],
    [...entry.options, ...globalOptions(entry.options)],
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

async function bindNamed(
  name: string,
  words: readonly string[],
): Promise<BoundCommand> {
  const entry = await findCommand(name);
  if (entry === undefined) throw unknownCommand(name);
  return entry.bind({
    words,
    flag: () => false,
    text: () => undefined,
    texts: () => [],
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
      return await runHelp(command, context, await loadCommands());
    },
  };
}

function globalsOf(values: Values): GlobalOptions {
  const color = values.text("color");
  return {
    pond: values.text("pond"),
    branch: values.text("branch"),
    cacheSize: values.text("cache-size"),
    color: color === "always" || color === "never" ? color : "auto",
    quiet: values.flag("quiet"),
    verbose: values.flag("verbose"),
    json: values.flag("json") || values.text("format") === "json",
  };
}

function unknownCommand(name: string): PondError {
  return usage(
    `there is no command "${name}"`,
    didYouMean(nearest(name, COMMAND_NAMES)) ?? "pond help",
  );
}
