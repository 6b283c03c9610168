/**
 * From arguments to a command.
 *
 * @module
 */
import type { PondError } from "../errors.ts";
import { checkCount, split, usage } from "./arguments.ts";
import type {
  BoundCommand,
  HelpCommand,
  OptionSpec,
  Values,
} from "./command.ts";
import {
  type ConfigKey,
  type GlobalOptions,
  type Setting,
  Settings,
} from "./context.ts";
import { COMMAND_NAMES, findCommand, loadCommands } from "./commands.ts";
import { GLOBAL, globalOptions, LEADING, TOP_LEVEL } from "./options.ts";
import { didYouMean, nearest } from "../suggest.ts";

/** A command line that was understood. */
export interface Invocation extends BoundCommand {
  /** Options of every command. */
  readonly globals: GlobalOptions;
  /** What is configured, with what the options say. */
  readonly settings: Settings;
  /** Whether output that is taller than the screen goes to a pager. */
  readonly paged: boolean;
}

/**
 * Understands a command line.
 *
 * @param argv The arguments after the program's name.
 * @param configured What is configured elsewhere.
 * @returns The command, or `undefined` when there is none, only options.
 * @throws {PondError} `INVALID_ARGUMENT` for anything that isn't in the table.
 */
export async function parse(
  argv: readonly string[],
  configured: Settings = new Settings(),
): Promise<
  Invocation | {
    readonly globals: GlobalOptions;
    readonly settings: Settings;
    readonly command?: undefined;
  }
> {
  const known = [...GLOBAL, ...TOP_LEVEL, ...LEADING];
  const top = split(argv, known, "pond", true);
  const [name, ...rest] = top.words;
  const before = {
    globals: globalsOf(top),
    settings: withOptions(configured, top, known),
  };
  if (top.flag("version")) {
    return {
      ...before,
      ...await bindNamed("version", []),
      paged: false,
    };
  }
  if (name === undefined) {
    if (top.flag("help")) return { ...before, ...bindHelp(undefined, argv) };
    refuseLeading(top);
    return before;
  }
  const entry = await findCommand(name);
  if (entry === undefined) throw unknownCommand(name);
  // Options may stand before the command, too: they are the command's all the
  // same, if it has them.
  const leading = argv.slice(0, argv.length - top.words.length);
  // Alone, the letter means the same everywhere.
  if (rest.length === 1 && rest[0] === "-h") {
    return { ...before, ...bindHelp(entry.name, argv) };
  }
  const options = [...entry.options, ...globalOptions(entry.options)];
  const values = split([...leading, ...rest], options, `pond ${entry.name}`);
  const settings = withOptions(configured, values, options);
  const all = { globals: globalsOf(values), settings };
  if (values.flag("help")) return { ...all, ...bindHelp(entry.name, argv) };
  checkCount(entry, values.words);
  return {
    ...all,
    paged: entry.paged ?? false,
    ...entry.bind({ ...values, configured: (key) => settings.get(key) }),
  };
}

/** What the options set that were given, before all that is configured. */
function withOptions(
  configured: Settings,
  values: Values,
  options: readonly OptionSpec[],
): Settings {
  const layer = new Map<ConfigKey, Setting>();
  for (const { config, kind, means, name } of options) {
    if (config === undefined) continue;
    const given = kind === "flag" ? values.flag(name) && means : undefined;
    const value = given || values.text(name);
    if (value) layer.set(config, { value, origin: `--${name}` });
  }
  return layer.size === 0 ? configured : configured.with("option", layer);
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
  const before = argv.slice(0, end < 0 ? argv.length : end);
  return before.some((argument, index) =>
    argument === "--json" || argument === "--format=json" ||
    (argument === "--format" && before[index + 1] === "json")
  );
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
    count: () => 0,
    text: () => undefined,
    texts: () => [],
    number: () => undefined,
    configured: () => undefined,
  });
}

function bindHelp(
  topic: string | undefined,
  argv: readonly string[],
): BoundCommand & Pick<Invocation, "paged"> {
  const command: HelpCommand = {
    name: "help",
    topic,
    short: !argv.includes("--help"),
  };
  return {
    command,
    paged: true,
    run: async (context) => {
      const { runHelp } = await import("./commands/help.ts");
      return await runHelp(command, context, await loadCommands());
    },
  };
}

function globalsOf(values: Values): GlobalOptions {
  return {
    pond: values.text("pond"),
    branch: values.text("branch"),
    quiet: values.flag("quiet"),
    verbose: values.flag("verbose"),
    timings: values.count("verbose") > 1,
    json: values.flag("json") || values.text("format") === "json",
    noWait: values.flag("no-wait"),
  };
}

function unknownCommand(name: string): PondError {
  return usage(
    `there is no command "${name}"`,
    didYouMean(nearest(name, COMMAND_NAMES)) ?? "pond help",
  );
}
