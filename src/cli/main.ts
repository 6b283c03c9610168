/**
 * The program: from arguments to an exit code.
 *
 * Everything it says goes to the terminal of the given platform; it never
 * throws.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import {
  CONFIG_KEYS,
  type Context,
  type GlobalOptions,
  makeContext,
  Settings,
  timed,
  userConfigPath,
  variableOf,
} from "./context.ts";
import type { CommandName } from "./command.ts";
import { ExitCode } from "./exit_codes.ts";
import { ClosedPipeError } from "./output.ts";
import type { PagedOutput } from "./pager.ts";
import { parse, wantsJson } from "./parse.ts";

/** How a signal of the operating system reaches the program. */
export interface MainOptions {
  /** Ends the command; an `ABORTED` error as its reason is what is told. */
  readonly signal?: AbortSignal;
  /** Has a `status` event when somebody wants to know how far it is. */
  readonly asked?: EventTarget;
}

/**
 * Runs `pond`.
 *
 * @param argv The arguments after the program's name.
 * @param host The platform.
 * @returns The exit code.
 */
export async function main(
  argv: readonly string[],
  host: Host,
  options: MainOptions = {},
): Promise<ExitCode> {
  const signal = options.signal ?? new AbortController().signal;
  const fallback: GlobalOptions = {
    pond: undefined,
    branch: undefined,
    quiet: false,
    verbose: false,
    timings: false,
    json: wantsJson(argv),
    noWait: false,
  };
  let context = makeContext(host, fallback, new Settings(), signal);
  let paged: PagedOutput | undefined;
  try {
    const invocation = await parse(argv, await configured(host));
    const { globals, settings } = invocation;
    paged = invocation.command && invocation.paged
      ? await pagedOutput(host, settings)
      : undefined;
    const { name } = invocation.command ?? {};
    context = {
      ...makeContext(host, globals, settings, signal, paged),
      ...(name === undefined ? {} : { command: name }),
      ...(options.asked === undefined ? {} : { asked: options.asked }),
    };
    const [problem] = settings.problems;
    if (problem && !canRepair(invocation.command?.name)) throw problem.error;
    const code = await timed(
      context,
      name ?? "status",
      () =>
        invocation.command === undefined
          ? runWithoutCommand(context)
          : invocation.run(context),
    );
    await context.out.flush();
    await paged?.end();
    await context.err.flush();
    return code;
  } catch (error) {
    return await failed(error, context, paged);
  }
}

/** What pages, where a person reads, and hasn't forbidden it. */
async function pagedOutput(
  { terminal }: Host,
  settings: Settings,
): Promise<PagedOutput | undefined> {
  if (!terminal.stdout.isTerminal) return undefined;
  const { pagerOf, PagedOutput } = await import("./pager.ts");
  const pager = pagerOf(terminal, settings);
  return pager === undefined ? undefined : new PagedOutput(terminal, pager);
}

/** What the environment and the user configure: most often nothing. */
async function configured(host: Host): Promise<Settings> {
  // An empty variable is one that isn't set.
  const isSet = CONFIG_KEYS.some((key) => host.terminal.env(variableOf(key)));
  const path = userConfigPath(host);
  const isThere = path !== undefined && await isReachable(host, path);
  if (!isSet && !isThere) return new Settings();
  const { readSettings } = await import("./config_layers.ts");
  return await readSettings(host, isThere ? path : undefined);
}

/** A home that may not be looked into is none of ours. */
async function isReachable({ files }: Host, path: string): Promise<boolean> {
  try {
    return await files.stat(path) !== undefined;
  } catch (error) {
    if (hasCode(error, "PERMISSION_DENIED", "NOT_A_DIRECTORY")) return false;
    throw error;
  }
}

/** Whether a command is one by which a wrong configuration is put right. */
function canRepair(name: CommandName | undefined): boolean {
  return name !== undefined &&
    ["complete", "config", "doctor", "help", "man", "version"].includes(name);
}

/** `pond` alone: the status inside a pond, else how to start. */
async function runWithoutCommand(context: Context): Promise<ExitCode> {
  const { locatePond } = await import("./locate.ts");
  try {
    await locatePond(context);
  } catch (error) {
    if (!hasCode(error, "NO_POND")) throw error;
    const { startText } = await import("./help.ts");
    await context.out.text(startText());
    return ExitCode.done;
  }
  const { runStatus } = await import("./commands/status.ts");
  const format = context.globals.json ? "json" : undefined;
  return await runStatus(
    {
      name: "status",
      words: [],
      stale: undefined,
      pending: false,
      short: false,
      format,
    },
    context,
  );
}

async function failed(
  error: unknown,
  context: Context,
  paged: PagedOutput | undefined,
): Promise<ExitCode> {
  if (error instanceof ClosedPipeError) {
    await paged?.end();
    return ExitCode.done;
  }
  const { signal } = context;
  const what = signal.aborted ? endOf(signal, error) : error;
  try {
    // What was written before the failure stays in its place before the error.
    await context.out.flush();
    await paged?.end();
    const { reportError } = await import("./report_error.ts");
    return await reportError(what, context);
  } catch (second) {
    if (second instanceof ClosedPipeError) return ExitCode.failed;
    throw second;
  }
}

/** What ended a command whose signal is aborted. */
function endOf({ reason }: AbortSignal, error: unknown): unknown {
  if (error instanceof PondError) return error;
  if (reason instanceof PondError) return reason;
  return new PondError("ABORTED", "Ended by an abort", { cause: reason });
}
