/**
 * `pond backup`
 *
 * @module
 */
import {
  Backup,
  type BackupStatus,
  type DrilledLine,
  findSnapshot,
  isPlace,
  type KeepRules,
  placeOf,
  PondBackups,
  pruneBackup,
  restoreSnapshot,
  type Snapshot,
  verifyBackup,
} from "../../backup/mod.ts";
import { PondError } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import type { BackupCommand, KeepOptions } from "../backup_command.ts";
import { type Context, note } from "../context.ts";
import { retentionOf } from "../durations.ts";
import { ExitCode } from "../exit_codes.ts";
import { hostPath, locatePond } from "../locate.ts";
import { noteDryRun } from "../operations.ts";
import { printable } from "../output.ts";
import { Progress } from "../progress.ts";
import { writeRecords, writeRows } from "../rows.ts";
import { counted } from "../session.ts";
import { humanSize } from "../units.ts";
import {
  DRILL_COLUMNS,
  FINDING_COLUMNS,
  KEPT_COLUMNS,
  shortId,
  SNAPSHOT_COLUMNS,
  STATUS_COLUMNS,
} from "../backup_rows.ts";
import { secretsOf } from "../backup_secrets.ts";

/** One case of the command. */
type Action<V extends BackupCommand["verb"]> = Extract<
  BackupCommand,
  { readonly verb: V }
>;

/** Does what the verb says. */
export async function runBackupCommand(
  command: BackupCommand,
  context: Context,
): Promise<ExitCode> {
  switch (command.verb) {
    case "add":
      return await add(command, context);
    case "run":
      return await run(command, context);
    case "list":
      return await list(command, context);
    case "verify":
      return await verify(command, context);
    case "restore":
      return await restore(command, context);
    case "drill":
      return await drill(command, context);
    case "prune":
      return await prune(command, context);
    case "rm":
      return await forget(command, context);
    default:
      return command satisfies never;
  }
}

async function backupsOf(context: Context): Promise<PondBackups> {
  return new PondBackups(context.host, await locatePond(context));
}

/** A backup by its name, or by its place, for which no pond is needed. */
async function openBackup(
  command: BackupCommand & { readonly backup: string },
  context: Context,
): Promise<Backup> {
  const secrets = secretsOf(command, context);
  if (isPlace(command.backup)) {
    const place = placeOf(context.host, command.backup);
    return await Backup.open(context.host, place, secrets);
  }
  return await (await backupsOf(context)).open(command.backup, secrets);
}

async function add(
  command: Action<"add">,
  context: Context,
): Promise<ExitCode> {
  const { backup: name, dryRun, encrypt, recipients, url } = command;
  const backups = await backupsOf(context);
  const target = await backups.add(name, url, {
    dryRun,
    secrets: secretsOf(command, context),
    ...(encrypt ? { encryption: { kind: "passphrase" as const } } : {}),
    ...(recipients.length > 0
      ? { encryption: { kind: "recipients" as const, recipients } }
      : {}),
  });
  if (context.globals.json) {
    const { url } = target;
    await context.out.line(JSON.stringify({ name, url, done: !dryRun }));
  }
  const where = printable(target.url);
  if (dryRun) await noteDryRun(context, `keep the backup ${name} in ${where}`);
  else {
    await note(
      context,
      `backup ${name} is in ${where} · pond backup run ${name}`,
    );
  }
  return ExitCode.done;
}

async function forget(
  { backup, dryRun }: Action<"rm">,
  context: Context,
): Promise<ExitCode> {
  const backups = await backupsOf(context);
  const { url } = await backups.find(backup);
  if (!dryRun) await backups.remove(backup);
  if (context.globals.json) {
    await context.out.line(
      JSON.stringify({ forgotten: backup, done: !dryRun }),
    );
  }
  const where = printable(url);
  if (dryRun) await noteDryRun(context, `forget the backup ${backup}`);
  else {await note(
      context,
      `backup ${backup} forgotten; it is still in ${where}`,
    );}
  return ExitCode.done;
}

/** What a run of one backup did. */
interface Ran {
  readonly backup: string;
  readonly status: "saved" | "unchanged" | "failed";
  readonly snapshot: string | null;
  readonly version: number | null;
  readonly rows: number;
  readonly blobs: number;
  readonly bytes_written: number;
  readonly error: string | null;
}

