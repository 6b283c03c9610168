/**
 * Which data files hold rows of a partition, newest first.
 *
 * A file says in the tags of its `add` action which partitions it has rows of:
 * exactly while they are few, by the beginnings of their ids while they are
 * many. A file without these tags (written by another engine, or of more
 * partitions than that) may hold rows of any partition.
 *
 * ```text
 * add.tags.parts         part_id,part_id,…
 * add.tags.partPrefixes  the first six digits of each part_id, one after another
 * ```
 *
 * @module
 */
import type { AddFile } from "./delta/mod.ts";
import { type RecordStats, recordStats } from "./record_stats.ts";

/** More partitions than this are listed by the beginnings of their ids. */
const MAX_EXACT_PARTS = 64;

/** More partitions than this are not listed: a tag has 24 KiB at most. */
const MAX_PREFIXES = 4096;

/** Of a million random ids in one file, six digits still rule out 94 %. */
const PREFIX_LENGTH = 6;

/** A data file and what is known of its rows without reading it. */
export interface IndexedFile extends RecordStats {
  /** The action that added it. */
  readonly add: AddFile;
  /** The partitions it has rows of, each once, where they are listed exactly. */
  readonly parts: readonly string[] | undefined;
  /** Beginnings of the ids of these partitions, where these are listed. */
  readonly prefixes: ReadonlySet<string> | undefined;
}

/**
 * The tags that list partitions.
 *
 * @param partIds The partitions that a file has rows of, each once.
 */
export function partTags(
  partIds: readonly string[],
): { readonly [tag: string]: string } {
  if (partIds.length <= MAX_EXACT_PARTS) return { parts: partIds.join(",") };
  if (partIds.length > MAX_PREFIXES) return {};
  const prefixes = new Set(partIds.map((id) => id.slice(0, PREFIX_LENGTH)));
  return { partPrefixes: [...prefixes].sort().join("") };
}

/**
 * The data files of a snapshot, by partition and by version.
 *
 * Whoever is going through files goes on through those that were there at the
 * beginning: an array only grows at its end; for any other change, a new one
 * takes its place.
 */
export class PartitionIndex {
  readonly #byPath = new Map<string, IndexedFile>();
  readonly #byPart = new Map<string, IndexedFile[]>();
  /** Files whose partitions aren't listed exactly. */
  #wide: IndexedFile[] = [];
  /** All files, ordered by their highest version. */
  #files: IndexedFile[] = [];

  /**
   * Adds files, each of another path than the others, in any order: one by one,
   * those that come before others would each have them moved.
   */
  addAll(adds: Iterable<AddFile>): readonly IndexedFile[] {
    const files = Array.from(adds, indexFile);
    files.sort((a, b) => a.maxVersion - b.maxVersion);
    for (const file of files) this.#add(file);
    return files;
  }

  /** Adds a file; the action that is known of it is replaced. */
  add(add: AddFile): IndexedFile {
    return this.#add(indexFile(add));
  }

  #add(file: IndexedFile): IndexedFile {
    const { path } = file.add;
    this.remove([path]);
    this.#byPath.set(path, file);
    this.#files = withFile(this.#files, file);
    if (file.parts === undefined) {
      this.#wide = withFile(this.#wide, file);
      return file;
    }
    for (const partId of file.parts) {
      const files = this.#byPart.get(partId);
      if (files === undefined) this.#byPart.set(partId, [file]);
      else this.#byPart.set(partId, withFile(files, file));
    }
    return file;
  }

  /**
   * Takes files out, by their paths in the log: in one go, since each list that
   * they are in is made anew.
   */
  remove(paths: readonly string[]): void {
    const gone = new Set<IndexedFile>();
    for (const path of paths) {
      const file = this.#byPath.get(path);
      if (file !== undefined) gone.add(file);
      this.#byPath.delete(path);
    }
    if (gone.size === 0) return;
    this.#files = withoutFiles(this.#files, gone);
    this.#wide = withoutFiles(this.#wide, gone);
    const partIds = new Set([...gone].flatMap(({ parts }) => [...parts ?? []]));
    for (const partId of partIds) {
      const files = withoutFiles(this.#byPart.get(partId) ?? [], gone);
      if (files.length === 0) this.#byPart.delete(partId);
      else this.#byPart.set(partId, files);
    }
  }

  /** Whether a file is there, by its path in the log. */
  has(path: string): boolean {
    return this.#byPath.has(path);
  }

  /** The partitions with files of their own, or that files list exactly. */
  get parts(): Iterable<string> {
    return this.#byPart.keys();
  }

  /** The files that list a partition exactly, oldest first. */
  exactFilesOf(partId: string): readonly IndexedFile[] {
    return this.#byPart.get(partId) ?? [];
  }

  /** All files, oldest first. */
  get files(): readonly IndexedFile[] {
    return this.#files;
  }

  /** All files, in lists of those that may have rows in common. */
  inCommon(): IndexedFile[][] {
    const partitions = Map.groupBy(
      this.#files,
      ({ add }) => add.partitionValues.part_id ?? "",
    );
    return [...partitions.values()].flatMap(inCommon);
  }

  /**
   * The files that may hold rows of a partition, newest first.
   *
   * @param partId The partition.
   * @param maxVersion Rows of later versions are of no interest.
   * @param minVersion Rows of earlier ones neither.
   */
  filesOf(
    partId: string,
    maxVersion: number = Number.MAX_SAFE_INTEGER,
    minVersion: number = 0,
  ): IndexedFile[] {
    const found: IndexedFile[] = [];
    const prefix = partId.slice(0, PREFIX_LENGTH);
    const exact = this.#byPart.get(partId) ?? [];
    const wide = this.#wide;
    let i = exact.length - 1;
    let j = wide.length - 1;
    while (i >= 0 || j >= 0) {
      const a = exact[i];
      const b = wide[j];
      const first = b === undefined ||
          (a !== undefined && a.maxVersion >= b.maxVersion)
        ? a
        : b;
      if (first === a) i--;
      else j--;
      if (first === undefined || first.minVersion > maxVersion) continue;
      if (first.maxVersion < minVersion) break;
      const isListed = first.prefixes?.has(prefix) ?? true;
      if (isListed && isBetween(first, partId)) found.push(first);
    }
    return found;
  }
}

