/**
 * Checks a backup, without the pond: every byte that a snapshot needs, and that
 * what it needs is there.
 *
 * ```text
 * snapshots     their SHA-256, what they say, that their indexes are there
 * indexes       their SHA-256, what they say
 * packs         their SHA-256, that of each piece, the rows in it
 * blobs         the SHA-256 of those that are put together of pieces
 * each snapshot has the rows that it says, and every blob that they name
 * ```
 *
 * Nothing ends at the first damage. What nothing needs is listed as a leftover.
 *
 * @module
 */
import { hasCode, IntegrityError } from "../errors.ts";
import { EntryBatch } from "../oplog/record.ts";
import type { Backup, Snapshot } from "./backup.ts";
import { joinedIndex, piecesIn } from "./index_merge.ts";
import type { IndexContent, Piece, RowSegment } from "./index_object.ts";
import { type ListedObject, objectPath, pathIn } from "./objects.ts";
import type { PackReader } from "./pack_reader.ts";
import { decodeRows } from "./row_piece.ts";
import { blobChunks } from "./saved_rows.ts";
import { blobsOf } from "./source.ts";

/** Something that a check has found. */
export interface BackupFinding {
  /** `leftover`: nothing needs it, and a prune deletes it. */
  readonly severity: "damage" | "leftover";
  /** The file. */
  readonly path: string;
  /** What is wrong with it. */
  readonly problem: string;
  /** The snapshots that can't be restored for that, by their ids. */
  readonly snapshots: readonly string[];
}

/** What a check has found. */
export interface VerifyReport {
  /** Whether every snapshot can be restored. */
  readonly isSound: boolean;
  /** What was found. */
  readonly findings: readonly BackupFinding[];
  /** How many snapshots there are, the damaged ones included. */
  readonly snapshots: number;
  /** How many packs were read. */
  readonly packs: number;
  /** Rows in them. */
  readonly rows: number;
  /** Blobs in them. */
  readonly blobs: number;
  /** Bytes of all objects. */
  readonly bytes: number;
}

/** Options of a check. */
export interface VerifyOptions {
  /** Is told how many packs were read, and their bytes. */
  readonly onProgress?: (packs: number, bytes: number) => void;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Checks a backup. */
export async function verifyBackup(
  backup: Backup,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  return await new Verification(backup, options).run();
}

/** What is known of the rows in a piece. */
interface RowFacts {
  readonly rows: number;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly isOrdered: boolean;
  readonly blobs: readonly string[];
}

class Verification {
  readonly #backup: Backup;
  readonly #options: VerifyOptions;
  readonly #packs: PackReader;
  readonly #listed = new Map<string, ListedObject>();
  readonly #needed = new Set<string>();
  /** What is damaged, by its path. */
  readonly #damage = new Map<
    string,
    { readonly problem: string; readonly snapshots: Set<string> }
  >();
  readonly #indexes = new Map<string, IndexContent | undefined>();
  readonly #rowPieces = new Map<string, RowFacts>();
  /** Packs with pieces that are not what they should be, by those. */
  readonly #badPieces = new Map<string, string>();
  readonly #badBlobs = new Map<string, string>();
  #rows = 0;
  #packCount = 0;
  #packBytes = 0;

  constructor(backup: Backup, options: VerifyOptions) {
    this.#backup = backup;
    this.#options = options;
    this.#packs = backup.packReader();
  }

