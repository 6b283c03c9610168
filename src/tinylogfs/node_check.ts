/**
 * Holds the directories of a pond against the rows of its nodes.
 *
 * ```text
 * a row of a node    has the content that its metadata says, or names a blob
 * an entry           points to the node's newest row, which is there
 * a node             hangs in one place, or is deleted
 * a tag              means a version before the one that sets it
 * ```
 *
 * Records come once, in the order of their versions, and are forgotten: what is
 * kept is one small value for each node, and the entries of directories as they
 * are now. Where rows are lost, the rest can't be told to be wrong: then it is
 * only looked for what hung on them.
 *
 * @module
 */
import { IntegrityError } from "../errors.ts";
import {
  attempt,
  type CheckedRecord,
  type Finding,
  FROM_BACKUP,
} from "../oplog/check.ts";
import type { IndexedFile } from "../oplog/partition_index.ts";
import {
  type DirectoryEntry,
  type OplogEntry,
  ROOT_PART_ID,
  TAG_PART_ID,
} from "../oplog/record.ts";
import { type LogPosition, parseAttributes } from "./attributes.ts";
import { changeOf } from "./directory_record.ts";
import { requireContent } from "../oplog/row_content.ts";
import { tagsOf } from "./tags.ts";

/** A blob, and the newest row that names it. */
export interface NamedBlob {
  /** Its hash. */
  readonly sha256: string;
  /** Its length in bytes. */
  readonly sizeBytes: number;
  /** What it is the content of. */
  readonly pondPath: string;
  /** The version of the row; `undefined`: it is staged. */
  readonly version: number | undefined;
  /** How many rows name it. */
  readonly rows: number;
}

/** The newest row of a node. */
interface NewestRow {
  readonly partId: string;
  readonly version: number;
  readonly position: number;
  readonly nodeVersion: number;
  readonly isDeleted: boolean;
}

/** A row that is damaged, and how. */
type Refusal = readonly [
  entry: OplogEntry,
  version: number,
  source: string,
  problem: string,
];

/** A row about a directory, and where it is. */
interface DirectoryRow {
  readonly entry: OplogEntry;
  readonly version: number;
  readonly source: string;
}

/** What an entry of a directory points to. */
interface Pointer {
  readonly nodeId: string;
  readonly version: number;
  readonly nodeVersion: number;
  readonly isDirectory: boolean;
}

/** Rows that can't be read. */
export interface LostRows {
  /** The files that they were in. */
  readonly files: readonly IndexedFile[];
  /** Whether there are others: of which version and partition isn't known. */
  readonly others: boolean;
}

/** A path in the pond, and what of it. */
type Lost = Map<IndexedFile, string[]>;

/** Collects rows, and says what is wrong with them. */
export class NodeCheck {
  /** What was found so far. */
  readonly findings: Finding[] = [];
  /** Blobs that rows name, by their hashes. */
  readonly blobs = new Map<string, NamedBlob>();
  readonly #table: string;
  readonly #nodes = new Map<string, NewestRow>();
  readonly #directories = new Map<string, Map<string, Pointer>>();
  /** How the logs of the directories stand. */
  readonly #logs = new Map<string, LogPosition>();
  /** Records that say another thing of that. */
  readonly #misplaced: Refusal[] = [];
  /** A directory's last row so far in the version that records are of. */
  #directory: DirectoryRow | undefined;
  /** Directories whose entries can't be told. */
  readonly #unfolded = new Set<string>();
  /** Where directories hang. */
  readonly #places = new Map<string, { parent: string; name: string }>();

  /** @param table The table's directory, for what is in no file of its own. */
  constructor(table: string) {
    this.#table = table;
  }

