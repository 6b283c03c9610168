/**
 * `pond batch`
 *
 * @module
 */
import type { FileOperations, TinyLogFS } from "../../tinylogfs/mod.ts";
import { batchLines, inLine, ofLine } from "../batch_lines.ts";
import { type Work, workOf } from "../batch_work.ts";
import type { BatchCommand, TableEntry } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath } from "../locate.ts";
import { showOperations } from "../operations.ts";
import { reportChange, reportStaged, withPond } from "../session.ts";
import { standardInput, textFrom } from "../stdin.ts";

interface Step {
  readonly number: number;
  readonly work: Work;
}

/**
 * Does all operations of a file, or none.
 *
 * @param table The commands that the lines may be.
 */
export async function runBatch(
  command: BatchCommand,
  context: Context,
  table: readonly TableEntry[],
): Promise<ExitCode> {
  const { dryRun, noSync } = command;
  const { name, text } = await inputOf(command, context);
  // What can't be read is found before anything is done.
  const steps = batchLines(text, name).map((line) => ({
    number: line.number,
    work: inLine(name, line.number, () => workOf(line, table)),
  }));
  const work = (fs: FileOperations) => doAll(fs, steps, name, context.signal);
  const options = {
    changes: true,
    staged: noSync,
    commitThresholdBytes: Infinity,
  };
  return await withPond(context, options, async (fs) => {
    if (!noSync && !dryRun) await commit(command, context, fs, work);
    else {
      const before = fs.pendingOperations().length;
      await work(fs);
      context.signal.throwIfAborted();
      const made = fs.pendingOperations().slice(before);
      if (dryRun) await showOperations(command.format, context, made);
      else await reportStaged(context, await fs.stage());
    }
    return ExitCode.done;
  });
}

async function commit(
  { message }: BatchCommand,
  context: Context,
  fs: TinyLogFS,
  work: Work,
): Promise<void> {
  const { signal } = context;
  const options = message === undefined ? { signal } : { message, signal };
  const { commit } = await fs.transaction(work, options);
  await reportChange(context, commit);
}

async function inputOf(
  { file }: BatchCommand,
  context: Context,
): Promise<{ readonly name: string; readonly text: string }> {
  if (file === "-") {
    const name = "standard input";
    const text = await textFrom(context, name, standardInput(context));
    return { name, text };
  }
  const path = await hostPath(context, file);
  const source = await context.host.files.stream(path);
  return { name: file, text: await textFrom(context, path, source) };
}

async function doAll(
  fs: FileOperations,
  steps: readonly Step[],
  name: string,
  signal: AbortSignal,
): Promise<void> {
  for (const { number, work } of steps) {
    signal.throwIfAborted();
    try {
      await work(fs);
    } catch (error) {
      throw ofLine(error, name, number);
    }
  }
}
