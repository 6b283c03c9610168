/**
 * One run: takes what is new in a pond into a backup.
 *
 * ```text
 *                                              a stop before this step leaves
 * 1  read the newest snapshot that the pond goes on from, and its indexes
 *                                              nothing
 * 2  read new rows, and the blobs that they name; put packs
 *                                              packs that nothing names
 *    … and after each 512 MiB an index of them  packs that the next run uses
 * 3  put an index of what is new               … and an index that nothing names
 * 4  put the snapshot                          the same
 * 5  delete the indexes of step 2              a whole snapshot
 * ```
 *
 * Each is durable before the next one begins, and nothing is changed that was
 * there: whatever happens, the backup holds the snapshots that it held. Where
 * nothing is new in the pond, nothing is written.
 *
 * @module
 */
import type { Backup, Snapshot } from "./backup.ts";
import { BlobWriter } from "./blob_writer.ts";
import {
  blobBytes,
  encodeIndex,
  type IndexContent,
  type Piece,
  type RowSegment,
} from "./index_object.ts";
import { joinedIndex, mergedTail, piecesIn } from "./index_merge.ts";
import { createdOf, objectPath } from "./objects.ts";
import { PackWriter } from "./pack_writer.ts";
import {
  type LinePlan,
  type LineState,
  planLine,
  type Versions,
} from "./plan.ts";
import { RowWriter } from "./row_writer.ts";
import { encodeSnapshot, type SavedLine } from "./snapshot.ts";
import {
  blobsOf,
  goesOnFrom,
  isForked,
  openSource,
  type SourceLine,
  type SourcePond,
} from "./source.ts";

/** After so many packs, what is in them is noted for the case of a stop. */
const NOTED_PACKS = 32;

/** Options of a run. */
export interface RunOptions {
  /** Who makes it. */
  readonly author: string;
  /** The program that writes it, such as `pond 0.1.0`. */
  readonly writer: string;
  /**
   * Takes in everything once more, as if nothing was there: what is damaged in the
   * backup is mended by it, as far as the pond has it.
   */
  readonly full?: boolean;
  /** After how many packs it notes what is in them; 32 when left out. */
  readonly noteAfterPacks?: number;
  /** Is told what has been read so far. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** How far a run is. */
export interface RunProgress {
  /** Rows that were read. */
  readonly rows: number;
  /** Blobs that were taken in. */
  readonly blobs: number;
}

/** What a run did. */
export interface RunResult {
  /** `unchanged`: there was nothing new, and nothing was written. */
  readonly status: "saved" | "unchanged";
  /** The newest snapshot now. */
  readonly snapshot: Snapshot;
  /** Rows that were read. */
  readonly rows: number;
  /** Blobs that are new in the backup. */
  readonly blobs: number;
  /** Bytes that were written to it. */
  readonly bytesWritten: number;
}

/**
 * Takes what is new in a pond into a backup.
 *
 * @param pond The pond's directory.
 * @throws {PondError} `LOCKED` when another run is at work; `INTEGRITY` for what is
 *   damaged in the pond, or in what the backup needs to go on; `NO_SPACE`, ….
 */
export async function runBackup(
  backup: Backup,
  pond: string,
  options: RunOptions,
): Promise<RunResult> {
  await using _lock = await backup.place.lock();
  const source = await openSource(backup.host, pond);
  const parent = options.full ? undefined : await parentOf(backup, source);
  if (parent !== undefined && isSame(source, parent)) {
    const { snapshot } = parent;
    return {
      status: "unchanged",
      snapshot,
      rows: 0,
      blobs: 0,
      bytesWritten: 0,
    };
  }
  return await new Run(backup, pond, source, parent, options).run();
}

/** What a run goes on from. */
interface Parent {
  readonly snapshot: Snapshot;
  readonly indexes: readonly IndexContent[];
}

/**
 * The newest snapshot of which the pond still knows a line; else the newest one.
 * A pond that was restored goes on from an older one.
 */
async function parentOf(
  backup: Backup,
  { lines }: SourcePond,
): Promise<Parent | undefined> {
  let newest: Snapshot | undefined;
  for await (const snapshot of backup.snapshots()) {
    newest ??= snapshot;
    for (const line of lines) {
      const saved = savedLine(snapshot, line);
      if (saved === undefined || !await goesOnFrom(line, saved)) continue;
      return { snapshot, indexes: await backup.indexes(snapshot) };
    }
  }
  return newest && { snapshot: newest, indexes: await backup.indexes(newest) };
}

function savedLine(
  { lines }: Snapshot,
  { saved: { id } }: SourceLine,
): SavedLine | undefined {
  return lines.find((line) => line.id === id);
}

/** Whether there is nothing new. */
function isSame(
  { current, lines }: SourcePond,
  { snapshot }: Parent,
): boolean {
  return current === snapshot.current &&
    lines.length === snapshot.lines.length &&
    lines.every(({ saved }, i) => {
      const before = snapshot.lines[i];
      return before !== undefined && stateOf(saved) === stateOf(before);
    });
}

/** All that makes a snapshot worth it. */
function stateOf(line: Omit<SavedLine, "rows" | "base">): string {
  const { branch, configuration, id, name, transaction, version, wholeSince } =
    line;
  const settings = Object.entries(configuration).sort();
  return JSON.stringify([
    ...[id, name, version, transaction, wholeSince, settings],
    branch === undefined ? null : [
      ...[branch.from, branch.version, branch.createdUs],
      branch.expiresUs ?? null,
    ],
  ]);
}

/** What is planned of a line, and the line. */
interface PlannedLine {
  readonly source: SourceLine;
  readonly plan: LinePlan;
}

class Run {
  readonly #backup: Backup;
  readonly #source: SourcePond;
  readonly #parent: Parent | undefined;
  readonly #options: RunOptions;
  readonly #packs: PackWriter;
  readonly #blobs: BlobWriter;
  #rows = 0;
  /** Pieces of packs that no index has yet, and how many packs these are. */
  #unnoted: Piece[] = [];
  #unnotedPacks = 0;

