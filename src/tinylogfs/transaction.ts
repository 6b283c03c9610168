/**
 * A pending transaction: operations in the order they were made, and what the
 * directories look like with them.
 *
 * An operation carries what it found under its name. Applying it, the first
 * time or again on a newer state, checks that this is still there: so loading
 * the stage, staging on top of another process's work and rebasing a commit
 * are one mechanism, {@linkcode Transaction.apply}.
 *
 * @module
 */
import { ConflictError, type ConflictSide, invariant } from "../errors.ts";
import type { DirectoryEntry } from "../oplog/mod.ts";
import { ROOT_PART_ID } from "../oplog/record.ts";
import type { NodePlace } from "./attributes.ts";
import type {
  Directories,
  FoundDirectory,
  ListedEntries,
  ListOptions,
} from "./directories.ts";
import {
  type ExpectedEntry,
  type Operation,
  PENDING_VERSION,
} from "./operation.ts";
import { checkedContent } from "./node_row.ts";
import type { TransactionState } from "./transaction_state.ts";
import type { OperationKind } from "./types.ts";

type Overlay = Map<string, DirectoryEntry | null>;

/** What the rows of the other side of a conflict are about. */
export interface ConflictTrace {
  /** The nodes. */
  readonly nodeIds: readonly string[];
  /** What was done; anything when left out. */
  readonly kinds?: readonly OperationKind[];
  /** Or the directory that something was put into. */
  readonly into?: string;
}

interface ConflictClue extends ConflictTrace {
  readonly problem: string;
  readonly version: number | undefined;
}

/** How the other side of a conflict is found, for those who want to say it. */
const TRACES = new WeakMap<ConflictError, ConflictTrace>();

/** What to look for in history, to know the other side of a conflict. */
export function traceOf(error: ConflictError): ConflictTrace | undefined {
  return TRACES.get(error);
}

/** What of an operation is asked for, whether it is pending or a row. */
export interface ConflictCandidate {
  /** What is done. */
  readonly kind: OperationKind;
  /** The node. */
  readonly nodeId: string;
  /** The directory that holds it; empty when that isn't known. */
  readonly directoryId: string;
}

/** Whether an operation is the other side of a conflict. */
export function isTheirs(
  { directoryId, kind, nodeId }: ConflictCandidate,
  { into, kinds, nodeIds }: ConflictTrace,
): boolean {
  if (into !== undefined) {
    return directoryId === into && (kind === "create" || kind === "move");
  }
  return nodeIds.includes(nodeId) && (kinds?.includes(kind) ?? true);
}

function sideOf({ attributes: { from }, kind, path }: Operation): ConflictSide {
  return { operation: kind, path, ...(from ? { from: from.path } : {}) };
}

/** Operations on top of the committed directories. */
export class Transaction {
  /** The rows of the operations. */
  readonly state: TransactionState;
  readonly #directories: Directories;
  readonly #operations: Operation[] = [];
  readonly #overlays = new Map<string, Overlay>();
  /** When the entries of changed directories were last changed. */
  readonly #modifiedUs = new Map<string, number>();
  readonly #latest = new Map<string, Operation>();
  readonly #created = new Set<string>();
  readonly #removed = new Set<string>();
  /** Where the directories are that were made or moved. */
  readonly #places = new Map<string, NodePlace>();

  /**
   * @param state Where the rows go; it has none yet.
   * @param directories The committed state.
   */
  constructor(state: TransactionState, directories: Directories) {
    this.state = state;
    this.#directories = directories;
  }

  /** The id that the transaction will have: 32 hexadecimal digits. */
  get id(): string {
    return this.state.id;
  }

  /** The operations, in order. */
  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** The changed entries of each changed directory; null: taken out. */
  get overlays(): ReadonlyMap<
    string,
    ReadonlyMap<string, DirectoryEntry | null>
  > {
    return this.#overlays;
  }

  /** The newest pending operation on a node. */
  latest(nodeId: string): Operation | undefined {
    return this.#latest.get(nodeId);
  }

