/**
 * `pond diff`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { NodeChange, TinyLogFS } from "../../tinylogfs/mod.ts";
import { writeChanges, writeNames, writePatch } from "../changes.ts";
import type { DiffCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { type Named, namedIn, requireRevisions } from "../range.ts";
import { writeBatches } from "../rows.ts";
import { withPond } from "../session.ts";

/** The two states that are compared. */
interface Range {
  readonly from: string;
  readonly to: string;
}

/** Shows what differs between two states. */
export async function runDiff(
  command: DiffCommand,
  context: Context,
): Promise<ExitCode> {
  const named = await namedIn(command.words);
  requireRevisions(named, command.pending ? 1 : 2);
  const range = rangeOf(named, command.pending);
  const staged = range.to === "@pending" || range.from === "@pending";
  return await withPond(context, { staged }, async (fs) => {
    if (command.keys !== undefined) {
      return await diffTable(fs, named, range, command.keys, command, context);
    }
    const found = { isAny: false };
    const changes = changesOf(fs, range, named.paths, context, found);
    await write(command, changes, context);
    return found.isAny && command.exitCode ? ExitCode.failed : ExitCode.done;
  });
}

/** Without revisions, what is staged, or what the last transaction did. */
function rangeOf({ revisions }: Named, pending: boolean): Range {
  const [first, second] = revisions;
  const newest = pending ? "@pending" : "@";
  if (first !== undefined) return { from: first, to: second ?? newest };
  return { from: pending ? "@" : "v-1", to: newest };
}

async function* changesOf(
  fs: TinyLogFS,
  { from, to }: Range,
  paths: readonly string[],
  { signal }: Context,
  found: { isAny: boolean },
): AsyncGenerator<NodeChange> {
  for (const path of paths.length > 0 ? paths : ["/"]) {
    for await (const change of fs.diff(from, to, { path, signal })) {
      found.isAny = true;
      yield change;
    }
  }
}

async function write(
  { context: lines, format, output }: DiffCommand,
  changes: AsyncIterable<NodeChange>,
  context: Context,
): Promise<void> {
  if (output === "names" && format === undefined) {
    await writeNames(context, changes);
  } else if (output === "patch" && format === undefined) {
    await writePatch(context, changes, lines);
  } else await writeChanges(context, format, changes, output === "stat");
}

/** Compares a table with itself, row by row. */
async function diffTable(
  fs: TinyLogFS,
  { paths }: Named,
  range: Range,
  keys: readonly string[],
  { exitCode, format }: DiffCommand,
  context: Context,
): Promise<ExitCode> {
  const [path, ...others] = paths;
  if (path === undefined || others.length > 0) {
    throw new PondError(
      "INVALID_ARGUMENT",
      "Cannot compare rows: --rows takes one PATH, of a table",
      { hint: "pond diff v1 v2 /sensors/a.csv --rows id" },
    );
  }
  const { diffRows } = await import("../../query/mod.ts");
  const { signal } = context;
  await using result = await diffRows(fs, path, { ...range, keys, signal });
  let isAny = false;
  const counted = async function* () {
    for await (const batch of result) {
      isAny ||= batch.numRows > 0;
      yield batch;
    }
  };
  await writeBatches(context, format, result.columns, counted(), true);
  return isAny && exitCode ? ExitCode.failed : ExitCode.done;
}
