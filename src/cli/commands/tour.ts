/**
 * `pond tour`
 *
 * @module
 */
import { encodeUtf8 } from "../../bytes.ts";
import { InvariantError, PondError } from "../../errors.ts";
import type { Host, Terminal } from "../../host/mod.ts";
import { checkCount, split } from "../arguments.ts";
import type { TourCommand } from "../command.ts";
import type { CommandSource } from "../completion_point.ts";
import { type Context, Settings } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { makeDirectories, removeTree } from "../host_files.ts";
import { globalOptions } from "../options.ts";
import { Questions } from "../questions.ts";
import {
  TOUR_END,
  TOUR_FILES,
  TOUR_POND,
  TOUR_STEPS,
  type TourStep,
} from "../tour_steps.ts";

/** Goes from stop to stop, in a directory that is there for so long. */
export async function runTour(
  { yes }: TourCommand,
  context: Context,
  find: CommandSource["find"],
): Promise<ExitCode> {
  const { host: { terminal }, out } = context;
  if (context.globals.json) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "The tour is for people: it writes no JSON",
      { hint: "what each command writes with --json: pond schema COMMAND" },
    );
  }
  if (!yes && !(terminal.stdinIsTerminal && out.isTerminal)) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot wait for Enter: there is no terminal",
      { hint: "pond tour --yes" },
    );
  }
  const questions = yes ? undefined : new Questions(context);
  const directory = await makeDirectory(context.host);
  try {
    const isDone = await walk(directory, context, questions, find);
    await out.line(isDone ? `\n${TOUR_END}` : "The tour ends here.");
  } finally {
    await removeTree(context.host.files, directory);
  }
  return ExitCode.done;
}

async function makeDirectory(
  { files, random, terminal }: Host,
): Promise<string> {
  const temporary = terminal.env("TMPDIR") || "/tmp";
  const directory = `${temporary}/pond-tour-${random.uuidHex()}`;
  for (const [name, text] of Object.entries(TOUR_FILES)) {
    const path = `${directory}/${name}`;
    await makeDirectories(files, path.slice(0, path.lastIndexOf("/")));
    await files.replace(path, encodeUtf8(text));
  }
  return directory;
}

/** @returns Whether the end was reached. */
async function walk(
  directory: string,
  context: Context,
  questions: Questions | undefined,
  find: CommandSource["find"],
): Promise<boolean> {
  const { out } = context;
  for (const [index, step] of TOUR_STEPS.entries()) {
    const isFirst = index === 0;
    const place = isFirst ? directory : `${directory}/${TOUR_POND}`;
    await out.line(titleOf(step, index, context));
    if (questions !== undefined) {
      const answer = await questions.line("Enter to go on, q to stop: ");
      if (answer === undefined) await context.err.line("");
      if (answer === undefined || /^\s*q/i.test(answer)) return false;
    }
    for (const line of step.commands) {
      await out.line(commandLine(line, context));
      await runLine(line, inside(place, context), find);
    }
    if (isFirst) await out.line(commandLine(`cd ${TOUR_POND}`, context));
  }
  return true;
}

function titleOf({ says }: TourStep, index: number, { out }: Context): string {
  const number = `${index + 1}/${TOUR_STEPS.length}`;
  return `\n${out.color ? `\x1b[1m${number}\x1b[0m` : number}  ${
    says.replaceAll("\n", "\n     ")
  }`;
}

function commandLine(line: string, { out }: Context): string {
  return out.color ? `\x1b[36m$ ${line}\x1b[0m` : `$ ${line}`;
}

/** As if the person had gone there, and configured nothing. */
function inside(place: string, context: Context): Context {
  const { host } = context;
  return {
    ...context,
    host: { ...host, terminal: terminalIn(host.terminal, place) },
    globals: { ...context.globals, pond: undefined, branch: undefined },
    settings: new Settings(),
  };
}

function terminalIn(terminal: Terminal, place: string): Terminal {
  return {
    stdout: terminal.stdout,
    stderr: terminal.stderr,
    stdinIsTerminal: terminal.stdinIsTerminal,
    get isLent() {
      return terminal.isLent;
    },
    stdin: () => terminal.stdin(),
    editLines: (options) => terminal.editLines(options),
    env: (name) => name.startsWith("POND") ? undefined : terminal.env(name),
    cwd: () => place,
    user: () => terminal.user(),
    platform: () => terminal.platform(),
    run: (command) => terminal.run(command),
    pipe: (command, env) => terminal.pipe(command, env),
  };
}

/** Runs a command line as the program does. */
async function runLine(
  line: string,
  context: Context,
  find: CommandSource["find"],
): Promise<void> {
  context.signal.throwIfAborted();
  const [, name = "", ...argv] = wordsOf(line);
  const entry = await find(name);
  if (entry === undefined) throw new InvariantError(`no command ${name}`);
  const options = [...entry.options, ...globalOptions(entry.options)];
  const values = split(argv, options, `pond ${name}`);
  checkCount(entry, values.words);
  const branch = values.text("branch");
  const code = await entry.bind(values).run({
    ...context,
    globals: { ...context.globals, branch },
  });
  if (code !== ExitCode.done) throw new InvariantError(`${line}: ${code}`);
  await context.out.flush();
  await context.err.flush();
}

/** The words of a line, of which those with spaces are in double quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) =>
    quoted ?? word ?? ""
  );
}