  /** The newest pending operation on a node that left it with content. */
  latestContent(nodeId: string): Operation | undefined {
    const latest = this.#latest.get(nodeId);
    if (latest?.kind !== "delete") return latest;
    return this.#operations.findLast((operation) =>
      operation.nodeId === nodeId && operation.kind !== "delete"
    );
  }

  /**
   * When the entries of a directory were last changed by this transaction, in
   * microseconds since the epoch, UTC; 0 when they were not.
   */
  modifiedUs(directoryId: string): number {
    return this.#modifiedUs.get(directoryId) ?? 0;
  }

  /** Whether a directory is made by this transaction. */
  isCreated(directoryId: string): boolean {
    return this.#created.has(directoryId);
  }

  /** The entry of a name, pending ones included. */
  async lookup(
    directoryId: string,
    name: string,
  ): Promise<DirectoryEntry | undefined> {
    const pending = this.#overlays.get(directoryId)?.get(name);
    if (pending !== undefined) return pending ?? undefined;
    if (this.#created.has(directoryId)) return undefined;
    const { entries } = await this.#directories.find(directoryId, [name]);
    return entries.get(name);
  }

  /**
   * All entries of a directory, pending ones included, ordered by name; those of
   * a very large one are decoded as they come.
   */
  async list(
    directoryId: string,
    options?: ListOptions,
  ): Promise<ListedEntries> {
    const overlay = this.#overlays.get(directoryId);
    const committed = this.#created.has(directoryId)
      ? this.#createdEntries(directoryId)
      : await this.#directories.list(directoryId, options);
    return overlay === undefined ? committed : withOverlay(committed, overlay);
  }

  #createdEntries(directoryId: string): ListedEntries {
    const { view } = this.#latest.get(directoryId)?.attributes ?? {};
    return view === undefined ? [] : Object.assign([], { view });
  }

  /** Whether an entry is changed by this transaction. */
  isPending(directoryId: string, name: string): boolean {
    return this.#overlays.get(directoryId)?.has(name) === true;
  }

  /**
   * Adds operations, if each finds what it expects after the ones before it. No
   * read comes between them.
   *
   * @throws {ConflictError} When another transaction changed the name, the
   *   node, or the directory. What was added before stays: with more than one
   *   operation, the transaction is to be given up.
   */
  async apply(operations: readonly Operation[]): Promise<void> {
    // Everything that has to be read is read first: the checks and the changes
    // happen in one turn, so that nothing else comes between.
    const loaded: Loaded = new Map();
    const names = namesIn(operations);
    for (const operation of operations) {
      const { attributes, content } = operation;
      // What is written anew gets a digest.
      if (content !== null) await checkedContent(content, attributes);
      await this.#load(operation, names, loaded);
    }
    for (const operation of operations) {
      this.#check(operation, loaded);
      this.#change(operation, this.#pathOf(operation, loaded));
    }
  }

  /** Reads the directories of an operation, and those around them. */
  async #load(
    operation: Operation,
    names: NamesIn,
    loaded: Loaded,
  ): Promise<void> {
    const { attributes: { from }, directoryId } = operation;
    if (from) await this.#loadOne(from.directory, names, loaded);
    if (isRemoval(operation)) {
      await this.#loadOne(operation.nodeId, names, loaded);
    }
    let id: string | undefined = directoryId;
    for (const seen = new Set<string>(); id !== undefined && !seen.has(id);) {
      seen.add(id);
      await this.#loadOne(id, names, loaded);
      id = this.#placeOf(id, loaded)?.directory;
    }
  }

  /**
   * Where the nodes of the operations are after the last one of them, by their
   * identities; where they were, for those that are deleted.
   */
  async paths(): Promise<Map<string, string>> {
    const loaded: Loaded = new Map();
    const paths = new Map<string, string>();
    for (const [nodeId, operation] of this.#latest) {
      await this.#load(operation, NO_NAMES, loaded);
      paths.set(nodeId, this.#pathOf(operation, loaded));
    }
    return paths;
  }

  async #loadOne(id: string, names: NamesIn, loaded: Loaded): Promise<void> {
    if (this.#created.has(id) || loaded.has(id)) return;
    const wanted = names.get(id) ?? [];
    loaded.set(
      id,
      wanted === "all"
        ? await this.#directories.load(id)
        : await this.#directories.find(id, wanted),
    );
  }

  #directory(id: string, loaded: Loaded): LoadedDirectory {
    return {
      id,
      committed: this.#created.has(id) ? undefined : loaded.get(id),
    };
  }

  #check(operation: Operation, loaded: Loaded): void {
    const { attributes: { from }, moved, directoryId, name } = operation;
    const directory = this.#directory(directoryId, loaded);
    this.#requireDirectory(directory, operation);
    this.#requireEntry(directory, name, operation.expected, operation);
    if (from) {
      invariant(moved !== undefined, "a move says what it moves");
      const source = this.#directory(from.directory, loaded);
      this.#requireEntry(source, from.name, moved, operation);
    }
    if (operation.fileType !== "directory") return;
    const own = this.#directory(operation.nodeId, loaded);
    if (operation.kind === "delete") this.#requireEmpty(own, operation);
    if (operation.kind === "move") this.#requireOutside(operation, loaded);
  }

  /** A directory that was moved into what it contains would reach no root. */
  #requireOutside(operation: Operation, loaded: Loaded): void {
    const version = loaded.get(operation.directoryId)?.version;
    let id: string | undefined = operation.directoryId;
    for (const seen = new Set<string>(); id !== undefined && !seen.has(id);) {
      if (id === operation.nodeId) {
        throw this.#conflict(operation, {
          problem: "its new directory was moved into it",
          version,
          nodeIds: [...seen],
          kinds: ["move"],
        });
      }
      seen.add(id);
      id = this.#placeOf(id, loaded)?.directory;
    }
  }

  #placeOf(id: string, loaded: Loaded): NodePlace | undefined {
    return this.#places.get(id) ?? loaded.get(id)?.place;
  }

  /** Where the node of an operation is now, which a move may have changed. */
  #pathOf(operation: Operation, loaded: Loaded): string {
    const names = [operation.name];
    let id: string = operation.directoryId;
    for (const seen = new Set<string>(); id !== ROOT_PART_ID;) {
      const place = this.#placeOf(id, loaded);
      if (place === undefined || seen.has(id)) return operation.path;
      seen.add(id);
      names.push(place.name);
      id = place.directory;
    }
    return `/${names.reverse().join("/")}`;
  }

  #entry(
    directory: LoadedDirectory,
    name: string,
  ): DirectoryEntry | undefined {
    const pending = this.#overlays.get(directory.id)?.get(name);
    if (pending !== undefined) return pending ?? undefined;
    return directory.committed?.entries.get(name);
  }

  #requireDirectory(directory: LoadedDirectory, operation: Operation): void {
    const exists = !this.#removed.has(directory.id) &&
      (directory.committed?.exists ?? this.#created.has(directory.id));
    if (exists) return;
    throw this.#conflict(operation, {
      problem: "its directory was removed",
      version: directory.committed?.version,
      nodeIds: [directory.id],
      kinds: ["delete"],
    });
  }

  #requireEntry(
    directory: LoadedDirectory,
    name: string,
    expected: ExpectedEntry | null,
    operation: Operation,
  ): void {
    const actual = this.#entry(directory, name);
    if (expected === null && actual === undefined) return;
    if (
      actual?.childNodeId === expected?.nodeId &&
      actual?.nodeVersion === expected?.nodeVersion
    ) return;
    const nodeId = actual?.childNodeId ?? expected?.nodeId;
    throw this.#conflict(operation, {
      problem: actual === undefined
        ? "it was removed or moved"
        : expected === null
        ? "the name was taken"
        : "it was changed",
      version: actual?.childVersion ?? directory.committed?.version,
      nodeIds: nodeId === undefined ? [] : [nodeId],
    });
  }

  #requireEmpty(directory: LoadedDirectory, operation: Operation): void {
    const overlay = this.#overlays.get(directory.id);
    const committed = directory.committed?.entries ?? new Map();
    let size = committed.size;
    for (const [name, entry] of overlay ?? []) {
      size += Number(entry !== null) - Number(committed.has(name));
    }
    if (size === 0) return;
    throw this.#conflict(operation, {
      problem: "something was put into it",
      version: directory.committed?.version,
      nodeIds: [],
      into: directory.id,
    });
  }

  /** Where an operation and another transaction don't go together. */
  #conflict(operation: Operation, clue: ConflictClue): ConflictError {
    const { problem, version, ...trace } = clue;
    const isPending = version === PENDING_VERSION;
    const theirs = isPending
      ? this.#operations.findLast((other) => isTheirs(other, trace))
      : undefined;
    const error = new ConflictError(
      operation.path,
      isPending ? undefined : version,
      problem,
      {
        ours: sideOf(operation),
        ...(theirs ? { theirs: sideOf(theirs) } : {}),
      },
    );
    TRACES.set(error, trace);
    return error;
  }

  #change(made: Operation, path: string): void {
    const operation = made.path === path ? made : { ...made, path };
    const { kind, nodeId, directoryId, name, attributes } = operation;
    this.#operations.push(operation);
    this.#latest.set(nodeId, operation);
    this.state.append(operation);
    if (operation.fileType === "directory") {
      this.#places.set(nodeId, { directory: directoryId, name });
    }
    if (kind === "create" && operation.fileType === "directory") {
      this.#created.add(nodeId);
      this.#removed.delete(nodeId);
    }
    // A move keeps the time of its node, and has none of its own.
    const timeUs = kind === "move"
      ? this.state.startedAtUs
      : attributes.modifiedUs;
    if (kind === "delete") {
      if (operation.fileType === "directory") this.#removed.add(nodeId);
      this.#overlay(directoryId, timeUs).set(name, null);
      return;
    }
    const { from } = attributes;
    if (from) this.#overlay(from.directory, timeUs).set(from.name, null);
    this.#overlay(directoryId, timeUs).set(name, entryOf(operation));
  }

  /** The entries of a directory that is changed. */
  #overlay(directoryId: string, timeUs: number): Overlay {
    const modifiedUs = Math.max(this.modifiedUs(directoryId), timeUs);
    this.#modifiedUs.set(directoryId, modifiedUs);
    let overlay = this.#overlays.get(directoryId);
    if (overlay === undefined) {
      this.#overlays.set(directoryId, overlay = new Map());
    }
    return overlay;
  }
}

