/**
 * A drill: restores a snapshot, reads all of what came out, and compares it with
 * the pond. A backup of which no restore was tried is a hope.
 *
 * @module
 */
import { bestEffort, hasCode, PondError } from "../errors.ts";
import type { FileStore } from "../host/host.ts";
import { removeTree } from "../tinylogfs/branches.ts";
import { MAIN_BRANCH } from "../tinylogfs/line.ts";
import { type CheckReport, type Roots, TinyLogFS } from "../tinylogfs/mod.ts";
import type { Backup, Snapshot } from "./backup.ts";
import { type RestoreOptions, restoreSnapshot } from "./restore.ts";
import type { SavedLine } from "./snapshot.ts";

/** How a line compares with the pond. */
export interface DrilledLine {
  /** The branch. */
  readonly name: string;
  /** Its newest version in the snapshot. */
  readonly version: number;
  /** The roots of what was restored. */
  readonly restored: Partial<Roots>;
  /**
   * `equal`: both roots are the pond's; `equal content`: history was pruned in
   * the pond since then, and the tree is the same; `gone`: the pond has this state
   * no more; `differs`: it isn't what the pond has.
   */
  readonly verdict: "equal" | "equal content" | "gone" | "differs";
}

/** What a drill has shown. */
export interface DrillReport {
  /** The snapshot. */
  readonly snapshot: Snapshot;
  /** Whether the restore is sound, `main` is the pond's, and nothing differs. */
  readonly isProven: boolean;
  /** What the check of the restored pond has found. */
  readonly check: CheckReport;
  /** Its lines. */
  readonly lines: readonly DrilledLine[];
}

/** What is restored, and what a restore to it has left. */
const DRILLED =
  /^\.?pond-drill-[0-9a-f]{32}(\.[0-9a-f]{32}\.restore(\.lock)?)?$/;

/**
 * Restores a snapshot beside, and removes it again, with what drills have left
 * that were stopped.
 *
 * @param pond The pond's directory.
 * @param directory A directory to restore it in.
 * @throws {PondError} `LOCKED` when another drill is at work there.
 */
export async function drillSnapshot(
  backup: Backup,
  snapshot: Snapshot,
  pond: string,
  directory: string,
  options: RestoreOptions,
): Promise<DrillReport> {
  const { host: { files, random } } = backup;
  await using _lock = await lockOf(files, directory);
  for await (const { name } of files.list(directory)) {
    if (!DRILLED.test(name)) continue;
    await removeTree(files, `${directory}/${name}`);
  }
  const path = `${directory}/pond-drill-${random.uuidHex()}`;
  let report: DrillReport;
  try {
    await restoreSnapshot(backup, snapshot, path, options);
    report = await compare(backup, snapshot, pond, path, options);
  } catch (error) {
    await bestEffort(() => removeTree(files, path));
    throw error;
  }
  await removeTree(files, path);
  return report;
}

async function lockOf(
  files: FileStore,
  directory: string,
): Promise<AsyncDisposable> {
  const lock = await files.tryLock(`${directory}/pond-drill.lock`);
  if (lock !== undefined) return lock;
  throw new PondError(
    "LOCKED",
    `Cannot restore to ${directory}: another drill is at work there`,
    { path: directory, hint: "wait for its end, and try again" },
  );
}

/** Checks what was restored, and compares each line with the pond's. */
async function compare(
  backup: Backup,
  snapshot: Snapshot,
  pond: string,
  path: string,
  options: RestoreOptions,
): Promise<DrillReport> {
  const signal = options.signal ? { signal: options.signal } : {};
  const check = await TinyLogFS.check(backup.host, path, {
    depth: "data",
    ...signal,
  });
  const lines: DrilledLine[] = [];
  for (const line of snapshot.lines) {
    const restored = line.id === MAIN_BRANCH
      ? check
      : check.branches.find(({ name }) => name === line.name) ?? {};
    lines.push(await compared(backup, pond, line, restored, signal));
  }
  const isProven = check.isSound && lines[0]?.verdict.startsWith("equal") &&
    lines.every(({ verdict }) => verdict !== "differs");
  return { snapshot, isProven: isProven === true, check, lines };
}

async function compared(
  { host }: Backup,
  pond: string,
  line: SavedLine,
  { contentRoot, historyRoot }: Partial<Roots>,
  options: { readonly signal?: AbortSignal },
): Promise<DrilledLine> {
  const { name, version, wholeSince } = line;
  const restored = {
    ...(contentRoot === undefined ? {} : { contentRoot }),
    ...(historyRoot === undefined ? {} : { historyRoot }),
  };
  const told = (verdict: DrilledLine["verdict"]) => ({
    name,
    version,
    restored,
    verdict,
  });
  try {
    const open = { ...options, branch: name };
    await using fs = await TinyLogFS.open(host, pond, open);
    await using then = await fs.at(`v${version}`);
    if (await then.contentRoot("/", options) !== contentRoot) {
      return told("differs");
    }
    // What was pruned since then is in the backup only.
    if (fs.getStatus().wholeSince !== wholeSince) return told("equal content");
    const isEqual = await then.historyRoot(options) === historyRoot;
    return told(isEqual ? "equal" : "differs");
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "REVISION_NOT_FOUND")) return told("gone");
    throw error;
  }
}
