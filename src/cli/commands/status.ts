/**
 * `pond status`
 *
 * @module
 */
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { StatusCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { counted, withPond } from "../session.ts";
import { humanSize, localTime } from "../units.ts";

/** Shows the state of the pond. */
export async function runStatus(
  command: StatusCommand,
  context: Context,
): Promise<ExitCode> {
  return await withPond(context, { staged: true }, async (fs) => {
    if (command.format === undefined) {
      await writeText(command, context, fs);
    } else {
      const { writeRecords } = await import("../rows.ts");
      const rows = command.pending ? pendingRows(fs) : [statusRow(fs)];
      await writeRecords(context, command.format, rows);
    }
    return ExitCode.done;
  });
}

function statusRow(fs: TinyLogFS) {
  const status = fs.getStatus();
  return {
    path: fs.path,
    pond_id: fs.pondId,
    layout: fs.layout,
    branch: fs.branch,
    version: status.version,
    last_commit: status.lastCommit,
    pending_operations: status.pendingOperations,
    pending_bytes: status.pendingBytes,
    total_nodes: status.totalNodes,
    memory_usage: status.memoryUsage,
    transaction_id: status.transactionId,
    conflict: status.conflict?.message ?? null,
  };
}

function pendingRows(fs: TinyLogFS) {
  return fs.pendingOperations().map((
    { operation, fileType, path, sizeBytes },
  ) => ({
    operation,
    type: fileType,
    path,
    size: sizeBytes,
  }));
}

async function writeText(
  { pending }: StatusCommand,
  { out }: Context,
  fs: TinyLogFS,
): Promise<void> {
  const status = fs.getStatus();
  const operations = fs.pendingOperations();
  const bytes = operations.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const staged = operations.length === 0
    ? "nothing"
    : `${counted(operations.length, "operation")}, ${humanSize(bytes)}`;
  await out.line(`Pond:         ${printable(fs.path)} (${fs.layout})`);
  await out.line(`Branch:       ${fs.branch}`);
  await out.line(`Version:      v${status.version}`);
  await out.line(
    `Last commit:  ${localTime(status.lastCommit.getTime() * 1000)}`,
  );
  await out.line(`Pending:      ${staged}`);
  if (pending) {
    for (const { operation, fileType, path } of operations) {
      await out.line(
        `  ${operation.padEnd(6)}  ${fileType.padEnd(9)}  ${printable(path)}`,
      );
    }
  }
  if (status.conflict) {
    await out.line(`Conflict:     ${printable(status.conflict.message)}`);
    await out.line("It can't be committed; drop it with: pond revert");
  } else if (operations.length > 0) {
    await out.line(
      "Commit it with: pond commit [MESSAGE]; drop it with: pond revert",
    );
  }
}