  async run(): Promise<VerifyReport> {
    const { objects } = this.#backup;
    for await (const object of objects.list()) {
      this.#listed.set(object.path, object);
    }
    const snapshots: Snapshot[] = [];
    for (const object of [...this.#listed.values()]) {
      if (object.kind !== "snapshot") continue;
      this.#needed.add(object.path);
      const snapshot = await this.#readSnapshot(object);
      if (snapshot !== undefined) snapshots.push(snapshot);
    }
    for (const { indexes, id } of snapshots) {
      for (const name of indexes) await this.#readIndex(name, id);
    }
    await this.#readUnfinished();
    await this.#readPacks();
    await this.#readLargeBlobs();
    for (const snapshot of snapshots) this.#judge(snapshot);
    return this.#report();
  }

  async #readSnapshot(
    { path, sha256 }: ListedObject,
  ): Promise<Snapshot | undefined> {
    return await this.#attempt(path, sha256, async () => {
      const snapshot = await this.#backup.snapshot(sha256, path);
      const own = objectPath("snapshot", sha256, snapshot.createdUs);
      if (own === path) return snapshot;
      throw new IntegrityError(path, "its name has another time than it has");
    });
  }

  async #readIndex(
    name: string,
    snapshot: string | undefined,
    kind: "index" | "unfinished" = "index",
  ): Promise<void> {
    const path = objectPath(kind, name, 0);
    this.#needed.add(path);
    const known = this.#damage.get(path);
    if (known !== undefined && snapshot !== undefined) {
      known.snapshots.add(snapshot);
    }
    if (this.#indexes.has(path)) return;
    const index = await this.#attempt(path, snapshot, async () => {
      return await this.#backup.index(name, kind);
    });
    this.#indexes.set(path, index);
  }

  /** The next run takes up what is in them. */
  async #readUnfinished(): Promise<void> {
    for (const { kind, sha256 } of [...this.#listed.values()]) {
      if (kind !== "unfinished") continue;
      await this.#readIndex(sha256, undefined, "unfinished");
    }
  }

  /** Each pack once, with all its pieces. */
  async #readPacks(): Promise<void> {
    const packs = new Map<string, Map<string, Piece>>();
    const rowPieces = new Set<string>();
    for (const index of this.#indexes.values()) {
      if (index === undefined) continue;
      for (const piece of piecesIn(index)) {
        const pieces = packs.get(piece.pack) ?? new Map<string, Piece>();
        pieces.set(placeOf(piece), piece);
        packs.set(piece.pack, pieces);
      }
      for (const segments of index.rows.values()) {
        for (const { piece: { sha256 } } of segments) rowPieces.add(sha256);
      }
    }
    for (const [pack, pieces] of packs) {
      this.#options.signal?.throwIfAborted();
      const path = objectPath("pack", pack, 0);
      this.#needed.add(path);
      await this.#attempt(path, undefined, async () => {
        await this.#readPieces(path, [...pieces.values()], rowPieces);
      });
      this.#packCount++;
      this.#packBytes += this.#listed.get(path)?.sizeBytes ?? 0;
      this.#options.onProgress?.(this.#packCount, this.#packBytes);
    }
  }

  async #readPieces(
    path: string,
    pieces: readonly Piece[],
    rowPieces: ReadonlySet<string>,
  ): Promise<void> {
    for (const piece of pieces) {
      try {
        const bytes = await this.#packs.read(piece);
        if (!rowPieces.has(piece.sha256)) continue;
        const source = this.#packs.sourceOf(piece);
        this.#rowPieces.set(piece.sha256, factsOf(bytes, source));
      } catch (error) {
        if (!hasCode(error, "INTEGRITY")) throw error;
        // All pieces of it are lost, or this one.
        this.#badPieces.set(placeOf(piece), path);
        this.#note(path, problemOf(error), undefined);
      }
    }
  }

  /** What is put together of pieces has a hash of its own. */
  async #readLargeBlobs(): Promise<void> {
    const { hasher } = this.#backup.host;
    const done = new Set<string>();
    for (const index of this.#indexes.values()) {
      for (const blob of index?.blobs ?? []) {
        const { pieces, sha256 } = blob;
        if (done.has(sha256)) continue;
        done.add(sha256);
        const isBad = pieces.some((each) => this.#badPieces.has(placeOf(each)));
        if (pieces.length <= 1 && pieces[0]?.sha256 === sha256) continue;
        if (isBad) continue;
        const path = pieces[0] && objectPath("pack", pieces[0].pack, 0);
        try {
          for await (const _ of blobChunks(blob, this.#packs, hasher)) {
            this.#options.signal?.throwIfAborted();
          }
        } catch (error) {
          if (!hasCode(error, "INTEGRITY")) throw error;
          this.#badBlobs.set(sha256, path ?? "");
          this.#note(path ?? "", problemOf(error), undefined);
        }
      }
    }
  }

  /** Whether a snapshot can be restored, and by what it can't. */
  #judge(snapshot: Snapshot): void {
    const indexes = snapshot.indexes.map((name) =>
      this.#indexes.get(objectPath("index", name, 0))
    );
    if (indexes.some((index) => index === undefined)) return;
    const index = joinedIndex(indexes.flatMap((each) => each ?? []));
    const blobs = new Set(index.blobs.map(({ sha256 }) => sha256));
    const named = new Set<string>();
    for (const { base, id, name, rows, version } of snapshot.lines) {
      const segments = index.rows.get(id) ?? [];
      const problem = this.#judgeLine(segments, named, snapshot.id, {
        rows,
        minVersion: (base?.version ?? -1) + 1,
        maxVersion: version,
      });
      if (problem !== undefined) {
        this.#note(snapshot.path, `the line ${name} ${problem}`, snapshot.id);
      }
    }
    for (const { pieces, sha256 } of index.blobs) {
      const bad = this.#badBlobs.get(sha256) ??
        pieces.map((each) => this.#badPieces.get(placeOf(each))).find(Boolean);
      if (bad !== undefined) this.#damage.get(bad)?.snapshots.add(snapshot.id);
    }
    const missing = [...named].filter((sha256) => !blobs.has(sha256));
    if (missing.length === 0) return;
    const problem = `no index has the blob ${missing[0]}`;
    this.#note(snapshot.path, problem, snapshot.id);
  }

  #judgeLine(
    segments: readonly RowSegment[],
    named: Set<string>,
    snapshot: string,
    line: Pick<RowFacts, "rows" | "minVersion" | "maxVersion">,
  ): string | undefined {
    let rows = 0;
    let { minVersion } = line;
    for (const { piece, ...segment } of segments) {
      const bad = this.#badPieces.get(placeOf(piece));
      if (bad !== undefined) this.#damage.get(bad)?.snapshots.add(snapshot);
      const facts = this.#rowPieces.get(piece.sha256);
      if (facts === undefined) {
        if (bad === undefined) return "names rows that are none";
        rows += segment.rows;
        continue;
      }
      const isRight = facts.isOrdered && facts.rows === segment.rows &&
        facts.minVersion === segment.minVersion &&
        facts.maxVersion === segment.maxVersion &&
        facts.minVersion >= minVersion;
      if (!isRight) return "has other rows than the indexes say";
      minVersion = facts.maxVersion;
      rows += facts.rows;
      for (const sha256 of facts.blobs) named.add(sha256);
    }
    if (minVersion > line.maxVersion && segments.length > 0) {
      return "has rows after its newest version";
    }
    return rows === line.rows
      ? undefined
      : `has ${rows} rows in the indexes, not ${line.rows}`;
  }

  /** Does what finds damage, and goes on. */
  async #attempt<T>(
    path: string,
    snapshot: string | undefined,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      // Of what has another pond's id, nothing can be restored either.
      if (!hasCode(error, "INTEGRITY", "INVALID_ARGUMENT")) throw error;
      this.#note(path, problemOf(error), snapshot);
      return undefined;
    }
  }

  #note(path: string, problem: string, snapshot: string | undefined): void {
    const known = this.#damage.get(path);
    const snapshots = known?.snapshots ?? new Set<string>();
    if (snapshot !== undefined) snapshots.add(snapshot);
    if (known === undefined) this.#damage.set(path, { problem, snapshots });
  }

  #report(): VerifyReport {
    const { store } = this.#backup.place;
    const findings: BackupFinding[] = [];
    for (const [path, { problem, snapshots }] of this.#damage) {
      findings.push({
        severity: "damage",
        path: pathIn(store, path),
        problem,
        snapshots: [...snapshots],
      });
    }
    let bytes = 0;
    let snapshotCount = 0;
    for (const { kind, path, sizeBytes } of this.#listed.values()) {
      bytes += sizeBytes;
      if (kind === "snapshot") snapshotCount++;
      const isKnown = this.#needed.has(path) || this.#damage.has(path);
      if (isKnown) continue;
      findings.push({
        severity: "leftover",
        path: pathIn(store, path),
        problem: `nothing needs it, ${sizeBytes} bytes`,
        snapshots: [],
      });
    }
    for (const { rows } of this.#rowPieces.values()) this.#rows += rows;
    const blobs = new Set<string>();
    for (const index of this.#indexes.values()) {
      for (const { sha256 } of index?.blobs ?? []) blobs.add(sha256);
    }
    return {
      isSound: findings.every(({ severity }) => severity !== "damage"),
      findings,
      snapshots: snapshotCount,
      packs: this.#packCount,
      rows: this.#rows,
      blobs: blobs.size,
      bytes,
    };
  }
}

/** A piece may be in several packs, of which one is damaged. */
function placeOf({ offset, pack, sha256 }: Piece): string {
  return `${pack} ${offset} ${sha256}`;
}

/** Takes the rows of a piece apart, down to what they name. */
function factsOf(
  bytes: Parameters<typeof decodeRows>[0],
  source: string,
): RowFacts {
  let rows = 0;
  let minVersion = -1;
  let maxVersion = -1;
  let isOrdered = true;
  const blobs: string[] = [];
  for (const { content, version } of decodeRows(bytes, source)) {
    if (rows === 0) minVersion = version;
    if (version < maxVersion) isOrdered = false;
    maxVersion = version;
    rows++;
    const views = () => new EntryBatch(content, source).views();
    for (const { sha256 } of blobsOf({ source, views })) blobs.push(sha256);
  }
  return { rows, minVersion, maxVersion, isOrdered, blobs };
}

/** What is wrong, without the path that the finding has. */
function problemOf(error: Error): string {
  return error.message.replace(/^Cannot trust \S+: /, "");
}
