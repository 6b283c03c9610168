/**
 * The files of a log, one after the other.
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import { isObject } from "../delta/actions.ts";
import { parseLastCheckpoint } from "../delta/checkpoint.ts";
import { readCheckpoint } from "../delta/checkpoint_check.ts";
import { decodeCommit } from "../delta/commit_file.ts";
import { attempt } from "../delta/finding.ts";
import { checkLog } from "../delta/log_check.ts";
import {
  checkpointPartNames,
  checksumVersion,
  commitFileName,
  commitVersion,
  LAST_CHECKPOINT,
  LOG_DIRECTORY,
  parseCheckpointName,
  parseCompactionName,
  SIDECAR_DIRECTORY,
} from "../delta/log_path.ts";
import { newestCheckpoint } from "../delta/log_segment.ts";
import type { DumpFacts, DumpHost, DumpRow, LogDumpOptions } from "./types.ts";
import { LocalStore } from "../store/local_store.ts";
import { pathIn, type TableStore } from "../store/store.ts";
import { linesOf } from "./lines.ts";
import {
  type LogFile,
  logFiles,
  readWhole,
  readWitness,
  versionIn,
} from "./place.ts";
import { damaged, factsOf, findingRow, type RowPlace } from "./row.ts";

/** A log while it is gone through. */
interface Log {
  readonly store: TableStore;
  readonly files: readonly LogFile[];
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/**
 * Shows the files of a log: each with its facts, a commit with its actions, one
 * a row. Without a range, what a check of the log finds comes last.
 *
 * @param directory The table's, absolute.
 * @throws {PondError} `NOT_FOUND` without a log; `REVISION_NOT_FOUND`.
 */
export async function* dumpLog(
  host: DumpHost,
  directory: string,
  { from, to, headPath, signal }: LogDumpOptions = {},
): AsyncGenerator<DumpRow> {
  const store = new LocalStore(host, directory);
  // Before the log: what it has seen must be there when the log is read.
  const witness = await readWitness(host, headPath);
  const log: Log = {
    store,
    files: await logFiles(store),
    from: from ?? 0,
    to: to ?? Number.MAX_SAFE_INTEGER,
    isWhole: from === undefined && to === undefined,
  };
  requireInRange(log);
  let expected: number | undefined;
  for (const file of log.files) {
    signal?.throwIfAborted();
    const version = versionIn(file.name);
    const isShown = version === undefined
      ? log.isWhole
      : version >= log.from && version <= log.to;
    const committed = commitVersion(file.name);
    if (committed !== undefined) {
      yield* gapRows(log, expected, committed);
      expected = committed + 1;
    }
    if (isShown) yield* fileRows(log, file);
  }
  yield* tailRows(log, expected);
  if (!log.isWhole) return;
  const { findings } = await checkLog(store, witness, signal);
  for (const finding of findings) yield findingRow(finding);
}

function requireInRange({ files, from, store }: Log): void {
  const newest = files.reduce(
    (most, { name }) => Math.max(most, versionIn(name) ?? -1),
    -1,
  );
  if (from <= newest) return;
  const path = pathIn(store, LOG_DIRECTORY);
  throw new PondError(
    "REVISION_NOT_FOUND",
    `Cannot show version ${from}: the newest is ${newest}`,
    { path, version: from },
  );
}

/** Versions that have no commit, between two that have one. */
function* gapRows(
  log: Log,
  expected: number | undefined,
  next: number,
): Generator<DumpRow> {
  const first = Math.max(expected ?? next, log.from);
  const last = Math.min(next - 1, log.to);
  if (first > last) return;
  const names = log.files.map(({ name }) => name);
  const checkpoint = newestCheckpoint(names, Number.MAX_SAFE_INTEGER);
  const isCovered = checkpoint !== undefined && checkpoint.version >= last;
  yield {
    kind: "gap",
    path: pathIn(log.store, `${LOG_DIRECTORY}/${commitFileName(first)}`),
    version: first,
    severity: isCovered ? "note" : "damage",
    problem: first === last
      ? "the commit is missing"
      : `the commits of the versions ${first} to ${last} are missing`,
    facts: { first, last, checkpoint: checkpoint?.version ?? null },
  };
}

/** Versions after the last commit that other files are of. */
function* tailRows(log: Log, expected: number | undefined): Generator<DumpRow> {
  const versions = log.files.flatMap(({ name }) =>
    parseCheckpointName(name)?.version ?? []
  );
  const newest = Math.max(-1, ...versions);
  if (expected !== undefined) yield* gapRows(log, expected, newest + 1);
}

async function* fileRows(log: Log, file: LogFile): AsyncGenerator<DumpRow> {
  const { name, sizeBytes } = file;
  const version = versionIn(name);
  const base = {
    path: pathIn(log.store, `${LOG_DIRECTORY}/${name}`),
    ...(version === undefined ? {} : { version }),
  };
  const checkpoint = parseCheckpointName(name);
  if (commitVersion(name) !== undefined) yield* commitRows(log, file, base);
  else if (checkpoint !== undefined) {
    const { part, parts } = checkpoint;
    const facts = { size: sizeBytes, part, parts };
    const place = { ...base, kind: "checkpoint" };
    const problem = sizeBytes === 0
      ? "it is empty"
      : await checkpointProblem(log, name);
    yield problem === undefined
      ? { ...place, facts }
      : damaged(place, problem, facts);
  } else if (checksumVersion(name) !== undefined) {
    yield await jsonRow(log, file, { ...base, kind: "checksum" });
  } else if (parseCompactionName(name) !== undefined) {
    yield await compactionRow(log, file, base);
  } else if (name === LAST_CHECKPOINT) yield await hintRow(log, file, base);
  else {
    const isSidecar = name.startsWith(`${SIDECAR_DIRECTORY}/`);
    const kind = isSidecar ? "sidecar" : "other";
    yield { kind, ...base, facts: { size: sizeBytes } };
  }
}

/** The check of a whole log finds it, too; a range isn't checked. */
async function checkpointProblem(
  { store, isWhole }: Log,
  name: string,
): Promise<string | undefined> {
  const parsed = parseCheckpointName(name);
  if (isWhole || parsed === undefined) return undefined;
  const { version, parts, isUnique } = parsed;
  const names = isUnique ? [name] : checkpointPartNames(version, parts);
  const read = await attempt(() => readCheckpoint(store, { version, names }));
  return read.isSound ? undefined : read.problem;
}

async function* commitRows(
  { store }: Log,
  { name, sizeBytes }: LogFile,
  base: Omit<RowPlace, "kind">,
): AsyncGenerator<DumpRow> {
  const place = { ...base, kind: "commit" };
  const read = await attempt(() =>
    readWhole(store, `${LOG_DIRECTORY}/${name}`)
  );
  if (!read.isSound) {
    yield damaged(place, read.problem, { size: sizeBytes });
    return;
  }
  const bytes = read.value;
  const commit = await attempt(() => decodeCommit(bytes, base.path));
  if (commit.isSound) {
    const { actions, digest, previous, transactionId } = commit.value;
    const facts = { size: bytes.length, actions: actions.length, digest };
    const more = factsOf({ previous, transactionId });
    yield { ...place, facts: { ...facts, ...more } };
  } else yield damaged(place, commit.problem, { size: bytes.length });
  for await (const { row } of linesOf(bytes, base)) yield row;
}

/** A file that changes nothing but time: what is wrong with it is a note. */
async function jsonRow(
  { store }: Log,
  { name, sizeBytes }: LogFile,
  place: RowPlace,
): Promise<DumpRow> {
  const read = await attempt(() =>
    readWhole(store, `${LOG_DIRECTORY}/${name}`)
  );
  const size = { size: sizeBytes };
  if (!read.isSound) return note(place, read.problem, size);
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(read.value));
    if (!isObject(value)) return note(place, "it is no JSON object", size);
    // What may be as long as the table is counted.
    const { allFiles, ...others } = value;
    const files = Array.isArray(allFiles) ? { allFiles: allFiles.length } : {};
    return { ...place, facts: { ...size, ...factsOf(others), ...files } };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return note(place, `it is no valid JSON: ${error.message}`, size);
  }
}

