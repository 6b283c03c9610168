/**
 * The content of files that are open for writing.
 *
 * A pond takes content whole. So what is written into an open file is kept in
 * memory, one draft for all handles of a node, until the file is closed or
 * anybody looks at it in another way.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import type { NodeId } from "../../tinyfs/mod.ts";
import type { OpLogFile } from "../file.ts";

/** A file's content while it is written. */
export class Draft {
  /** The file. */
  readonly file: OpLogFile;
  /** Longer than the content, so that appending doesn't copy each time. */
  #bytes: Bytes;
  #length: number;

  /**
   * @param file The file.
   * @param content What is in it; the draft owns the array from now on.
   */
  constructor(file: OpLogFile, content: Bytes) {
    this.file = file;
    this.#bytes = content;
    this.#length = content.length;
  }

  /** Length of the content in bytes. */
  get length(): number {
    return this.#length;
  }

  /** A view of the content; it changes with the next write. */
  get content(): Bytes {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Puts bytes at a place; a gap before it is filled with zeros. */
  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.#length) this.#resize(end);
    this.#bytes.set(bytes, position);
  }

  /** Cuts the content, or fills it with zeros. */
  truncate(length: number): void {
    if (length < this.#length) this.#bytes.fill(0, length, this.#length);
    this.#resize(length);
  }

  /** Beyond the content there are zeros. */
  #resize(length: number): void {
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      grown.set(this.content);
      this.#bytes = grown;
    }
    this.#length = length;
  }
}

/** The drafts of a pond. */
export class Drafts {
  readonly #drafts = new Map<NodeId, Draft>();

  /** How many there are. */
  get size(): number {
    return this.#drafts.size;
  }

  /** The draft of a file, if it was written into. */
  get(id: NodeId): Draft | undefined {
    return this.#drafts.get(id);
  }

  /** The draft of a file, begun with what is in it. */
  async begin(file: OpLogFile): Promise<Draft> {
    const known = this.#drafts.get(file.id);
    if (known !== undefined) return known;
    return this.#put(new Draft(file, await file.read()));
  }

  /** Begins a draft without content, unless the file has none either. */
  async empty(file: OpLogFile): Promise<void> {
    const { sizeBytes } = await file.metadata();
    if (sizeBytes > 0) this.#put(new Draft(file, new Uint8Array(0)));
  }

  /** Forgets what was written. */
  drop(id: NodeId): void {
    this.#drafts.delete(id);
  }

  /**
   * Gives files what was written into them. A file that was deleted meanwhile
   * takes that with it, as POSIX has it.
   *
   * @param id Only this one, if it has a draft.
   */
  async flush(id?: NodeId): Promise<void> {
    const ids = id === undefined ? [...this.#drafts.keys()] : [id];
    for (const each of ids) {
      const draft = this.#drafts.get(each);
      if (draft === undefined) continue;
      const isNamed = await draft.file.currentEntry() !== undefined;
      if (isNamed) await draft.file.write(draft.content.slice());
      this.#drafts.delete(each);
    }
  }

  #put(draft: Draft): Draft {
    this.#drafts.set(draft.file.id, draft);
    return draft;
  }
}
