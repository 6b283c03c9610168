/**
 * Checks the files of a pond that are not in its table: blobs, the stage,
 * `pond.json`, and what nothing needs.
 *
 * @module
 */
import { hasCode, IntegrityError } from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import {
  attempt,
  BY_REPAIR,
  commitVersion,
  type Fault,
  type Finding,
  FROM_BACKUP,
  LocalStore,
  problemOf,
  readHead,
  remedyFor,
  type Snapshot,
  type Witness,
} from "../oplog/check.ts";
import { unusedDataFiles, type UnusedFile } from "../oplog/unused_files.ts";
import { BlobStore } from "./blobs.ts";
import { unusedBranches } from "./branches.ts";
import type {
  CheckedPond,
  LineExamination,
  PondFinding,
} from "./check_types.ts";
import type { NamedBlob } from "./node_check.ts";
import { openLine } from "./line.ts";
import { readPondFile } from "./pond_file.ts";
import { Stage, type StageContent, type StageFile } from "./stage.ts";
import {
  keepPruned,
  leftovers,
  oldBlobs,
  RETENTION_MS,
  unfinishedBlobs,
} from "./vacuum.ts";

/**
 * Checks `pond.json`.
 *
 * @returns The pond's identity, if it can be read.
 * @throws {PondError} `NO_POND` when nothing of a pond is there,
 *   `FORMAT_TOO_NEW`: of another format nothing is known.
 */
export async function checkPondFile(
  { files }: Host,
  pond: string,
  findings: Finding[],
): Promise<string | undefined> {
  try {
    return (await readPondFile(files, pond)).id;
  } catch (error) {
    if (!hasCode(error, "NO_POND", "INTEGRITY")) throw error;
    if (error.code === "NO_POND" && !await hasHistory(files, pond)) throw error;
    findings.push({
      severity: "damage",
      kind: "pond file",
      path: `${pond}/pond.json`,
      problem: error.code === "NO_POND" ? "it is missing" : problemOf(error),
      lost: "the pond's identity, and with it the number of the stage",
      remedy: FROM_BACKUP,
    });
    return undefined;
  }
}

/** Version 0 alone may be what an interrupted init has left. */
async function hasHistory(files: FileStore, pond: string): Promise<boolean> {
  const log = await attempt(async () => {
    for await (const { name } of files.list(`${pond}/oplog/_delta_log`)) {
      if ((commitVersion(name) ?? 0) > 0) return true;
    }
    return false;
  });
  return log.isSound && log.value;
}

/** Reads the witness, before the log is read. */
export async function witnessOf(
  { files }: Host,
  pond: string,
): Promise<Witness> {
  const path = `${pond}/head`;
  const read = await attempt(() => readHead(files, path));
  const head = read.isSound ? read.value : undefined;
  if (head !== undefined) return { path, head };
  const isThere = await files.stat(path) !== undefined;
  return { path, head: isThere ? "torn" : "missing" };
}