  /** Takes in a record. They come in the order of their versions. */
  async add({ record, entries, source }: CheckedRecord): Promise<void> {
    const { partId, version } = record;
    const isOther = this.#directory?.entry.partId !== partId ||
      this.#directory.version !== version;
    if (isOther) await this.#foldLast();
    for (const entry of entries) {
      if (entry.fileType === "transaction") {
        const read = await attempt(() => checkTags(entry, version, source));
        if (!read.isSound) this.#refuse(entry, version, source, read.problem);
        continue;
      }
      this.#note(entry, version);
      const read = await attempt(() => this.#content(entry, version, source));
      if (!read.isSound) this.#refuse(entry, version, source, read.problem);
    }
    const directory = entries.findLast(({ fileType, nodeId }) =>
      fileType === "directory" && nodeId === partId
    );
    // What is written of a directory may be in several records of a version.
    if (directory) this.#directory = { entry: directory, version, source };
  }

  /** Names a blob. */
  name(blob: Omit<NamedBlob, "rows">): void {
    const { rows = 0 } = this.blobs.get(blob.sha256) ?? {};
    this.blobs.set(blob.sha256, { ...blob, rows: rows + 1 });
  }

  /**
   * Checks what the directories come to.
   *
   * @returns The paths in the pond that each lost file had rows of.
   */
  async finish(
    lost: LostRows,
  ): Promise<ReadonlyMap<IndexedFile, readonly string[]>> {
    await this.#foldLast();
    this.#place();
    const lostPaths: Lost = new Map();
    for (const file of lost.files) lostPaths.set(file, this.#touchedBy(file));
    const isWhole = lost.files.length === 0 && !lost.others &&
      this.#unfolded.size === 0;
    // Where rows are lost, it is no wonder.
    if (isWhole) {
      for (const found of this.#misplaced) {
        this.#refuse(...found);
      }
    }
    const reached = new Set([ROOT_PART_ID]);
    for (const [directory, entries] of this.#directories) {
      if (this.#nodes.get(directory)?.isDeleted) continue;
      for (const [name, pointer] of entries) {
        const path = this.#pathOf(directory, name);
        const problem = this.#problemOf(directory, pointer, isWhole) ??
          (isWhole && reached.has(pointer.nodeId)
            ? "it hangs in two places"
            : undefined);
        reached.add(pointer.nodeId);
        if (problem === undefined) continue;
        this.#tell(directory, pointer, { path, problem, lost, lostPaths });
      }
    }
    if (isWhole) this.#unreached(reached);
    return lostPaths;
  }

  #note(entry: OplogEntry, version: number): void {
    const { nodeId, nodeVersion, operation, partId, position } = entry;
    const known = this.#nodes.get(nodeId);
    const isNewer = known === undefined || version > known.version ||
      (version === known.version && position >= known.position);
    if (!isNewer) return;
    const isDeleted = operation === "delete";
    const row = { partId, version, position, nodeVersion, isDeleted };
    this.#nodes.set(nodeId, row);
  }

  async #content(
    entry: OplogEntry,
    version: number,
    source: string,
  ): Promise<void> {
    const { content, fileType, metadata, operation, path } = entry;
    const attributes = parseAttributes(metadata, source);
    const { blob, sha256, sizeBytes } = attributes;
    if (blob && sha256 !== undefined) {
      this.name({ sha256, sizeBytes, pondPath: path, version });
    }
    if (fileType === "directory" || operation === "delete" || blob) return;
    if (content === null) throw new IntegrityError(source, "it has no content");
    await requireContent(content, attributes, source);
  }

  /** Takes in the record of a directory, when there is no later row of it. */
  async #foldLast(): Promise<void> {
    if (this.#directory === undefined) return;
    const { entry, source, version } = this.#directory;
    this.#directory = undefined;
    const read = await attempt(() => this.#fold(entry, version, source));
    if (read.isSound) return;
    this.#unfolded.add(entry.partId);
    this.#refuse(entry, version, source, read.problem);
  }

  #fold(entry: OplogEntry, version: number, source: string): void {
    const { rows, snapshot } = changeOf(entry, source);
    this.#foldRows(entry, rows, version, source, snapshot);
    const before = this.#logs.get(entry.nodeId);
    const log = {
      entries: this.#directories.get(entry.nodeId)?.size ?? 0,
      changes: snapshot ? 0 : (before?.changes ?? 0) + rows.length,
      since: snapshot ? version : before?.since ?? version,
    };
    this.#logs.set(entry.nodeId, log);
    const { log: said } = parseAttributes(entry.metadata, source);
    const isSo = said === undefined || (said.entries === log.entries &&
      said.changes === log.changes && said.since === log.since);
    if (isSo) return;
    const problem = `its log is said to stand at ${JSON.stringify(said)}, not ${
      JSON.stringify(log)
    }`;
    this.#misplaced.push([entry, version, source, problem]);
  }

  #foldRows(
    entry: OplogEntry,
    rows: readonly DirectoryEntry[],
    version: number,
    source: string,
    snapshot: boolean,
  ): void {
    let entries = this.#directories.get(entry.nodeId);
    if (entries === undefined || snapshot) entries = new Map();
    this.#directories.set(entry.nodeId, entries);
    const names = new Set<string>();
    for (const row of rows) {
      if (names.has(row.name)) {
        throw new IntegrityError(source, `it has the name ${row.name} twice`);
      }
      names.add(row.name);
      if (row.childVersion > version) {
        throw new IntegrityError(
          source,
          `its entry ${row.name} points to the later version ${row.childVersion}`,
        );
      }
      if (row.operation === "delete") entries.delete(row.name);
      else {
        entries.set(row.name, {
          nodeId: row.childNodeId,
          version: row.childVersion,
          nodeVersion: row.nodeVersion,
          isDirectory: row.childType === "directory",
        });
      }
    }
  }

