/**
 * A drill: restores a snapshot, reads all of what came out, and compares it with
 * the pond. A backup of which no restore was tried is a hope.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
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

/**
 * Restores a snapshot beside, and removes it again.
 *
 * @param pond The pond's directory.
 * @param directory Where it is restored to; nothing may be there.
 */
export async function drillSnapshot(
  backup: Backup,
  snapshot: Snapshot,
  pond: string,
  directory: string,
  options: RestoreOptions,
): Promise<DrillReport> {
  const { host } = backup;
  try {
    await restoreSnapshot(backup, snapshot, directory, options);
    const signal = options.signal ? { signal: options.signal } : {};
    const check = await TinyLogFS.check(host, directory, {
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
  } finally {
    await removeTree(host.files, directory);
  }
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