/** Checks that blobs are there, of their sizes, and some of them of their hashes. */
export async function checkBlobs(
  host: Host,
  pond: string,
  blobs: Iterable<NamedBlob & { readonly branch?: string }>,
  { findings, read: wanted, signal }: {
    readonly findings: PondFinding[];
    /** Hashes of those that are read. */
    readonly read: ReadonlySet<string>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const store = new BlobStore(host, pond, "full");
  for (const blob of blobs) {
    signal?.throwIfAborted();
    const path = store.pathOf(blob.sha256);
    const read = await attempt(async () => {
      const stat = await host.files.stat(path);
      if (stat?.sizeBytes !== blob.sizeBytes) {
        throw new IntegrityError(
          path,
          stat === undefined
            ? "it is missing"
            : `it has ${stat.sizeBytes} bytes, not ${blob.sizeBytes}`,
        );
      }
      if (wanted.has(blob.sha256)) await store.verify(blob.sha256, signal);
    });
    if (read.isSound) continue;
    const { branch } = blob;
    const finding = lostBlob(path, blob, read);
    findings.push(branch === undefined ? finding : { ...finding, branch });
  }
}

/** Why something can't be used. */
interface Failure {
  readonly fault: Fault;
  readonly problem: string;
}

function lostBlob(
  path: string,
  { pondPath, rows, sizeBytes, version }: NamedBlob,
  { fault, problem }: Failure,
): Finding {
  const others = rows > 1 ? `, named by ${rows} rows of history` : "";
  return {
    severity: "damage",
    kind: "blob",
    path,
    pondPath,
    ...(version === undefined ? {} : { version }),
    problem,
    lost: `the content of ${pondPath}, ${sizeBytes} bytes${others}`,
    remedy: `${remedyFor(fault)}; or put the same content once more: pond put`,
  };
}

/** What of the stage is to be looked at, and where to tell of it. */
export interface StageCheck {
  readonly findings: Finding[];
  /** The highest number that is committed. */
  readonly committed: number;
  /** Takes in a blob that a staged operation names. */
  readonly name: (blob: Omit<NamedBlob, "rows">) => void;
}

/** Checks that what is staged can be read. */
export async function checkStage(
  host: Host,
  pond: string,
  { committed, findings, name }: StageCheck,
): Promise<void> {
  const stage = new Stage(host, pond);
  const files = await stage.list(-1);
  const newest = files.at(-1)?.sequence;
  const sound: { file: StageFile; content: StageContent }[] = [];
  const torn: Finding[] = [];
  let instead = -1;
  // The last ones first: they say which of the others count.
  for (const file of files.reverse()) {
    if (file.sequence <= committed) {
      findings.push(doneStage(file, "it is committed already"));
      continue;
    }
    if (file.sequence <= instead) {
      findings.push(doneStage(file, "it was dropped already"));
      continue;
    }
    const read = await attempt(() => stage.read(file, committed));
    if (!read.isSound) {
      if (read.fault === "missing") continue;
      torn.push(tornStage(file, newest, read));
    } else if (read.value !== undefined) {
      sound.push({ file, content: read.value });
      instead = Math.max(instead, read.value.instead);
    }
  }
  findings.push(...torn.reverse());
  for (const { content: { operations } } of sound.reverse()) {
    for (const { attributes, path } of operations) {
      const { blob, sha256, sizeBytes } = attributes;
      if (!blob || sha256 === undefined) continue;
      name({ sha256, sizeBytes, pondPath: path, version: undefined });
    }
  }
}

function doneStage({ path }: StageFile, problem: string): Finding {
  return {
    severity: "leftover",
    kind: "stage",
    path,
    problem,
    lost: "",
    remedy: BY_REPAIR,
    repair: "delete",
  };
}

/** Like a commit, a file of the stage is linked whole: torn, it is damage. */
function tornStage(
  { path, sequence }: StageFile,
  newest: number | undefined,
  { fault, problem }: Failure,
): Finding {
  const isLast = sequence === newest && fault === "damaged";
  return {
    severity: "damage",
    kind: "stage",
    path,
    problem,
    lost: "the operations that one command has staged",
    remedy: isLast
      ? `${FROM_BACKUP}; or go on without it: ${BY_REPAIR}`
      : `${remedyFor(fault)}; or drop all that is staged: pond revert`,
    ...(isLast ? { repair: "move away" } : {}),
  };
}

/** What the search for leftovers goes by. */
export interface LeftoverSearch {
  readonly findings: PondFinding[];
  /** What was made out of each line; leftovers of a table are told by a whole one. */
  readonly lines: readonly LineExamination[];
  /** Blobs that are named; unless all rows were read, none is a leftover. */
  readonly named: ReadonlyMap<string, unknown> | undefined;
}

/** A file that nothing needs, and on which branch. */
type Leftover = UnusedFile & { readonly branch?: string | undefined };

/**
 * Lists what nothing needs. What is younger than vacuum's retention may be a
 * running writer's, and stays.
 */
export async function listLeftovers(
  pond: CheckedPond,
  search: LeftoverSearch,
): Promise<void> {
  const nowMs = Math.floor(pond.host.clock.nowUs() / 1000);
  const old = new Set<string>();
  for (const { path } of await unneeded(pond, search, nowMs, true)) {
    old.add(path);
  }
  for (const file of await unneeded(pond, search, nowMs, false)) {
    const { branch, path, sizeBytes } = file;
    const isOld = old.has(path);
    search.findings.push({
      severity: "leftover",
      kind: "unused",
      path,
      ...(branch === undefined ? {} : { branch }),
      problem: `${describe(file)}, ${sizeBytes} bytes`,
      lost: "",
      remedy: isOld
        ? BY_REPAIR
        : "nothing yet: it is younger than 7 days, and may be a running program's",
      ...(isOld ? { repair: "delete" } : {}),
    });
  }
}

function describe({ kind, path }: Leftover): string {
  switch (kind) {
    case "blob":
      return "a blob that nothing names";
    case "branch":
      return path.endsWith(".tmp")
        ? "a branch that was never finished, or is half deleted"
        : "a branch whose time is over";
    case "data":
      return "a data file that nothing names";
    case "unfinished":
      return "what an interrupted writer has left";
    default:
      return kind satisfies never;
  }
}

async function unneeded(
  { host, path: pond, pending }: CheckedPond,
  { lines, named }: LeftoverSearch,
  nowMs: number,
  isOld: boolean,
): Promise<Leftover[]> {
  const { files } = host;
  const beforeMs = isOld ? nowMs - RETENTION_MS : nowMs;
  const found: Leftover[] = [];
  if (named !== undefined) {
    const blobs = await oldBlobs(files, `${pond}/blobs`, beforeMs);
    for (const sha256 of [...named.keys(), ...pending]) blobs.delete(sha256);
    for (const { line: { directory } } of lines) {
      if (blobs.size === 0) break;
      await keepPruned(await openLine(host, directory), blobs, beforeMs);
    }
    found.push(...blobs.values());
  }
  for (const { line: { branch, directory }, log, snapshot } of lines) {
    if (snapshot !== undefined && log.isWhole) {
      const store = new LocalStore(host, `${directory}/oplog`);
      for await (const file of unneededData(store, snapshot, nowMs, beforeMs)) {
        found.push({ ...file, branch });
      }
    }
    for await (const file of leftovers(files, directory, beforeMs)) {
      found.push({ ...file, branch });
    }
  }
  for await (const file of unfinishedBlobs(files, pond, beforeMs)) {
    found.push(file);
  }
  // Of one that can't be read, it was told already.
  const branches = await attempt(() => unusedBranches(host, pond, beforeMs));
  if (branches.isSound) found.push(...branches.value);
  return found;
}

async function* unneededData(
  store: LocalStore,
  snapshot: Snapshot,
  nowMs: number,
  beforeMs: number,
): AsyncGenerator<UnusedFile> {
  const kept = new Set<string>();
  for (const remove of await snapshot.tombstones()) {
    // Merged, and kept for readers: a leftover only after the retention.
    const { deletionTimestamp = 0, path } = remove;
    if (deletionTimestamp >= nowMs - RETENTION_MS) {
      kept.add(`${store.location}/${path}`);
    }
  }
  for await (const file of unusedDataFiles(store, snapshot, beforeMs)) {
    if (!kept.has(file.path)) yield file;
  }
}