  constructor(
    backup: Backup,
    pond: string,
    source: SourcePond,
    parent: Parent | undefined,
    options: RunOptions,
  ) {
    this.#backup = backup;
    this.#source = source;
    this.#parent = parent;
    this.#options = options;
    this.#packs = new PackWriter(
      backup.objects,
      backup.compression,
      (pieces) => this.#note(pieces),
    );
    const known = (parent?.indexes ?? []).flatMap(({ blobs }) =>
      blobs.map(({ sha256 }) => sha256)
    );
    const directory = `${pond}/blobs`;
    this.#blobs = new BlobWriter(backup.host, directory, this.#packs, known);
  }

  async run(): Promise<RunResult> {
    try {
      return await this.#run();
    } catch (error) {
      // Nobody writes when the lock is given back.
      await this.#blobs.settle();
      await this.#packs.settle();
      throw error;
    }
  }

  async #run(): Promise<RunResult> {
    const { objects } = this.#backup;
    await this.#takeUnfinished();
    const planned = await this.#plan();
    const rows = new Map<string, readonly RowSegment[]>();
    for (const line of planned) {
      rows.set(line.source.saved.id, await this.#readLine(line));
    }
    const blobs = await this.#blobs.finish();
    await this.#packs.flush();
    const added: IndexContent = { rows, blobs, pieces: [] };
    const indexes = this.#isAppended(planned)
      ? await this.#append(added)
      : await this.#renew(planned, added);
    const snapshot = await this.#putSnapshot(planned, indexes);
    for await (const { path } of objects.list("unfinished")) {
      await objects.delete(path);
    }
    return {
      status: "saved",
      snapshot,
      rows: this.#rows,
      blobs: blobs.length,
      bytesWritten: objects.bytesWritten,
    };
  }

