/**
 * The state of a table: what its log adds up to.
 *
 * A state grows with each commit in time proportional to the commit, so it is
 * changed in place; only its owner, the table, does so.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation}
 * @module
 */
import { IntegrityError } from "../../errors.ts";
import type {
  Action,
  AddFile,
  DeletionVectorDescriptor,
  MetaData,
  Protocol,
  RemoveFile,
  SetTransaction,
} from "./actions.ts";

/** A table at one version, to look at. */
export interface Snapshot {
  /** The version. */
  readonly version: number;
  /** Which readers and writers may use the table. */
  readonly protocol: Protocol;
  /** Identity, schema and settings. */
  readonly metaData: MetaData;
  /** The data files, in the order in which they came. */
  readonly adds: Iterable<AddFile>;
  /** How many data files there are. */
  readonly fileCount: number;
  /** Files that were removed, and may still be read at earlier versions. */
  tombstones(): Promise<Iterable<RemoveFile>>;
  /** How far each application has come, by its id. */
  readonly transactions: ReadonlyMap<string, SetTransaction>;
}

/** What a commit changed. */
export interface StateChange {
  /** Data files that came. */
  readonly added: readonly AddFile[];
  /** Data files that went; `dataChange` tells whether their rows did. */
  readonly removed: readonly RemoveFile[];
  /** Whether schema, settings or protocol are others. */
  readonly tableChanged: boolean;
}

/** The state while a log is read or written. */
export class TableState implements Snapshot {
  readonly #adds = new Map<string, AddFile>();
  readonly #tombstones = new Map<string, RemoveFile>();
  readonly #transactions = new Map<string, SetTransaction>();
  readonly #source: string;
  #deferred: (() => Promise<readonly RemoveFile[]>)[] = [];
  #version = -1;
  #protocol: Protocol | undefined;
  #metaData: MetaData | undefined;

  /** @param source The log's directory, for errors. */
  constructor(source: string) {
    this.#source = source;
  }

  get version(): number {
    return this.#version;
  }

  get protocol(): Protocol {
    return this.#protocol ?? this.#missing("protocol");
  }

  get metaData(): MetaData {
    return this.#metaData ?? this.#missing("metaData");
  }

  get adds(): Iterable<AddFile> {
    return this.#adds.values();
  }

  get fileCount(): number {
    return this.#adds.size;
  }

  async tombstones(): Promise<Iterable<RemoveFile>> {
    const deferred = await Promise.all(this.#deferred.map((read) => read()));
    this.#deferred = [];
    for (const removes of deferred) {
      for (const remove of removes) {
        const key = fileKey(remove, this.#source);
        // What has happened to the file since then is known already.
        if (this.#adds.has(key) || this.#tombstones.has(key)) continue;
        this.#tombstones.set(key, remove);
      }
    }
    return this.#tombstones.values();
  }

  /**
   * Forgets files that were removed before a time; without one a file was removed
   * at the epoch, as the protocol has it.
   */
  async expire(beforeMs: number): Promise<void> {
    for (const remove of await this.tombstones()) {
      if ((remove.deletionTimestamp ?? 0) >= beforeMs) continue;
      this.#tombstones.delete(fileKey(remove, this.#source));
    }
  }

  /**
   * Takes in removes of a checkpoint when they are asked for: who reads the table
   * doesn't.
   */
  defer(removes: () => Promise<readonly RemoveFile[]>): void {
    this.#deferred.push(removes);
  }

  get transactions(): ReadonlyMap<string, SetTransaction> {
    return this.#transactions;
  }

  /**
   * Takes in the actions of a commit, or of a whole checkpoint.
   *
   * @param version The version that the state has afterwards.
   * @param actions In any order; a file is added or removed, and that once.
   * @throws {IntegrityError} When two of them contradict each other; the state
   *   is what it was.
   */
  apply(version: number, actions: readonly Action[]): StateChange {
    const doubled = contradictionIn(actions, this.#source);
    if (doubled !== undefined) {
      throw new IntegrityError(this.#source, `version ${version} ${doubled}`);
    }
    const added: AddFile[] = [];
    const removed: RemoveFile[] = [];
    let tableChanged = false;
    for (const action of actions) {
      if (action.kind === "add") added.push(action.add);
      else if (action.kind === "remove") removed.push(action.remove);
      else tableChanged = this.#applyOther(action) || tableChanged;
    }
    for (const remove of removed) this.#remove(remove);
    for (const add of added) this.#add(add);
    this.#version = version;
    return { added, removed, tableChanged };
  }

  #add(add: AddFile): void {
    const key = fileKey(add, this.#source);
    this.#tombstones.delete(key);
    this.#adds.set(key, add);
  }

  #remove(remove: RemoveFile): void {
    const key = fileKey(remove, this.#source);
    this.#adds.delete(key);
    this.#tombstones.set(key, remove);
  }

  /** Whether schema, settings or protocol are others afterwards. */
  #applyOther(action: Exclude<Action, { kind: "add" | "remove" }>): boolean {
    switch (action.kind) {
      case "protocol":
        this.#protocol = action.protocol;
        return true;
      case "metaData":
        this.#metaData = action.metaData;
        return true;
      case "txn":
        this.#transactions.set(action.txn.appId, action.txn);
        return false;
      case "commitInfo":
        return false;
      default:
        return action satisfies never;
    }
  }

  #missing(action: string): never {
    throw new IntegrityError(
      this.#source,
      `no ${action} action is in the log up to version ${this.#version}`,
    );
  }
}

/**
 * What is said twice, where the order of actions means nothing.
 *
 * @param source The log, for the error.
 * @returns `undefined` when nothing is.
 */
export function contradictionIn(
  actions: readonly Action[],
  source: string,
): string | undefined {
  const counts = { protocol: 0, metaData: 0, remove: 0, add: 0 };
  for (const { kind } of actions) {
    if (kind !== "txn" && kind !== "commitInfo") counts[kind]++;
  }
  if (counts.protocol > 1) return "has two protocol actions";
  if (counts.metaData > 1) return "has two metaData actions";
  if (counts.remove === 0 || counts.add === 0) return undefined;
  const removed = new Set<string>();
  for (const action of actions) {
    if (action.kind === "remove") removed.add(fileKey(action.remove, source));
  }
  for (const action of actions) {
    if (action.kind !== "add") continue;
    if (removed.has(fileKey(action.add, source))) {
      return `both adds and removes the file ${action.add.path}`;
    }
  }
  return undefined;
}

/** A file with other deleted rows is, to the log, another file. */
function fileKey(
  { path, deletionVector }: {
    readonly path: string;
    readonly deletionVector?: DeletionVectorDescriptor;
  },
  source: string,
): string {
  const key = pathKey(path, source);
  if (deletionVector === undefined) return key;
  const { storageType, pathOrInlineDv, offset } = deletionVector;
  const at = offset === undefined ? "" : `@${offset}`;
  return `${key}\0${storageType}${pathOrInlineDv}${at}`;
}

/** Two spellings of a path are one file: the log's paths are URIs. */
function pathKey(path: string, source: string): string {
  const decoded = path.includes("%") ? decodePath(path, source) : path;
  return decoded.replace(/^file:\/+/i, "/");
}

/**
 * The path of a data file, as the log encodes it.
 *
 * @param path The path in an action.
 * @param source The log, for the error.
 * @throws {IntegrityError} When it is no URI.
 */
export function decodePath(path: string, source: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new IntegrityError(
      source,
      `it names a file ${path}, which is no URI`,
      { cause },
    );
  }
}