async function run(
  command: Action<"run">,
  context: Context,
): Promise<ExitCode> {
  const backups = await backupsOf(context);
  const names = command.backups.length > 0
    ? command.backups
    : await backups.names();
  if (names.length === 0) {
    throw new PondError("NOT_FOUND", "Cannot back up: the pond has no backup", {
      hint: "pond backup add NAME PLACE",
    });
  }
  const rows: Ran[] = [];
  let failure: unknown;
  for (const name of names) {
    try {
      rows.push(await runOne(name, backups, command, context));
    } catch (error) {
      // One disk that isn't there must not keep the others from their turn.
      const isLast = names.length === 1 || !(error instanceof PondError) ||
        context.signal.aborted;
      if (isLast) throw error;
      failure ??= error;
      rows.push(failed(name, error));
    }
    const row = rows.at(-1);
    if (command.format === undefined && row !== undefined) {
      await context.out.line(printable(sentenceOf(row)));
    }
  }
  if (command.format !== undefined) {
    const records = rows.map((row) => ({ ...row }));
    await writeRecords(context, command.format, records);
  }
  return failure === undefined ? ExitCode.done : ExitCode.partly;
}

async function runOne(
  name: string,
  backups: PondBackups,
  command: Action<"run">,
  context: Context,
): Promise<Ran> {
  const { host, settings, signal } = context;
  await using progress = Progress.start(context, {
    verb: `backup ${name}`,
    noun: "rows",
  });
  let last = 0;
  const result = await backups.run(name, secretsOf(command, context), {
    author: settings.get("author") ?? host.terminal.user(),
    writer: `pond ${VERSION}`,
    full: command.full,
    signal,
    onProgress: ({ rows }) => {
      progress.advance(rows - last);
      last = rows;
    },
  });
  return {
    backup: name,
    status: result.status,
    snapshot: result.snapshot.id,
    version: versionOf(result.snapshot),
    rows: result.rows,
    blobs: result.blobs,
    bytes_written: result.bytesWritten,
    error: null,
  };
}

function failed(backup: string, { message }: PondError): Ran {
  return {
    backup,
    status: "failed",
    snapshot: null,
    version: null,
    rows: 0,
    blobs: 0,
    bytes_written: 0,
    error: message,
  };
}

function sentenceOf(ran: Ran): string {
  const { backup, blobs, bytes_written, error, rows, snapshot, status } = ran;
  if (status === "failed") return `${backup}: ${error}`;
  const id = shortId(snapshot ?? "");
  if (status === "unchanged") {
    return `${backup}: nothing is new since the snapshot ${id} of v${ran.version}`;
  }
  return `${backup}: snapshot ${id} of v${ran.version} · ${
    counted(rows, "new row")
  } · ${counted(blobs, "new blob")} · ${humanSize(bytes_written)} written`;
}

function versionOf({ lines }: Snapshot): number {
  return lines[0]?.version ?? 0;
}

async function list(
  command: Action<"list">,
  context: Context,
): Promise<ExitCode> {
  const { backup, format } = command;
  if (backup === undefined) {
    const backups = await backupsOf(context);
    const rows: BackupStatus[] = await Array.fromAsync(backups.status());
    await writeRows(context, format, STATUS_COLUMNS, rows);
    return ExitCode.done;
  }
  const opened = await openBackup({ ...command, backup }, context);
  const snapshots = await Array.fromAsync(opened.snapshots());
  await writeRows(context, format, SNAPSHOT_COLUMNS, snapshots.reverse());
  return ExitCode.done;
}

async function verify(
  command: Action<"verify">,
  context: Context,
): Promise<ExitCode> {
  const backup = await openBackup(command, context);
  const report = await verifying(backup, context);
  if (command.format !== undefined) {
    await writeRows(context, command.format, FINDING_COLUMNS, report.findings);
    return report.isSound ? ExitCode.done : ExitCode.integrity;
  }
  for (const { path, problem, severity, snapshots } of report.findings) {
    const needed = snapshots.length === 0
      ? ""
      : `; needed by ${snapshots.map(shortId).join(", ")}`;
    await context.out.line(
      printable(`${severity}: ${path}: ${problem}${needed}`),
    );
  }
  const verdict = report.isSound ? "no damage" : "damaged";
  await context.out.line(
    [
      verdict,
      counted(report.snapshots, "snapshot"),
      counted(report.packs, "pack"),
      counted(report.rows, "row"),
      counted(report.blobs, "blob"),
      humanSize(report.bytes),
    ].join(" · "),
  );
  if (!report.isSound) {
    await note(
      context,
      "what the pond still has is taken in again by: pond backup run --full",
    );
  }
  return report.isSound ? ExitCode.done : ExitCode.integrity;
}

async function verifying(backup: Backup, context: Context) {
  await using progress = Progress.start(context, {
    verb: "verify",
    noun: "packs",
  });
  let last = { packs: 0, bytes: 0 };
  return await verifyBackup(backup, {
    signal: context.signal,
    onProgress: (packs, bytes) => {
      progress.advance(packs - last.packs, bytes - last.bytes);
      last = { packs, bytes };
    },
  });
}