/**
 * Takes files apart into those that have versions in common, and may have rows in
 * common: what two merges have left that didn't see each other.
 *
 * @param files Of one partition, or of a table that isn't partitioned.
 * @returns Lists of one file or more, by their lowest versions. A file of one
 *   version is by itself: it was merged by nobody.
 */
export function inCommon(files: readonly IndexedFile[]): IndexedFile[][] {
  const lists: IndexedFile[][] = [];
  let last: IndexedFile[] = [];
  let end = -1;
  for (const file of files.toSorted((a, b) => a.minVersion - b.minVersion)) {
    const isKnown = file.maxVersion < Number.MAX_SAFE_INTEGER;
    if (file.minVersion === file.maxVersion || !isKnown) lists.push([file]);
    else if (file.minVersion <= end) {
      last.push(file);
      end = Math.max(end, file.maxVersion);
    } else {
      last = [file];
      lists.push(last);
      end = file.maxVersion;
    }
  }
  return lists;
}

/** Whether rows may be there twice, in a list that {@linkcode inCommon} gave. */
export function mayDouble([file, ...others]: readonly IndexedFile[]): boolean {
  if (file === undefined || others.length > 0) return file !== undefined;
  const isMerged = file.minVersion < file.maxVersion &&
    file.maxVersion < Number.MAX_SAFE_INTEGER;
  // Another engine may have merged files in which they were.
  return isMerged && file.add.tags?.sha256 === undefined;
}

function isBetween({ minPart, maxPart }: IndexedFile, partId: string): boolean {
  return minPart <= partId && (maxPart === undefined || partId <= maxPart);
}

/** Files come in the order of their versions, so this mostly appends. */
function withFile(files: IndexedFile[], file: IndexedFile): IndexedFile[] {
  let at = files.length;
  while (at > 0 && (files[at - 1]?.maxVersion ?? 0) > file.maxVersion) at--;
  if (at < files.length) return files.toSpliced(at, 0, file);
  files.push(file);
  return files;
}

/** The list itself, where none of them is in it. */
function withoutFiles(
  files: IndexedFile[],
  gone: ReadonlySet<IndexedFile>,
): IndexedFile[] {
  const kept = files.filter((file) => !gone.has(file));
  return kept.length === files.length ? files : kept;
}

/** What the log says of a file, to decide whether it has to be read. */
export function indexFile(add: AddFile): IndexedFile {
  const { parts, partPrefixes } = add.tags ?? {};
  const hive = add.partitionValues.part_id;
  return {
    add,
    parts: typeof hive === "string"
      ? [hive]
      : parts === undefined
      ? undefined
      : distinct(parts.split(",")),
    prefixes: partPrefixes === undefined ? undefined : prefixesOf(partPrefixes),
    ...recordStats(add.stats),
  };
}

/** In our tags they are sorted, and each is there once. */
function distinct(partIds: readonly string[]): readonly string[] {
  const isSorted = partIds.every((id, i) =>
    i === 0 || id > (partIds[i - 1] ?? "")
  );
  return isSorted ? partIds : [...new Set(partIds)];
}

function prefixesOf(text: string): ReadonlySet<string> {
  const prefixes = new Set<string>();
  for (let at = 0; at < text.length; at += PREFIX_LENGTH) {
    prefixes.add(text.slice(at, at + PREFIX_LENGTH));
  }
  return prefixes;
}
