/**
 * A backup that is there: its key, its snapshots, its indexes.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { Compression, Host } from "../host/host.ts";
import {
  BACKUP_FILE,
  BACKUP_FORMAT,
  type BackupFile,
  decodeBackupFile,
  encodeBackupFile,
} from "./format.ts";
import { decodeIndex, type IndexContent } from "./index_object.ts";
import { ObjectStore, pathIn } from "./objects.ts";
import { PackReader } from "./pack_reader.ts";
import type { BackupPlace } from "./place.ts";
import type { BackupSecrets } from "./secrets.ts";
import { decodeSnapshot, type SnapshotContent } from "./snapshot.ts";

/** A snapshot with its name. */
export interface Snapshot extends SnapshotContent {
  /** Its SHA-256. */
  readonly id: string;
  /** Where it is in the store. */
  readonly path: string;
}

/** An open backup. */
export class Backup {
  /** The platform. */
  readonly host: Host;
  /** Where it is. */
  readonly place: BackupPlace;
  /** What `backup.json` says. */
  readonly file: BackupFile;
  /**
   * Its objects.
   *
   * @ignore
   */
  readonly objects: ObjectStore;
  /**
   * What packs its pieces.
   *
   * @ignore
   */
  readonly compression: Compression;

  private constructor(
    host: Host,
    place: BackupPlace,
    file: BackupFile,
    objects: ObjectStore,
    compression: Compression,
  ) {
    this.host = host;
    this.place = place;
    this.file = file;
    this.objects = objects;
    this.compression = compression;
  }

  /**
   * Opens a backup.
   *
   * @param secrets What opens one that is encrypted.
   * @throws {PondError} `NOT_FOUND` when there is none; `FORMAT_TOO_NEW`,
   *   `INTEGRITY`; `PERMISSION_DENIED` for a secret that is missing or wrong.
   */
  static async open(
    host: Host,
    place: BackupPlace,
    secrets: BackupSecrets,
  ): Promise<Backup> {
    const file = await readBackupFile(place);
    const { key } = file;
    const cipher = key === undefined
      ? undefined
      : await (await import("./encryption.ts")).openKey(key, secrets, place);
    const objects = new ObjectStore(place.store, cipher);
    const compression = await host.compression();
    return new Backup(host, place, file, objects, compression);
  }

  /**
   * Reads its packs.
   *
   * @ignore
   */
  packReader(): PackReader {
    return new PackReader(this.objects, this.compression);
  }

  /** The snapshots, the newest first. */
  async *snapshots(): AsyncGenerator<Snapshot> {
    const listed = await Array.fromAsync(this.objects.list("snapshot"));
    for (const { path, sha256 } of listed.reverse()) {
      yield await this.snapshot(sha256, path);
    }
  }

  /**
   * Reads a snapshot.
   *
   * @throws {IntegrityError} When it isn't what its name says.
   */
  async snapshot(id: string, path: string): Promise<Snapshot> {
    const bytes = await this.objects.get("snapshot", id, path);
    const source = pathIn(this.place.store, path);
    const content = decodeSnapshot(bytes, source);
    if (content.pondId !== this.file.pondId) {
      throw otherPond(this.place.location, this.file.pondId, content.pondId);
    }
    return { ...content, id, path };
  }

  /**
   * Reads an index.
   *
   * @ignore
   */
  async index(
    sha256: string,
    kind: "index" | "unfinished" = "index",
  ): Promise<IndexContent> {
    const bytes = await this.objects.get(kind, sha256);
    const source = this.objects.sourceOf(kind, sha256);
    return decodeIndex(bytes, this.compression, source);
  }

  /**
   * Reads the indexes of a snapshot, in their order.
   *
   * @ignore
   */
  async indexes({ indexes }: SnapshotContent): Promise<IndexContent[]> {
    const found: IndexContent[] = [];
    for (const sha256 of indexes) found.push(await this.index(sha256));
    return found;
  }
}

/**
 * Finds a snapshot.
 *
 * @param wanted The beginning of its id, or a version of `main` such as `v12`: then
 *   the first one that has it; the newest one when left out.
 * @throws {PondError} `NOT_FOUND`; `INVALID_ARGUMENT` when several begin so.
 */
