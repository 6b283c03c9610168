/**
 * The nodes that a view shows: directories and files that are in no row.
 *
 * A provider gives paths; the directories on the way are made here. Their
 * identities come from the view's own and the path, so that they are the same
 * each time.
 *
 * @module
 */
import { type Bytes, encodeUtf8, sha256Hex } from "../bytes.ts";
import { invariant, PondError } from "../errors.ts";
import type { FileReader } from "../host/host.ts";
import type {
  DirectoryItem,
  File,
  Node,
  NodeId,
  NodeMetadata,
  ReadOptions,
} from "../tinyfs/mod.ts";
import { checkName, joinPath } from "../tinyfs/path.ts";
import type { ViewMark } from "./attributes.ts";
import type { Candidate, ListedEntry } from "./find.ts";
import type { DirectoryStatus, PondDirectory } from "./types.ts";
import type { ComputedFile, ComputedStatus } from "./view.ts";

const FILE_MODE = 0o444;
const DIRECTORY_MODE = 0o755;

/** A directory that is a view. */
export interface FoundView {
  /** The directory. */
  readonly id: NodeId;
  /** Where it is. */
  readonly path: string;
  /** What defines it. */
  readonly mark: ViewMark;
  /** When it was made, microseconds since the epoch, UTC. */
  readonly createdUs: number;
}

/** What all nodes of a view have in common. */
interface ViewSide {
  /** The view. */
  readonly view: FoundView;
  /** Where computed content lies. */
  readonly files: FileReader;
}

/**
 * Makes the tree of a view.
 *
 * @param files What it shows.
 * @throws {PondError} `INVALID_NAME` for a name that no node can have,
 *   `ALREADY_EXISTS` where two have the same path.
 */
export async function viewTree(
  side: ViewSide,
  files: readonly ComputedFile[],
): Promise<ViewDirectory> {
  const { id, path } = side.view;
  const root = new ViewDirectory(side, id, path);
  for (const file of files) {
    const names = file.path.split("/");
    let directory = root;
    for (const name of names.slice(0, -1)) {
      directory = await directory.directory(name);
    }
    await directory.add(names.at(-1) ?? "", file);
  }
  return root;
}

/** A directory of a view, or the view itself as its children see it. */
export class ViewDirectory implements PondDirectory {
  readonly type = "directory";
  readonly id: NodeId;
  /** Where it is. */
  readonly path: string;
  readonly #side: ViewSide;
  readonly #children = new Map<string, ViewNode>();

  constructor(side: ViewSide, id: NodeId, path: string) {
    this.#side = side;
    this.id = id;
    this.path = path;
  }

  /** The path of what defines the view. */
  get resource(): string {
    return this.#side.view.mark.resource;
  }

