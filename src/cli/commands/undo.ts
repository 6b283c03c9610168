/**
 * `pond undo`, `pond redo`
 *
 * @module
 */
import { writeChanges } from "../changes.ts";
import type { UndoCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { commitRow, counted, reportCommit, withPond } from "../session.ts";

/** Takes a transaction back, or an undo. */
export async function runUndo(
  command: UndoCommand,
  context: Context,
): Promise<ExitCode> {
  const { dryRun, format, message, name } = command;
  const { signal } = context;
  const options = {
    dryRun,
    signal,
    ...(message === undefined ? {} : { message }),
  };
  // With the stage open, the pond refuses while something is staged.
  return await withPond(
    context,
    { changes: true, staged: true },
    async (fs) => {
      const result = name === "undo"
        ? await fs.undo(command.transaction, options)
        : await fs.redo(options);
      const { commit, nodesChanged, transaction } = result;
      const { version } = transaction;
      if (dryRun) {
        const changes = fs.diff(`v${version}`, `v${version - 1}`, { signal });
        await writeChanges(context, format, changes, false);
        await note(
          context,
          `nothing was done: --dry-run of ${name} v${version}`,
        );
        return ExitCode.done;
      }
      const row = {
        ...commitRow(commit),
        undone_version: version,
        undone_transaction_id: transaction.transactionId,
        nodes_changed: nodesChanged,
      };
      const why = transaction.message === ""
        ? ""
        : ` (${printable(transaction.message)})`;
      const sentence = nodesChanged === 0
        ? `v${commit.version} has nothing of v${version} to take back`
        : `v${commit.version}: took back v${version}${why}, ${
          counted(nodesChanged, "node")
        } changed`;
      return await reportCommit(context, format, row, sentence);
    },
  );
}