async function restore(
  command: Action<"restore">,
  context: Context,
): Promise<ExitCode> {
  const { format, layout } = command;
  const { host, settings, signal } = context;
  const backup = await openBackup(command, context);
  const snapshot = await findSnapshot(backup, command.snapshot);
  const directory = await hostPath(context, command.directory);
  const report = await (async () => {
    await using progress = Progress.start(context, {
      verb: "restore",
      noun: "blobs and rows",
    });
    let last = { items: 0, bytes: 0 };
    return await restoreSnapshot(backup, snapshot, directory, {
      author: settings.get("author") ?? host.terminal.user(),
      signal,
      ...(layout === undefined ? {} : { layout }),
      onProgress: ({ blobBytes, blobs, rows }) => {
        progress.advance(blobs + rows - last.items, blobBytes - last.bytes);
        last = { items: blobs + rows, bytes: blobBytes };
      },
    });
  })();
  const version = versionOf(snapshot);
  if (format !== undefined) {
    await writeRecords(context, format, [{
      path: directory,
      snapshot: snapshot.id,
      pond_id: snapshot.pondId,
      version,
      branches: snapshot.lines.length,
      rows: report.rows,
      blobs: report.blobs,
      blob_bytes: report.blobBytes,
    }]);
    return ExitCode.done;
  }
  await context.out.line(
    `snapshot ${shortId(snapshot.id)} of v${version} is in ${
      printable(directory)
    } · ${counted(report.rows, "row")} · ${counted(report.blobs, "blob")} (${
      humanSize(report.blobBytes)
    })`,
  );
  return ExitCode.done;
}

async function drill(
  command: Action<"drill">,
  context: Context,
): Promise<ExitCode> {
  const { backup, format, snapshot } = command;
  const { host, settings, signal } = context;
  const backups = await backupsOf(context);
  const directory = command.directory === undefined
    ? undefined
    : await hostPath(context, command.directory);
  const report = await (async () => {
    await using _progress = Progress.start(context, {
      verb: "drill",
      noun: "restores",
    });
    return await backups.drill(backup, secretsOf(command, context), {
      author: settings.get("author") ?? host.terminal.user(),
      signal,
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(directory === undefined ? {} : { directory }),
    });
  })();
  if (format !== undefined) {
    await writeRows(context, format, DRILL_COLUMNS, report.lines);
  } else {
    for (const line of report.lines) {
      await context.out.line(printable(drilledText(line)));
    }
    const id = shortId(report.snapshot.id);
    await context.out.line(
      report.isProven
        ? `proven: the snapshot ${id} can be restored, and is what the pond has`
        : `NOT proven: what the snapshot ${id} restores is not what the pond has`,
    );
  }
  return report.isProven ? ExitCode.done : ExitCode.integrity;
}

function drilledText({ name, verdict, version }: DrilledLine): string {
  const said = {
    "equal": "both roots are those of the pond",
    "equal content":
      "the content root is that of the pond, whose history was pruned since then",
    "gone": "the pond doesn't have it any more",
    "differs": "it is not what the pond has",
  }[verdict];
  return `${name} v${version}: ${said}`;
}

async function prune(
  command: Action<"prune">,
  context: Context,
): Promise<ExitCode> {
  const { format, keep, yes } = command;
  const backup = await openBackup(command, context);
  const report = await pruneBackup(backup, {
    rules: rulesOf(keep),
    dryRun: !yes,
    signal: context.signal,
  });
  const { bytes, decisions, dryRun, objects } = report;
  if (format !== undefined || context.out.isTerminal) {
    await writeRows(context, format, KEPT_COLUMNS, decisions);
    if (format !== undefined) return ExitCode.done;
  } else {
    for (const { reasons, snapshot } of decisions) {
      const why = reasons.length === 0 ? "" : `: ${reasons.join(", ")}`;
      const what = reasons.length === 0 ? "go  " : "keep";
      await context.out.line(
        `${what} ${shortId(snapshot.id)} v${versionOf(snapshot)}${why}`,
      );
    }
  }
  const gone = decisions.filter(({ reasons }) => reasons.length === 0).length;
  await context.out.line(
    `${counted(gone, "snapshot")} ${
      dryRun ? "would be deleted" : "deleted"
    } · ${counted(objects, "object")} (${humanSize(bytes)})${
      dryRun ? " · do it with --yes" : ""
    }`,
  );
  return ExitCode.done;
}

function rulesOf({ within, ...counts }: KeepOptions): KeepRules {
  const given = Object.entries(counts).filter(([, count]) =>
    count !== undefined
  );
  const withinMs = within && retentionOf(within, "--keep-within");
  return {
    ...Object.fromEntries(given),
    ...(withinMs === undefined ? {} : { withinMs: Number(withinMs) }),
  };
}
