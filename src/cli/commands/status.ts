/**
 * `pond status`
 *
 * @module
 */
import type { ConflictError } from "../../errors.ts";
import type {
  PendingOperation,
  TinyLogFS,
  TinyLogFSStatus,
} from "../../tinylogfs/mod.ts";
import type { StatusCommand } from "../command.ts";
import { conflictLines } from "../conflict_text.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { type Label, printable } from "../output.ts";
import { counted, withPond } from "../session.ts";
import { humanSize, localTime, rfc3339 } from "../units.ts";

/** How operations are called in the list, and in the short one. */
const WORDS = {
  create: ["new", "A"],
  update: ["modified", "M"],
  delete: ["deleted", "D"],
  move: ["moved", "R"],
} as const;

/** Shows the state of the pond. */
export async function runStatus(
  command: StatusCommand,
  context: Context,
): Promise<ExitCode> {
  if (command.stale !== undefined) {
    return await (await import("./stale.ts")).runStale(command, context);
  }
  return await withPond(context, { staged: true }, async (fs) => {
    const { format, pending, short } = command;
    if (format !== undefined) {
      const { writeRecords } = await import("../rows.ts");
      const rows = pending || short
        ? pendingRows(fs)
        : [{ ...statusRow(fs), backups: await backupTexts(context, fs) }];
      await writeRecords(context, format, rows);
    } else if (short) await writeShort(context, fs);
    else {
      await writeText(context, fs);
      for (const text of await backupTexts(context, fs)) {
        await context.out.line(`Backup:       ${printable(text)}`);
      }
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
    whole_since: status.wholeSince,
    last_commit: status.lastCommit,
    pending_operations: status.pendingOperations,
    pending_bytes: status.pendingBytes,
    total_nodes: status.totalNodes,
    memory_usage: status.memoryUsage,
    transaction_id: status.transactionId,
    conflict: status.conflict?.message ?? null,
  };
}

/** What is known of each backup; most ponds that are looked at have none. */
async function backupTexts(
  { host }: Context,
  { path }: TinyLogFS,
): Promise<string[]> {
  if (await host.files.stat(`${path}/backups`) === undefined) return [];
  const { backupTexts } = await import("../backup_status.ts");
  return await backupTexts(host, path);
}

function pendingRows(fs: TinyLogFS) {
  const { conflict } = fs.getStatus();
  return fs.pendingOperations().map((operation) => ({
    operation: operation.operation,
    type: operation.fileType,
    path: operation.path,
    from: operation.from ?? null,
    size: operation.sizeBytes,
    conflict: isOurs(operation, conflict),
  }));
}

/** Whether an operation is the one that no longer fits. */
function isOurs(
  { from, operation, path }: PendingOperation,
  conflict: ConflictError | undefined,
): boolean {
  const { ours } = conflict ?? {};
  return ours?.operation === operation && ours.path === path &&
    ours.from === from;
}

async function writeShort({ out }: Context, fs: TinyLogFS): Promise<void> {
  const { conflict } = fs.getStatus();
  for (const operation of fs.pendingOperations()) {
    const [, letter] = WORDS[operation.operation];
    const mark = isOurs(operation, conflict) ? "U" : letter;
    const where = placeOf(operation);
    await out.line(`${mark} ${out.isTerminal ? printable(where) : where}`);
  }
}

function placeOf({ from, path }: PendingOperation): string {
  return from === undefined ? path : `${from} -> ${path}`;
}

async function writeText({ out }: Context, fs: TinyLogFS): Promise<void> {
  const status = fs.getStatus();
  const operations = fs.pendingOperations();
  const bytes = operations.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const staged = operations.length === 0
    ? "nothing"
    : `${counted(operations.length, "operation")}, ${humanSize(bytes)}`;
  await out.line(`Pond:         ${printable(fs.path)} (${fs.layout})`);
  await out.line(`Branch:       ${fs.branch}`);
  await out.line(`Version:      v${status.version}`);
  const lastUs = status.lastCommit.getTime() * 1000;
  const last = out.isTerminal ? localTime(lastUs) : rfc3339(lastUs);
  await out.line(`Last commit:  ${last}`);
  if (status.wholeSince > 0) {
    await out.line(`History:      ${wholeSinceText(status)}`);
  }
  await out.line(`Pending:      ${staged}`);
  for (const operation of operations) {
    const label = labelOf(operation).padEnd(15);
    const text = `${label}  ${printable(placeOf(operation))}`;
    await out.line(`  ${out.paint(LABELS[operation.operation], text)}`);
  }
  const { conflict } = status;
  if (conflict) {
    await out.line(`Conflict:     ${printable(conflict.message)}`);
    for (const line of conflictLines(conflict)) {
      await out.line(`  ${printable(line)}`);
    }
    const path = printable(conflict.path ?? "");
    await out.line(
      `It can't be committed; drop this part with: pond revert ${path}`,
    );
  } else if (operations.length > 0) {
    await out.line("Commit it with: pond commit [MESSAGE] [PATH…]");
    await out.line("Drop it with:   pond revert [PATH…]");
  }
}

const LABELS: Readonly<Record<PendingOperation["operation"], Label>> = {
  create: "added",
  update: "added",
  delete: "removed",
  move: "added",
};

/** Where a prune has left history whole. */
export function wholeSinceText(
  { wholeSince }: Pick<TinyLogFSStatus, "wholeSince">,
): string {
  return `whole since v${wholeSince}; what was before it was pruned`;
}

/** Such as `new directory:`. */
function labelOf({ fileType, operation }: PendingOperation): string {
  const [word] = WORDS[operation];
  return operation === "create" ? `${word} ${fileType}:` : `${word}:`;
}
