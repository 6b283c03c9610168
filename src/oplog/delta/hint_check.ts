/**
 * Checks what only says where the log is read: `_last_checkpoint` and `head`.
 *
 * Both may be missing, behind or torn, and are then a note: nothing is read
 * wrong. But a witness that is whole and ahead of the log, or knows another
 * digest, shows what no log can: an acknowledged commit that is lost.
 *
 * @module
 */
import { type Bytes, encodeUtf8 } from "../../bytes.ts";
import { pathIn, type TableStore } from "../store/store.ts";
import { type LastCheckpoint, parseLastCheckpoint } from "./checkpoint.ts";
import type { ReadCheckpoint } from "./checkpoint_check.ts";
import { attempt, BY_REPAIR, type Finding, FROM_BACKUP } from "./finding.ts";
import type { Head } from "./head.ts";
import { LAST_CHECKPOINT, LOG_DIRECTORY } from "./log_path.ts";

/** The witness, as it was found before the log was read. */
export interface Witness {
  /** Its path on the host. */
  readonly path: string;
  /** What it says. */
  readonly head: Head | "missing" | "torn";
}

/** The path of the hint, in the store. */
export const HINT_PATH: string = `${LOG_DIRECTORY}/${LAST_CHECKPOINT}`;

/** Checks the hint of the newest checkpoint. */
export async function checkHint(
  store: TableStore,
  newest: ReadCheckpoint | undefined,
  findings: Finding[],
): Promise<void> {
  const read = await attempt(() => store.get(HINT_PATH));
  const hint = read.isSound ? parseLastCheckpoint(read.value) : undefined;
  const problem = read.isSound
    ? problemOfHint(hint, newest)
    : read.fault === "missing" && newest === undefined
    ? undefined
    : read.problem;
  if (problem === undefined) return;
  findings.push({
    severity: "note",
    kind: "hint",
    path: pathIn(store, HINT_PATH),
    problem,
    lost: "",
    remedy: BY_REPAIR,
    repair: "rewrite",
  });
}

function problemOfHint(
  hint: LastCheckpoint | undefined,
  newest: ReadCheckpoint | undefined,
): string | undefined {
  if (hint === undefined) return "it can't be read";
  if (newest === undefined) {
    return `it names a checkpoint of version ${hint.version}, and none is sound`;
  }
  const { version, names } = newest.files;
  if (hint.version === version && hint.parts === names.length) return undefined;
  return `it names the checkpoint of version ${hint.version} in ${hint.parts} files, and the newest is of version ${version} in ${names.length}`;
}

/** The hint of a checkpoint; `undefined` where it can't be said in one. */
export function hintOf(
  { actions, fileCount, files, sizeBytes }: ReadCheckpoint,
): Bytes | undefined {
  const { names, version } = files;
  // A name with a UUID can't be told from the version.
  if (!/^\d+\.checkpoint\.(?:\d+\.\d+\.)?parquet$/.test(names[0] ?? "")) {
    return undefined;
  }
  return encodeUtf8(JSON.stringify({
    version,
    size: actions,
    ...(names.length > 1 ? { parts: names.length } : {}),
    sizeInBytes: sizeBytes,
    numOfAddFiles: fileCount,
  }));
}

/** The witness, and the log that it is held against. */
export interface WitnessedLog {
  readonly witness: Witness;
  /** The newest version that is sound. */
  readonly newest: number;
  /** Damaged versions after it. */
  readonly torn: readonly number[];
  /** Whether all up to the newest version is sound. */
  readonly isWhole: boolean;
  /** The path of a version's commit. */
  logPath(version: number): string;
  /** The digest of a sound commit. */
  digestOf(version: number): string | undefined;
}

/** Holds the witness against the log. */
export function checkWitness(findings: Finding[], log: WitnessedLog): void {
  const { head, path } = log.witness;
  if (head === "missing") return;
  const base = { kind: "witness", path } as const;
  if (head === "torn") {
    findings.push({
      ...base,
      severity: "note",
      problem: "it can't be read, and so is no witness of the newest commit",
      lost: "",
      remedy: BY_REPAIR,
      repair: "rewrite",
    });
    return;
  }
  const { version } = head;
  const digest = log.digestOf(version);
  if (version <= log.newest) {
    if (digest === undefined || digest === head.digest) return;
    findings.push({
      ...base,
      severity: "damage",
      path: log.logPath(version),
      version,
      problem:
        `its digest is ${digest}, and was ${head.digest} when it was made`,
      lost: `version ${version} as it was committed`,
      remedy:
        `${FROM_BACKUP}, or believe the log as it is: remove the file head of the pond`,
    });
    return;
  }
  findings.push({
    ...base,
    severity: "damage",
    version,
    problem:
      `version ${version} was committed with the digest ${head.digest}, and its commit is ${
        log.torn.includes(version) ? "damaged" : "missing"
      }`,
    lost: lostVersions(log.newest + 1, version),
    remedy: log.isWhole
      ? `${FROM_BACKUP}; or go on from version ${log.newest}: ${BY_REPAIR}`
      : FROM_BACKUP,
    ...(log.isWhole ? { repair: "rewrite" } : {}),
  });
}

function lostVersions(first: number, last: number): string {
  return first === last
    ? `version ${last}, which was acknowledged`
    : `the versions ${first} to ${last}, which were acknowledged`;
}