  #refuse(
    { fileType, nodeId, path }: OplogEntry,
    version: number,
    source: string,
    problem: string,
  ): void {
    this.findings.push({
      severity: "damage",
      kind: fileType === "directory" ? "directory" : "node",
      path: source,
      ...(path === "" ? {} : { pondPath: path }),
      version,
      problem: `a row of the node ${nodeId}: ${problem}`,
      lost: fileType === "transaction"
        ? `the tags as of version ${version}`
        : `${path || "the node"} as of version ${version}`,
      remedy: FROM_BACKUP,
    });
  }

  #place(): void {
    for (const [parent, entries] of this.#directories) {
      if (this.#nodes.get(parent)?.isDeleted) continue;
      for (const [name, { isDirectory, nodeId }] of entries) {
        if (isDirectory) this.#places.set(nodeId, { parent, name });
      }
    }
  }

  #pathOf(directory: string, name: string): string {
    const names = [name];
    const seen = new Set<string>();
    for (let id = directory; id !== ROOT_PART_ID;) {
      const place = this.#places.get(id);
      if (place === undefined || seen.has(id)) return `…/${names.join("/")}`;
      seen.add(id);
      names.unshift(place.name);
      id = place.parent;
    }
    return `/${names.join("/")}`;
  }

  /** The directories that a lost file had rows of, where it lists them. */
  #touchedBy({ parts }: IndexedFile): string[] {
    const paths: string[] = [];
    for (const part of parts ?? []) {
      const place = this.#places.get(part);
      if (part === ROOT_PART_ID) paths.push("/");
      else if (place) paths.push(`${this.#pathOf(place.parent, place.name)}/`);
    }
    return paths;
  }

  #problemOf(
    directory: string,
    { isDirectory, nodeId, nodeVersion, version }: Pointer,
    isWhole: boolean,
  ): string | undefined {
    const row = this.#nodes.get(nodeId);
    if (row === undefined || row.version < version) {
      return `its row of version ${version} is not there`;
    }
    if (!isWhole) return undefined;
    if (row.isDeleted) return `it was deleted in version ${row.version}`;
    if (row.nodeVersion !== nodeVersion) {
      return `its newest row is number ${row.nodeVersion}, not ${nodeVersion}`;
    }
    if (isDirectory) return undefined;
    if (row.version === version && row.partId === directory) return undefined;
    return `its newest row is of version ${row.version} in the directory ${row.partId}`;
  }

  #tell(
    directory: string,
    { isDirectory, nodeId, version }: Pointer,
    { path, problem, lost, lostPaths }: {
      readonly path: string;
      readonly problem: string;
      readonly lost: LostRows;
      readonly lostPaths: Lost;
    },
  ): void {
    const partId = isDirectory ? nodeId : directory;
    const file = lost.files.find((file) => mayHold(file, partId, version));
    if (file !== undefined) {
      lostPaths.get(file)?.push(isDirectory ? `${path}/` : path);
      return;
    }
    this.findings.push({
      severity: "damage",
      kind: "directory",
      path: this.#table,
      pondPath: path,
      version,
      problem:
        `the entry of the node ${nodeId} in the partition ${directory}: ${problem}`,
      lost: lost.others ? `${path} as of version ${version}` : path,
      remedy:
        `restore an earlier version (pond history ${path}), or ${FROM_BACKUP}`,
    });
  }

  #unreached(reached: ReadonlySet<string>): void {
    for (const [nodeId, row] of this.#nodes) {
      if (row.isDeleted || reached.has(nodeId)) continue;
      this.findings.push({
        severity: "damage",
        kind: "node",
        path: this.#table,
        version: row.version,
        problem:
          `the node ${nodeId} of the partition ${row.partId} is not deleted, and in no directory`,
        lost: "the way to it",
        remedy: "look at its rows: pond query, table oplog_entries",
      });
    }
  }
}

/** A tag means a version that was there when it was set. */
function checkTags(
  { metadata, partId }: OplogEntry,
  version: number,
  source: string,
): void {
  if (partId !== TAG_PART_ID) return;
  for (const [name, tag] of Object.entries(tagsOf(metadata, source))) {
    if (tag.version >= 0 && tag.version < version) continue;
    throw new IntegrityError(
      source,
      `the tag ${name} means version ${tag.version}, which was not there yet`,
    );
  }
}

function mayHold(
  { maxPart, maxVersion, minPart, minVersion, parts }: IndexedFile,
  partId: string,
  version: number,
): boolean {
  if (version < minVersion || version > maxVersion) return false;
  if (parts !== undefined) return parts.includes(partId);
  return partId >= minPart && (maxPart === undefined || partId <= maxPart);
}
