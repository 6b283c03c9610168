/**
 * A line for each backup, in `pond status`.
 *
 * @module
 */
import { type BackupStatus, PondBackups } from "../backup/mod.ts";
import type { Host } from "../host/mod.ts";
import { ago } from "./units.ts";

/** How the backups of a pond stand, in words. */
export async function backupTexts(
  host: Host,
  pond: string,
): Promise<string[]> {
  const nowUs = host.clock.nowUs();
  const texts: string[] = [];
  for await (const status of new PondBackups(host, pond).status()) {
    texts.push(textOf(status, nowUs));
  }
  return texts;
}

function textOf(status: BackupStatus, nowUs: number): string {
  const { behind, drill, last, name, url } = status;
  const parts = last === undefined ? ["nothing in it yet"] : [
    `last run ${ago(last.atUs, nowUs)}`,
    behind === undefined
      ? "this branch is not in it"
      : behind === 0
      ? "nothing is behind"
      : `${behind} transaction${behind === 1 ? "" : "s"} behind`,
  ];
  parts.push(
    drill === undefined
      ? "no restore proven"
      : `restore of v${drill.version} proven ${ago(drill.atUs, nowUs)}`,
  );
  return `${name} in ${url} · ${parts.join(" · ")}`;
}
