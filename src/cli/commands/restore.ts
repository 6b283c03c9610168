/**
 * `pond restore`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { NodeChange, RestoreResult } from "../../tinylogfs/mod.ts";
import { writeChanges } from "../changes.ts";
import type { RestoreCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { namedIn, requireRevisions } from "../range.ts";
import { commitRow, counted, reportCommit, withPond } from "../session.ts";

/** Makes an earlier state the current one, of everything or of a path. */
export async function runRestore(
  command: RestoreCommand,
  context: Context,
): Promise<ExitCode> {
  const { dryRun, format, message } = command;
  const named = await namedIn(command.words);
  requireRevisions(named, 1);
  const [revision = "v-1"] = named.revisions;
  const path = onlyPath(named.paths);
  const { signal } = context;
  const at = path === undefined ? {} : { path };
  // With the stage open, the pond refuses while something is staged.
  return await withPond(
    context,
    { changes: true, staged: true },
    async (fs) => {
      const result = await fs.restore(revision, {
        ...at,
        dryRun,
        signal,
        ...(message === undefined ? {} : { message }),
      });
      if (dryRun) {
        const changes = only(
          fs.diff("@", revision, { signal }),
          result.nodeIds,
        );
        await writeChanges(context, format, changes, false);
        await note(context, "nothing was done: --dry-run");
        return ExitCode.done;
      }
      return await report(result, path, format, context);
    },
  );
}

/** The changes of some nodes. */
async function* only(
  changes: AsyncIterable<NodeChange>,
  nodeIds: readonly string[],
): AsyncGenerator<NodeChange> {
  const meant = new Set(nodeIds);
  for await (const change of changes) {
    const ids = [change.before?.nodeId, change.after?.nodeId];
    if (ids.some((id) => id !== undefined && meant.has(id))) yield change;
  }
}

async function report(
  result: RestoreResult,
  path: string | undefined,
  format: RestoreCommand["format"],
  context: Context,
): Promise<ExitCode> {
  const { commit, nodesRestored, targetVersion } = result;
  const row = {
    ...commitRow(commit),
    target_version: targetVersion,
    target_timestamp: result.targetTimestamp,
    nodes_restored: nodesRestored,
  };
  const what = path === undefined ? "" : ` ${path}`;
  const sentence = nodesRestored === 0
    ? `v${commit.version} is already${what} as v${targetVersion} was`
    : `v${commit.version}:${what} as v${targetVersion} was, ${
      counted(nodesRestored, "node")
    } changed`;
  return await reportCommit(context, format, row, sentence);
}

function onlyPath(paths: readonly string[]): string | undefined {
  const [path, extra] = paths;
  if (extra === undefined) return path;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot restore ${path} and ${extra} at once`,
    { hint: "restore one after the other, or the directory of both" },
  );
}
