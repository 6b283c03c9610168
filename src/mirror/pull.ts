/**
 * Carries changes of the host into the pond, within a transaction.
 *
 * Nothing of it counts before the transaction is committed: what is agreed then is
 * in the {@linkcode Pulled} that comes back.
 *
 * @module
 */
import { hasCode } from "../errors.ts";
import type { FileStat } from "../host/mod.ts";
import { BLOB_MIN_BYTES, type PondTransaction } from "../tinylogfs/mod.ts";
import { Pool } from "../trees/pool.ts";
import { readStable } from "../trees/stable_read.ts";
import {
  type BaseNode,
  type Fingerprint,
  fingerprintOf,
  type HostSideNode,
  PERMISSIONS,
  type Three,
} from "./node.ts";
import { inPond } from "./pond_side.ts";
import { isBelow, parentOf } from "./reconcile.ts";
import {
  attemptItem,
  type Plan,
  type RunParts,
  type Step,
  stepsOf,
} from "./run_parts.ts";
import type { MirrorItem } from "./types.ts";

/** How many files are read and stored at a time. */
const FILES_AT_A_TIME = 8;

/** A transaction keeps small files in memory: so many bytes of them, at most. */
const MAX_INLINE_BYTES = 64 * 1024 * 1024;

/** What a pull is made of. */
export interface PullParts extends RunParts {
  /** The transaction. */
  readonly tx: PondTransaction;
}

/** What a path is on both sides; neither where it is gone. */
export interface Agreed {
  readonly node: BaseNode | undefined;
  /** What the host's file was when it was read. */
  readonly stat?: FileStat;
}

/** What is agreed when the transaction is committed. */
export interface Pulled {
  /** By paths. */
  readonly agreed: ReadonlyMap<string, Agreed>;
  /** What was done. */
  readonly items: readonly MirrorItem[];
  /** Whether there is more than one transaction can take. */
  readonly hasMore: boolean;
}

/** Does what a plan says of the pond. */
export async function pullPlan(
  parts: PullParts,
  plan: Plan,
): Promise<Pulled> {
  return await new Pull(parts).run(plan);
}

class Pull {
  readonly #parts: PullParts;
  readonly #agreed = new Map<string, Agreed>();
  readonly #items: MirrorItem[] = [];
  #inlineBytes = 0;

  constructor(parts: PullParts) {
    this.#parts = parts;
  }

  async run(plan: Plan): Promise<Pulled> {
    const steps = stepsOf(plan, "pond");
    for (const step of steps.toReversed()) {
      if (step.item.action === "delete") await this.#remove(step);
    }
    const hasMore = await this.#writeAll(steps);
    return { agreed: this.#agreed, items: this.#items, hasMore };
  }

  async #writeAll(steps: readonly Step[]): Promise<boolean> {
    const pool = new Pool(FILES_AT_A_TIME);
    // Without its directory, nothing of it can be written.
    const closed = new Set<string>();
    try {
      for (const step of steps) {
        this.#parts.signal.throwIfAborted();
        const { path, three: { host, pond } } = step;
        if (host === undefined || isBelow(parentOf(path), closed)) continue;
        // What fails takes back all that was done beside it.
        const isReplaced = pond && (pond.fileType !== host.fileType ||
          pond.fileType === "symlink");
        if (isReplaced) await pool.settled();
        if (host.fileType !== "file") {
          if (!await this.#make(step, host)) closed.add(path);
          continue;
        }
        if (host.sizeBytes < BLOB_MIN_BYTES) {
          this.#inlineBytes += host.sizeBytes;
        }
        if (this.#inlineBytes > MAX_INLINE_BYTES) return true;
        const write = () => this.#writeFile(step, host);
        if (isReplaced) await write();
        else await pool.add(write);
      }
      await pool.done();
    } finally {
      await pool.settled();
    }
    return false;
  }

  async #remove({ item, path }: Step): Promise<void> {
    const { signal, top, tx } = this.#parts;
    signal.throwIfAborted();
    await attemptItem(this.#parts, item, async () => {
      try {
        await tx.delete(inPond(top, path));
      } catch (error) {
        // What is left out keeps its directory.
        if (hasCode(error, "DIRECTORY_NOT_EMPTY")) return;
        throw error;
      }
      this.#did(item, path, { node: undefined });
    });
  }

  async #make(
    { item, path, three }: Step,
    host: HostSideNode,
  ): Promise<boolean> {
    return await attemptItem(this.#parts, item, async () => {
      const { top, tx } = this.#parts;
      const at = inPond(top, path);
      const { content = "", fileType, mode } = host;
      const isThere = three.pond?.fileType === "directory";
      if (isThere && fileType === "directory") {
        await tx.setMetadata(at, { mode });
      } else {
        await this.#makeParent(path);
        await this.#replacing(three, at, async () => {
          if (fileType === "symlink") await tx.createSymlink(at, content);
          else await tx.createDirectory(at, { mode });
        });
      }
      const { nodeId, version } = await tx.entry(at, { followLast: false });
      const { sizeBytes } = host;
      const pond = { nodeId, version };
      const node = { fileType, mode, sizeBytes, content, pond };
      this.#did(item, path, { node });
    });
  }

  async #writeFile(step: Step, host: HostSideNode): Promise<void> {
    const { item, path, three } = step;
    const { host: { clock, files }, signal, top, tx } = this.#parts;
    await attemptItem(this.#parts, item, async () => {
      const at = inPond(top, path);
      const readMs = clock.nowUs() / 1000;
      await this.#makeParent(path);
      const put = () =>
        readStable(
          files,
          host.found,
          signal,
          (content, stat) =>
            tx.writeFile(at, content, {
              mode: stat.mode & PERMISSIONS,
              modifiedUs: stat.modifiedMs * 1000,
              signal,
            }),
        );
      const { stat } = three.pond?.fileType === "file"
        ? await put()
        : await this.#replacing(three, at, put);
      const print = fingerprintOf(stat, readMs);
      this.#did(item, path, { node: await this.#fileBase(at, print), stat });
    });
  }

  async #fileBase(
    at: string,
    host: Fingerprint | undefined,
  ): Promise<BaseNode> {
    const { tx } = this.#parts;
    const { mode, nodeId, sizeBytes, version } = await tx.entry(at);
    const { sha256 = "" } = await tx.getMetadata(at);
    return {
      fileType: "file",
      mode: mode & PERMISSIONS,
      sizeBytes: sizeBytes ?? 0,
      content: sha256,
      pond: { nodeId, version },
      ...(host ? { host } : {}),
    };
  }

  /** Does something after what is there has gone; all of it, or nothing. */
  async #replacing<T>(
    { pond }: Three,
    at: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const { tx } = this.#parts;
    if (pond === undefined) return await work();
    return await tx.savepoint(async () => {
      await tx.delete(at);
      return await work();
    });
  }

  /** Where files are chosen, their directories are there for their sake. */
  async #makeParent(path: string): Promise<void> {
    const { top, tx } = this.#parts;
    await tx.createDirectory(inPond(top, parentOf(path) || "/"), {
      recursive: true,
    });
  }

  #did(item: MirrorItem, path: string, agreed: Agreed): void {
    this.#agreed.set(path, agreed);
    this.#items.push({ ...item, done: true });
  }
}