export async function findSnapshot(
  backup: Backup,
  wanted?: string,
): Promise<Snapshot> {
  const version = /^v(\d+)$/.exec(wanted ?? "")?.[1];
  const found: Snapshot[] = [];
  for await (const snapshot of backup.snapshots()) {
    if (wanted === undefined || wanted === "latest") return snapshot;
    const newest = snapshot.lines[0]?.version ?? -1;
    if (version !== undefined && newest < Number(version)) break;
    if (version !== undefined) found[0] = snapshot;
    else if (snapshot.id.startsWith(wanted)) found.push(snapshot);
  }
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const { location } = backup.place;
  if (first !== undefined) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot tell which snapshot ${wanted} is: several ids begin so`,
      { path: location, hint: "write more of it" },
    );
  }
  throw new PondError(
    "NOT_FOUND",
    wanted === undefined
      ? `Cannot find a snapshot in ${location}: nothing was backed up yet`
      : `Cannot find the snapshot ${wanted} in ${location}`,
    { path: location, hint: "see which there are: pond backup list" },
  );
}

/**
 * Reads what a place is a backup of.
 *
 * @throws {PondError} `NOT_FOUND` when it is none.
 */
export async function readBackupFile(
  { location, store }: BackupPlace,
): Promise<BackupFile> {
  try {
    const bytes = await store.get(BACKUP_FILE);
    return await decodeBackupFile(bytes, pathIn(store, BACKUP_FILE));
  } catch (cause) {
    if (!hasCode(cause, "NOT_FOUND", "NOT_A_DIRECTORY")) throw cause;
    throw new PondError(
      "NOT_FOUND",
      `Cannot find a backup at ${location}`,
      {
        path: location,
        cause,
        hint: "is the disk there? A new one is made by pond backup add",
      },
    );
  }
}

/**
 * Finds out whether a place can be a pond's backup; nothing is changed.
 *
 * @returns Whether it is one already.
 * @throws {PondError} As {@linkcode makeBackup}.
 */
export async function tryBackup(
  place: BackupPlace,
  pondId: string,
): Promise<boolean> {
  if (!await place.exists()) return false;
  if (await place.store.head(BACKUP_FILE) === undefined) {
    await requireEmpty(place);
    return false;
  }
  await attached(place, pondId);
  return true;
}

/**
 * Makes a backup where there is none, or takes the one that is there.
 *
 * @param key Makes the key of what will be in it; none: it isn't encrypted.
 * @throws {PondError} `ALREADY_EXISTS` when anything else lies there;
 *   `INVALID_ARGUMENT` when it is another pond's; `NOT_FOUND` without a directory
 *   above it.
 */
export async function makeBackup(
  host: Host,
  place: BackupPlace,
  pondId: string,
  key: () => Promise<string | undefined>,
): Promise<BackupFile> {
  if (await tryBackup(place, pondId)) return await attached(place, pondId);
  const made = await key();
  await place.make();
  await using _lock = await place.lock();
  // Another one may have been faster.
  if (!await tryBackup(place, pondId)) {
    const bytes = await encodeBackupFile({
      format: BACKUP_FORMAT,
      pondId,
      createdUs: host.clock.nowUs(),
      key: made,
    });
    await place.store.put([{ path: BACKUP_FILE, bytes }]);
  }
  return await attached(place, pondId);
}

/**
 * What a place is a backup of, if that is this pond.
 *
 * @throws {PondError} `INVALID_ARGUMENT` when it is another pond's.
 */
export async function attached(
  place: BackupPlace,
  pondId: string,
): Promise<BackupFile> {
  const file = await readBackupFile(place);
  if (file.pondId === pondId) return file;
  throw otherPond(place.location, pondId, file.pondId);
}

async function requireEmpty({ location, store }: BackupPlace): Promise<void> {
  for await (const { path } of store.list("")) {
    // What an interrupted making has left.
    if (path === "lock" || path.startsWith(`.${BACKUP_FILE}.`)) continue;
    throw new PondError(
      "ALREADY_EXISTS",
      `Cannot make a backup at ${location}: there is ${path}`,
      { path: location, hint: "choose a directory that is empty" },
    );
  }
}

function otherPond(location: string, own: string, other: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot use the backup ${location} for the pond ${own}: it is one of the pond ${other}`,
    { path: location, hint: "give each pond a directory of its own" },
  );
}