/** Entries, and changed ones in their places. */
function withOverlay(
  committed: Iterable<DirectoryEntry>,
  overlay: ReadonlyMap<string, DirectoryEntry | null>,
): Iterable<DirectoryEntry> {
  // As it is now: what is changed meanwhile is for who asks again.
  const pending = [...overlay.values()]
    .filter((entry) => entry !== null)
    .sort((a, b) => a.name < b.name ? 1 : -1);
  return merged(committed, new Set(overlay.keys()), pending);
}

function* merged(
  committed: Iterable<DirectoryEntry>,
  changed: ReadonlySet<string>,
  pending: DirectoryEntry[],
): Generator<DirectoryEntry> {
  for (const entry of committed) {
    while (true) {
      const next = pending.at(-1);
      if (next === undefined || next.name >= entry.name) break;
      pending.pop();
      yield next;
    }
    if (!changed.has(entry.name)) yield entry;
  }
  yield* pending.reverse();
}

/** Committed directories that were read, by their identities. */
type Loaded = Map<string, FoundDirectory>;

/** The names that operations ask for, by directories. */
type NamesIn = ReadonlyMap<string, readonly string[] | "all">;

const NO_NAMES: NamesIn = new Map();

/** Only of an empty directory are all names asked for: when it is deleted. */
function namesIn(operations: readonly Operation[]): NamesIn {
  const names = new Map<string, string[] | "all">();
  const add = (directoryId: string, name: string) => {
    const listed = names.get(directoryId);
    if (listed === undefined) names.set(directoryId, [name]);
    else if (listed !== "all") listed.push(name);
  };
  for (const operation of operations) {
    const { attributes: { from }, directoryId, name, nodeId } = operation;
    add(directoryId, name);
    if (from) add(from.directory, from.name);
    if (isRemoval(operation)) names.set(nodeId, "all");
  }
  return names;
}

function isRemoval({ fileType, kind }: Operation): boolean {
  return kind === "delete" && fileType === "directory";
}

/** A directory and its committed state; none when this transaction made it. */
interface LoadedDirectory {
  readonly id: string;
  readonly committed: FoundDirectory | undefined;
}

/** The entry that an operation leaves under its name. */
function entryOf(operation: Operation): DirectoryEntry {
  const { createdUs, modifiedUs, series, sizeBytes } = operation.attributes;
  return {
    name: operation.name,
    childNodeId: operation.nodeId,
    childType: operation.fileType,
    operation: "insert",
    nodeVersion: operation.nodeVersion,
    childVersion: PENDING_VERSION,
    sizeBytes: series?.whole.sizeBytes ?? sizeBytes,
    // What is put into a directory later doesn't change the entry of it.
    modifiedUs: operation.fileType === "directory" ? createdUs : modifiedUs,
    mode: operation.attributes.mode,
  };
}