  /** Takes in what the backup has, also of runs that didn't come to their end. */
  async #takeUnfinished(): Promise<void> {
    const { objects } = this.#backup;
    for (const index of this.#parent?.indexes ?? []) {
      this.#packs.know(piecesIn(index));
    }
    if (this.#options.full) return;
    for await (const { sha256 } of objects.list("unfinished")) {
      const index = await this.#backup.index(sha256, "unfinished");
      this.#packs.know(piecesIn(index));
    }
  }

  async #plan(): Promise<PlannedLine[]> {
    const states = new Map<string, LineState>();
    const planned: PlannedLine[] = [];
    const sources = new Map<string, SourceLine>();
    for (const source of this.#source.lines) {
      const { id, name, branch } = source.saved;
      const before = this.#parent && savedLine(this.#parent.snapshot, source);
      const isKnown = before !== undefined && await goesOnFrom(source, before);
      const origin = branch && sources.get(branch.from);
      const state: LineState = {
        now: source.saved,
        saved: isKnown ? before : undefined,
        segments: isKnown ? this.#segmentsOf(id) : [],
        isForked: origin !== undefined && branch !== undefined &&
          await isForked(origin, source, branch.version),
      };
      planned.push({ source, plan: planLine(state, states) });
      states.set(name, state);
      sources.set(name, source);
    }
    return planned;
  }

  #segmentsOf(line: string): RowSegment[] {
    const indexes = this.#parent?.indexes ?? [];
    return indexes.flatMap(({ rows }) => rows.get(line) ?? []);
  }

  /** Whether the snapshot before is a part of the new one. */
  #isAppended(planned: readonly PlannedLine[]): boolean {
    if (this.#parent === undefined) return false;
    const there = new Set(planned.map(({ source }) => source.saved.id));
    const saved = new Set(this.#parent.snapshot.lines.map(({ id }) => id));
    return [...saved].every((id) => there.has(id)) &&
      planned.every(({ plan, source }) =>
        plan.isAppended || !saved.has(source.saved.id)
      );
  }

  /** The segments of a line that are new, or all of them. */
  async #readLine({ plan, source }: PlannedLine): Promise<RowSegment[]> {
    const before = await this.#readRows(source, plan.before);
    const after = await this.#readRows(source, plan.after);
    return [...before, ...after];
  }

  async #readRows(
    { table }: SourceLine,
    range: Versions | undefined,
  ): Promise<readonly RowSegment[]> {
    if (range === undefined) return [];
    const { onProgress, signal } = this.#options;
    const writer = new RowWriter(this.#packs);
    for await (const record of table.readAll(range)) {
      signal?.throwIfAborted();
      await writer.add(record);
      this.#rows++;
      for (const blob of blobsOf(record)) await this.#blobs.add(blob, signal);
      onProgress?.({ rows: this.#rows, blobs: this.#blobs.count });
    }
    return await writer.finish();
  }

  /** Notes now and then what is there, so that it isn't written again. */
  async #note(pieces: readonly Piece[]): Promise<void> {
    const { noteAfterPacks = NOTED_PACKS } = this.#options;
    for (const piece of pieces) this.#unnoted.push(piece);
    this.#unnotedPacks++;
    if (this.#unnotedPacks < noteAfterPacks) return;
    const index = { rows: new Map(), blobs: [], pieces: this.#unnoted };
    this.#unnoted = [];
    this.#unnotedPacks = 0;
    const { compression, objects } = this.#backup;
    await objects.put("unfinished", encodeIndex(index, compression));
  }

  /** The snapshot names the indexes that the last one named, and one more. */
  async #append(added: IndexContent): Promise<PutIndexes> {
    const { indexes = [], snapshot } = this.#parent ?? {};
    const names = snapshot?.indexes ?? [];
    const rows = new Map([...added.rows].filter(([, list]) => list.length > 0));
    const own = { ...added, rows };
    const content = joinedIndex([...indexes, own]);
    const isEmpty = rows.size === 0 && added.blobs.length === 0;
    if (isEmpty) return { names, content };
    const at = indexes.length - mergedTail(indexes, own);
    const last = await this.#putIndex(joinedIndex([...indexes.slice(at), own]));
    return { names: [...names.slice(0, at), last], content };
  }

  /** One index with all that the snapshot has. */
  async #renew(
    planned: readonly PlannedLine[],
    added: IndexContent,
  ): Promise<PutIndexes> {
    const content = await this.#renewed(planned, added);
    return { names: [await this.#putIndex(content)], content };
  }

  async #renewed(
    planned: readonly PlannedLine[],
    added: IndexContent,
  ): Promise<IndexContent> {
    const rows = new Map<string, readonly RowSegment[]>();
    let isPruned = false;
    for (const { plan, source: { saved: { id } } } of planned) {
      const own = added.rows.get(id) ?? [];
      const before = own.filter(({ maxVersion }) =>
        maxVersion <= (plan.before?.maxVersion ?? -1)
      );
      const after = own.slice(before.length);
      rows.set(id, [...before, ...plan.kept, ...after]);
      if (plan.before !== undefined) isPruned = true;
    }
    const known = this.#parent === undefined
      ? []
      : joinedIndex(this.#parent.indexes).blobs;
    const blobs = [...known, ...added.blobs];
    if (!isPruned) return { rows, blobs, pieces: [] };
    const named = await this.#namedBlobs(planned);
    const needed = blobs.filter(({ sha256 }) => named.has(sha256));
    return { rows, blobs: needed, pieces: [] };
  }

  /** The blobs that rows of the pond name; all are read for that. */
  async #namedBlobs(planned: readonly PlannedLine[]): Promise<Set<string>> {
    const named = new Set<string>();
    for (const { source: { saved: { version }, table } } of planned) {
      for await (const record of table.readAll({ maxVersion: version })) {
        this.#options.signal?.throwIfAborted();
        for (const { sha256 } of blobsOf(record)) named.add(sha256);
      }
    }
    return named;
  }

  async #putIndex(index: IndexContent): Promise<string> {
    const { compression, objects } = this.#backup;
    return await objects.put("index", encodeIndex(index, compression));
  }

  async #putSnapshot(
    planned: readonly PlannedLine[],
    { content: { blobs, rows }, names }: PutIndexes,
  ): Promise<Snapshot> {
    const { host, objects } = this.#backup;
    const { author, writer } = this.#options;
    const { current, file } = this.#source;
    // Snapshots are in the order of their names, whatever the clock says.
    const there = await Array.fromAsync(objects.list("snapshot"));
    const newestUs = createdOf(there.at(-1)?.path ?? "");
    const createdUs = Math.max(host.clock.nowUs(), newestUs + 1);
    const lines = planned.map(({ plan, source }) => ({
      ...source.saved,
      base: plan.base,
      rows: rowsIn(rows.get(source.saved.id) ?? []),
    }));
    const content = {
      pondId: file.id,
      pondCreated: file.created,
      createdUs,
      parent: this.#parent?.snapshot.id,
      current,
      author,
      writer,
      lines,
      indexes: names,
      rows: lines.reduce((sum, line) => sum + line.rows, 0),
      blobs: blobs.length,
      blobBytes: blobs.reduce((sum, blob) => sum + blobBytes(blob), 0),
    };
    const id = await objects.put(
      "snapshot",
      encodeSnapshot(content),
      createdUs,
    );
    return { ...content, id, path: objectPath("snapshot", id, createdUs) };
  }
}

/** Indexes that are there, and what they say together. */
interface PutIndexes {
  readonly names: readonly string[];
  readonly content: IndexContent;
}

function rowsIn(segments: readonly RowSegment[]): number {
  return segments.reduce((sum, { rows }) => sum + rows, 0);
}
