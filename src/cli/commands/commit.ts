/**
 * `pond commit` and `pond sync`
 *
 * @module
 */
import type { CommitCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { showOperations } from "../operations.ts";
import {
  commitRow,
  counted,
  pondPath,
  reportCommit,
  withPond,
} from "../session.ts";

/** Commits what is staged, or a part of it. */
export async function runCommit(
  command: CommitCommand,
  context: Context,
): Promise<ExitCode> {
  const { dryRun, first, format, message } = command;
  const paths = command.paths.map(pondPath);
  const { signal } = context;
  const options = { changes: true, staged: true };
  return await withPond(context, options, async (fs) => {
    const selection = {
      ...(first === undefined ? {} : { first }),
      ...(paths.length === 0 ? {} : { paths }),
    };
    if (dryRun) {
      await showOperations(format, context, await fs.previewCommit(selection));
      return ExitCode.done;
    }
    const result = await fs.commit({
      signal,
      ...(message === undefined ? {} : { message }),
      ...selection,
    });
    const count = result.operationsCommitted;
    const left = fs.getStatus().pendingOperations;
    const sentence = count === 0
      ? `v${result.version}: nothing was staged${
        left > 0 ? " of what was asked for" : ""
      }`
      : `v${result.version}: ${counted(count, "operation")} committed${
        left > 0 ? `, ${left} still staged` : ""
      }`;
    return await reportCommit(context, format, commitRow(result), sentence);
  });
}