async function hintRow(
  log: Log,
  file: LogFile,
  base: Omit<RowPlace, "kind">,
): Promise<DumpRow> {
  const row = await jsonRow(log, file, { ...base, kind: "hint" });
  const names = log.files.map(({ name }) => name);
  const newest = newestCheckpoint(names, Number.MAX_SAFE_INTEGER);
  const read = await attempt(() =>
    readWhole(log.store, `${LOG_DIRECTORY}/${file.name}`)
  );
  const hint = read.isSound ? parseLastCheckpoint(read.value) : undefined;
  const isTrue = hint !== undefined && hint.version === newest?.version &&
    (newest.names.length === hint.parts ||
      !newest.names.some((name) => parseCheckpointName(name)?.parts !== 1));
  const facts: DumpFacts = {
    ...row.facts,
    newestCheckpoint: newest?.version ?? null,
    isTrue,
  };
  if (isTrue || row.problem !== undefined) return { ...row, facts };
  const said = hint === undefined
    ? "it names no checkpoint"
    : newest === undefined
    ? `it names a checkpoint of version ${hint.version}, and there is none`
    : `it names the checkpoint of version ${hint.version}, and the newest is of version ${newest.version}`;
  return note({ ...base, kind: "hint" }, said, facts);
}

async function compactionRow(
  { store }: Log,
  { name, sizeBytes }: LogFile,
  base: Omit<RowPlace, "kind">,
): Promise<DumpRow> {
  const place = { ...base, kind: "compaction" };
  const { first, last } = parseCompactionName(name) ?? { first: 0, last: 0 };
  const facts = { size: sizeBytes, first, last };
  const read = await attempt(async () =>
    await decodeCommit(
      await readWhole(store, `${LOG_DIRECTORY}/${name}`),
      base.path,
    )
  );
  if (!read.isSound) return note(place, read.problem, facts);
  return { ...place, facts: { ...facts, actions: read.value.actions.length } };
}

function note(place: RowPlace, problem: string, facts: DumpFacts): DumpRow {
  return { ...place, severity: "note", problem, facts };
}
