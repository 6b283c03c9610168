/**
 * `pond commit` and `pond sync`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { CommitCommand, Format, SyncCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import {
  commit,
  commitRow,
  counted,
  pondPath,
  reportCommit,
  withPond,
} from "../session.ts";

/** Commits what is staged. */
export async function runCommit(
  command: CommitCommand,
  context: Context,
): Promise<ExitCode> {
  const { durability, format, message } = command;
  return await withPond(
    context,
    { durability, staged: true },
    (fs) => commitAndReport(context, fs, message, format),
  );
}

/** Commits what is staged, if it is below the paths. */
export async function runSync(
  command: SyncCommand,
  context: Context,
): Promise<ExitCode> {
  const { durability, format } = command;
  const paths = command.paths.map(pondPath);
  return await withPond(context, { durability, staged: true }, async (fs) => {
    if (paths.length > 0 && countBelow(fs, paths) === 0) {
      await context.err.line("pond: nothing is staged below these paths");
      return ExitCode.done;
    }
    return await commitAndReport(context, fs, undefined, format);
  });
}

/** How many staged operations are below the paths: all or none of them. */
function countBelow(fs: TinyLogFS, paths: readonly string[]): number {
  const prefixes = paths.map((path) => `${path.replace(/\/+$/, "")}/`);
  const operations = fs.pendingOperations();
  const below = operations.filter((operation) =>
    prefixes.some((prefix) => `${operation.path}/`.startsWith(prefix))
  );
  if (below.length > 0 && below.length < operations.length) {
    throw new PondError(
      "UNSUPPORTED",
      `Cannot commit ${below.length} of ${operations.length} staged operations: a transaction is committed whole`,
      { hint: "commit all of them: pond sync" },
    );
  }
  return below.length;
}

async function commitAndReport(
  context: Context,
  fs: TinyLogFS,
  message: string | undefined,
  format: Format | undefined,
): Promise<ExitCode> {
  const result = await commit(context, fs, message);
  const count = result.operationsCommitted;
  const sentence = count === 0
    ? `v${result.version}: nothing was staged`
    : `v${result.version}: ${counted(count, "operation")} committed`;
  return await reportCommit(context, format, commitRow(result), sentence);
}
