/**
 * `pond restore`
 *
 * @module
 */
import type { RestoreCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { commitRow, counted, reportCommit, withPond } from "../session.ts";

/** Makes an earlier state the current one. */
export async function runRestore(
  command: RestoreCommand,
  context: Context,
): Promise<ExitCode> {
  const { durability, format, message, revision } = command;
  const { signal } = context;
  // With the stage open, the pond refuses while something is staged.
  return await withPond(context, { durability, staged: true }, async (fs) => {
    const result = await fs.restore(
      revision,
      message === undefined ? { signal } : { message, signal },
    );
    const { commit, nodesRestored, targetVersion } = result;
    const row = {
      ...commitRow(commit),
      target_version: targetVersion,
      target_timestamp: result.targetTimestamp,
      nodes_restored: nodesRestored,
    };
    const sentence = nodesRestored === 0
      ? `v${commit.version} is already as v${targetVersion} was`
      : `v${commit.version}: as v${targetVersion} was, ${
        counted(nodesRestored, "node")
      } changed`;
    return await reportCommit(context, format, row, sentence);
  });
}
