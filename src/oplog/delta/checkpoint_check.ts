/**
 * Holds a checkpoint against the commits that it stands for.
 *
 * The commits are the truth. A checkpoint of ours has every action that they add
 * up to, but removes that are older than the table keeps them; of another
 * engine's, which may write statistics its own way, the files are compared.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints}
 * @module
 */
import { IntegrityError } from "../../errors.ts";
import { pathIn, type TableStore } from "../store/store.ts";
import { type AddFile, canonical } from "./actions.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import { foreignActions } from "./foreign_checkpoint.ts";
import { LOG_DIRECTORY, SIDECAR_DIRECTORY } from "./log_path.ts";
import type { CheckpointFiles } from "./log_segment.ts";
import { decodePath, type Snapshot, TableState } from "./table_state.ts";

/** A checkpoint, decoded as a whole. */
export interface ReadCheckpoint {
  /** The names of its files, and its version. */
  readonly files: CheckpointFiles;
  /** The state in it; it grows with the commits after it. */
  readonly state: TableState;
  /** The digest of the commit of its version, where it says it. */
  readonly digest: string | undefined;
  /** Whether it says its own digest. */
  readonly isOurs: boolean;
  /** How many files are in it. */
  readonly fileCount: number;
  /** How many actions are in it. */
  readonly actions: number;
  /** Its size in bytes. */
  readonly sizeBytes: number;
}

/**
 * Reads a checkpoint.
 *
 * @throws {IntegrityError} When a part of it is damaged.
 * @throws {PondError} `NOT_FOUND` when one is missing.
 */
export async function readCheckpoint(
  store: TableStore,
  files: CheckpointFiles,
): Promise<ReadCheckpoint> {
  const { names, version } = files;
  const state = new TableState(pathIn(store, LOG_DIRECTORY));
  const sum = { actions: 0, sizeBytes: 0 };
  let digest: string | undefined;
  let isOurs = true;
  for (const name of names) {
    const path = `${LOG_DIRECTORY}/${name}`;
    const source = pathIn(store, path);
    const bytes = await store.get(path);
    if (bytes.length === 0) throw new IntegrityError(source, "it is empty");
    sum.sizeBytes += bytes.length;
    const content = await decodeCheckpoint(bytes, source);
    if (content !== undefined) {
      const removes = await content.removes?.() ?? [];
      state.apply(version, content.actions);
      state.defer(() => Promise.resolve(removes));
      sum.actions += content.actions.length + removes.length;
      digest = content.commitDigest;
      continue;
    }
    isOurs = false;
    const openSidecar = async (name: string) => {
      const path = `${LOG_DIRECTORY}/${SIDECAR_DIRECTORY}/${name}`;
      return { bytes: await store.get(path), path: pathIn(store, path) };
    };
    const foreign = { path: source, bytes, version, openSidecar };
    for await (const actions of foreignActions(foreign)) {
      state.apply(version, actions);
      sum.actions += actions.length;
    }
  }
  return { files, state, digest, isOurs, fileCount: state.fileCount, ...sum };
}

/**
 * What a checkpoint says otherwise than the commits.
 *
 * @param known What the commits add up to.
 * @returns `undefined` when they agree.
 */
export async function differenceOf(
  known: Snapshot,
  { state, isOurs }: ReadCheckpoint,
): Promise<string | undefined> {
  const files = new Map<string, AddFile>();
  // An engine may spell a path otherwise: in the log, paths are URIs.
  for (const add of known.adds) files.set(decodePath(add.path, ""), add);
  for (const add of state.adds) {
    const path = decodePath(add.path, "");
    const other = files.get(path);
    if (other === undefined) return `it has ${path}, which is removed`;
    files.delete(path);
    const isSame = isOurs
      ? canonical({ ...other, dataChange: false }) === canonical(add)
      : other.size === add.size;
    if (!isSame) return `it describes ${add.path} otherwise`;
  }
  for (const path of files.keys()) return `it lacks ${path}`;
  if (canonical(known.protocol) !== canonical(state.protocol)) {
    return "its protocol is another one";
  }
  if (!isOurs) return undefined;
  if (canonical(known.metaData) !== canonical(state.metaData)) {
    return "its schema or settings are others";
  }
  const counters = ({ transactions }: Snapshot) =>
    canonical(Object.fromEntries(transactions));
  if (counters(known) !== counters(state)) {
    return "its counters of applications are others";
  }
  return await differenceOfRemoves(known, state);
}

/** Removes that have expired may be missing; there may be no others. */
async function differenceOfRemoves(
  known: Snapshot,
  other: Snapshot,
): Promise<string | undefined> {
  const removed = new Map<string, string>();
  for (const remove of await known.tombstones()) {
    removed.set(remove.path, canonical(remove));
  }
  for (const remove of await other.tombstones()) {
    if (removed.get(remove.path) === canonical(remove)) continue;
    return `it removes ${remove.path} otherwise`;
  }
  return undefined;
}