  /** A directory in it, made when missing. */
  async directory(name: string): Promise<ViewDirectory> {
    const known = this.#children.get(name);
    if (known instanceof ViewDirectory) return known;
    const path = this.#pathOf(name, known);
    const id = await idOf(this.#side.view.id, path);
    const directory = new ViewDirectory(this.#side, id, path);
    this.#children.set(name, directory);
    return directory;
  }

  /** Adds a file. */
  async add(name: string, file: ComputedFile): Promise<void> {
    const path = this.#pathOf(name, this.#children.get(name));
    const id = await idOf(this.#side.view.id, path);
    this.#children.set(name, new ViewFile(this.#side, id, path, file));
  }

  #pathOf(name: string, other: ViewNode | undefined): string {
    checkName(name);
    const path = joinPath(this.path, name);
    if (other === undefined) return path;
    throw new PondError(
      "ALREADY_EXISTS",
      `Cannot show two files at ${path}: ${this.#side.view.mark.resource} makes both`,
      { path, hint: "give one of them another name in the resource" },
    );
  }

  get(name: string): Promise<ViewNode | undefined> {
    return Promise.resolve(this.#children.get(name));
  }

  /** The children, ordered by name. */
  async *entries(): AsyncGenerator<
    DirectoryItem & { readonly node: ViewNode }
  > {
    const children = [...this.#children].sort(([a], [b]) => a < b ? -1 : 1);
    for (const [name, node] of children) {
      yield await Promise.resolve({ name, node });
    }
  }

  insert(name: string, _node: Node): Promise<void> {
    return Promise.reject(
      readOnly(joinPath(this.path, name), this.#side.view.mark.resource),
    );
  }

  delete(name: string): Promise<Node | undefined> {
    return Promise.reject(
      readOnly(joinPath(this.path, name), this.#side.view.mark.resource),
    );
  }

  /** Nothing is moved out of it. */
  move(name: string): Promise<boolean> {
    return Promise.reject(
      readOnly(joinPath(this.path, name), this.#side.view.mark.resource),
    );
  }

  metadata(): Promise<NodeMetadata> {
    const { createdUs } = this.#side.view;
    return Promise.resolve({
      sizeBytes: 0,
      createdUs,
      modifiedUs: createdUs,
      version: 1,
      mode: DIRECTORY_MODE,
    });
  }

  getStatus(): Promise<DirectoryStatus> {
    const { size: entryCount } = this.#children;
    return Promise.resolve({ cachedEntries: 0, isDirty: false, entryCount });
  }

  /** What a listing says of it. */
  listed(name: string): Promise<ListedEntry> {
    const { createdUs } = this.#side.view;
    return Promise.resolve({
      ...entryOf(name, this),
      sizeBytes: 0,
      modifiedUs: createdUs,
      mode: DIRECTORY_MODE,
    });
  }

  /** @throws {PondError} `READ_ONLY`, always. */
  requireWritable(): never {
    throw readOnly(this.path, this.#side.view.mark.resource);
  }
}

/** A file of a view. */
export class ViewFile implements File {
  readonly type = "file";
  readonly id: NodeId;
  /** Where it is. */
  readonly path: string;
  /** What computes it. */
  readonly computed: ComputedFile;
  readonly #side: ViewSide;
  #status: Promise<ComputedStatus> | undefined;

  constructor(
    side: ViewSide,
    id: NodeId,
    path: string,
    computed: ComputedFile,
  ) {
    this.#side = side;
    this.id = id;
    this.path = path;
    this.computed = computed;
  }

  /** The path of what defines the view. */
  get resource(): string {
    return this.#side.view.mark.resource;
  }

  async read(options: ReadOptions = {}): Promise<Bytes> {
    const { hostPath } = await this.computed.content(options);
    return await this.#side.files.read(hostPath, options);
  }

  async stream(options: ReadOptions = {}): Promise<ReadableStream<Bytes>> {
    const { hostPath } = await this.computed.content(options);
    return await this.#side.files.stream(hostPath, options);
  }

  write(): Promise<void> {
    return Promise.reject(readOnly(this.path, this.#side.view.mark.resource));
  }

  /** Computes it: whoever asks for a file's size counts on it. */
  async metadata(): Promise<NodeMetadata> {
    const { sha256, sizeBytes } = await this.computed.content();
    const { modifiedUs } = await this.status();
    return {
      sizeBytes,
      sha256,
      createdUs: this.#side.view.createdUs,
      modifiedUs,
      version: 1,
      mode: FILE_MODE,
    };
  }

  /** What is known of it; nothing is computed. */
  async status(): Promise<ComputedStatus> {
    return await (this.#status ??= this.computed.status());
  }

  /** What a listing says of it. */
  async listed(name: string): Promise<ListedEntry> {
    const { modifiedUs, sizeBytes } = await this.status();
    return {
      ...entryOf(name, this),
      sizeBytes: sizeBytes ?? null,
      modifiedUs,
      mode: FILE_MODE,
    };
  }

  /** @throws {PondError} `READ_ONLY`, always. */
  requireWritable(): never {
    throw readOnly(this.path, this.#side.view.mark.resource);
  }
}

/** A node of a view. */
export type ViewNode = ViewDirectory | ViewFile;

function entryOf(
  name: string,
  { id, type }: ViewNode,
): Omit<ListedEntry, "mode" | "modifiedUs" | "sizeBytes"> {
  return {
    name,
    childNodeId: id,
    childType: type,
    operation: "insert",
    nodeVersion: 1,
    childVersion: 0,
  };
}

/** What is below a directory of a view, as a search meets it. */
export async function* viewCandidates(
  top: ViewDirectory,
): AsyncGenerator<Candidate> {
  const directories = [top];
  for (const directory of directories) {
    for await (const { name, node } of directory.entries()) {
      const entry = await node.listed(name);
      const row = async () => {
        const { attributes: _none, version: _one, ...attributes } = await node
          .metadata();
        return { content: null, attributes };
      };
      yield { path: node.path, directoryId: directory.id, entry, row };
      if (node.type === "directory") directories.push(node);
    }
  }
}

async function idOf(view: NodeId, path: string): Promise<NodeId> {
  const hash = await sha256Hex(encodeUtf8(`${view}${path}`));
  return hash.slice(0, 32) as NodeId;
}

/** The path of what defines the view that shows a node; of others, nothing. */
export function viewOf(node: Node): string | undefined {
  const isView = node instanceof ViewDirectory || node instanceof ViewFile;
  return isView ? node.resource : undefined;
}

/** A node of a view, where it is known that it is none of a row. */
export function viewNode(node: Node): ViewNode {
  const isView = node instanceof ViewDirectory || node instanceof ViewFile;
  invariant(isView, "a pond holds its own nodes and those of views only");
  return node;
}

/**
 * The error about a change of what a view shows.
 *
 * @param path What would be changed.
 * @param resource The path of what defines the view.
 */
export function readOnly(path: string, resource: string): PondError {
  return new PondError(
    "READ_ONLY",
    `Cannot change ${path}: it is computed, by ${resource}`,
    { path, hint: "change what it is made from, or the resource: pond apply" },
  );
}
