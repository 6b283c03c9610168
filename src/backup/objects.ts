/**
 * The objects of a backup: put under the SHA-256 of their bytes, and read only
 * when they still have it.
 *
 * Where a backup is encrypted, the bytes are an age file: the name is that of
 * what lies there, so that anybody can check it, with or without the key.
 *
 * @module
 */
import { type Bytes, sha256Hex } from "../bytes.ts";
import { hasCode, IntegrityError } from "../errors.ts";
import type { TableStore } from "../oplog/mod.ts";

/** What there is. */
export type ObjectKind = "index" | "pack" | "snapshot" | "unfinished";

/** Encrypts and decrypts objects. */
export interface Cipher {
  /** Encrypts. */
  seal(bytes: Bytes): Promise<Bytes>;
  /**
   * Decrypts.
   *
   * @param source What is decrypted, for errors.
   * @throws {IntegrityError} When it isn't what was encrypted with this key.
   */
  open(bytes: Bytes, source: string): Promise<Bytes>;
}

/** An object that is in the backup. */
export interface ListedObject {
  /** What it is. */
  readonly kind: ObjectKind;
  /** Its SHA-256, as its name has it. */
  readonly sha256: string;
  /** Where it is in the store. */
  readonly path: string;
  /** Its length in bytes. */
  readonly sizeBytes: number;
}

const KINDS = ["snapshot", "index", "unfinished", "pack"] as const;

const NAMES: Readonly<Record<ObjectKind, RegExp>> = {
  snapshot: /^snapshots\/\d{16}-([0-9a-f]{64})$/,
  index: /^indexes\/([0-9a-f]{64})$/,
  unfinished: /^unfinished\/([0-9a-f]{64})$/,
  pack: /^packs\/[0-9a-f]{2}\/([0-9a-f]{64})$/,
};

/** Objects in a store. */
export class ObjectStore {
  readonly #store: TableStore;
  readonly #cipher: Cipher | undefined;
  #bytesWritten = 0;

  /**
   * @param store Where they are.
   * @param cipher Encrypts them; they lie there as they are without one.
   */
  constructor(store: TableStore, cipher: Cipher | undefined) {
    this.#store = store;
    this.#cipher = cipher;
  }

  /** Bytes that were put so far. */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /**
   * Puts an object, which is durable then.
   *
   * @returns Its SHA-256.
   */
  async put(kind: ObjectKind, bytes: Bytes, createdUs = 0): Promise<string> {
    const sealed = await this.#cipher?.seal(bytes) ?? bytes;
    const sha256 = await sha256Hex(sealed);
    const path = objectPath(kind, sha256, createdUs);
    await this.#store.put([{ path, bytes: sealed }]);
    this.#bytesWritten += sealed.length;
    return sha256;
  }

  /**
   * Reads an object whose bytes are what its name says.
   *
   * @throws {IntegrityError} When they are not, or it is missing.
   */
  async get(kind: ObjectKind, sha256: string, path?: string): Promise<Bytes> {
    const at = path ?? objectPath(kind, sha256, 0);
    const source = pathIn(this.#store, at);
    const bytes = await this.read(sha256, at);
    return await this.#cipher?.open(bytes, source) ?? bytes;
  }

  /** Reads the bytes that lie there, after they were checked. */
  async read(sha256: string, path: string): Promise<Bytes> {
    const source = pathIn(this.#store, path);
    let bytes: Bytes;
    try {
      bytes = await this.#store.get(path);
    } catch (cause) {
      if (!hasCode(cause, "NOT_FOUND", "NOT_A_DIRECTORY")) throw cause;
      throw new IntegrityError(source, "it is missing", { cause, ...HINT });
    }
    const actual = await sha256Hex(bytes);
    if (actual === sha256) return bytes;
    throw new IntegrityError(source, `its SHA-256 is ${actual}`, HINT);
  }

  /** What a file is, by its name; `undefined` for what is none of a backup's. */
  static describe(
    path: string,
    sizeBytes: number,
  ): ListedObject | undefined {
    for (const kind of KINDS) {
      const sha256 = NAMES[kind].exec(path)?.[1];
      if (sha256 !== undefined) return { kind, sha256, path, sizeBytes };
    }
    return undefined;
  }

  /** All objects that are there, snapshots in the order of their times. */
  async *list(kind?: ObjectKind): AsyncGenerator<ListedObject> {
    const prefix = kind === undefined ? "" : DIRECTORIES[kind];
    for await (const { path, sizeBytes } of this.#store.list(prefix)) {
      const object = ObjectStore.describe(path, sizeBytes);
      if (object !== undefined) yield object;
    }
  }

  /** Deletes an object. */
  async delete(path: string): Promise<void> {
    await this.#store.delete(path);
  }

  /** What an object is called in errors. */
  sourceOf(kind: ObjectKind, sha256: string): string {
    return pathIn(this.#store, objectPath(kind, sha256, 0));
  }
}

const DIRECTORIES: Readonly<Record<ObjectKind, string>> = {
  snapshot: "snapshots/",
  index: "indexes/",
  unfinished: "unfinished/",
  pack: "packs/",
};

const HINT = { hint: "see all damage: pond backup verify" };

/** Where an object is. */
export function objectPath(
  kind: ObjectKind,
  sha256: string,
  createdUs: number,
): string {
  switch (kind) {
    case "snapshot":
      return `snapshots/${String(createdUs).padStart(16, "0")}-${sha256}`;
    case "index":
      return `indexes/${sha256}`;
    case "unfinished":
      return `unfinished/${sha256}`;
    case "pack":
      return `packs/${sha256.slice(0, 2)}/${sha256}`;
    default:
      return kind satisfies never;
  }
}

/** The whole path of an object, for messages and errors. */
export function pathIn({ location }: TableStore, path: string): string {
  return `${location}/${path}`;
}

/** When a snapshot was made, by its path; 0 for anything else. */
export function createdOf(path: string): number {
  return Number(/^snapshots\/(\d{16})-/.exec(path)?.[1] ?? 0);
}
