/**
 * The blobs that a prune leaves without a name.
 *
 * @module
 */
import type { Host } from "../host/host.ts";
import type { OplogEntry, OplogTable } from "../oplog/mod.ts";
import { parseAttributes } from "./attributes.ts";
import { openLine } from "./line.ts";
import { Stage } from "./stage.ts";
import type { FileUsage } from "./retention_types.ts";
import { keepNamed, keepStaged, linesOf } from "./vacuum.ts";

/** Blobs that rows name which go, or stay; O(blobs) of memory. */
export class DroppedBlobs {
  readonly #dropped = new Map<string, number>();
  readonly #kept = new Set<string>();

  /** Takes in a row that goes. */
  drop(entry: OplogEntry, source: string): void {
    const blob = blobOf(entry, source);
    if (blob) this.#dropped.set(blob.sha256, blob.sizeBytes);
  }

  /** Takes in a row that stays. */
  keep(entry: OplogEntry, source: string): void {
    const blob = blobOf(entry, source);
    if (blob) this.#kept.add(blob.sha256);
  }

  /**
   * Counts those that nothing names any more: no row that stays, no later one,
   * no other branch, no stage.
   *
   * @param pond The pond's directory.
   * @param line That of the branch that is pruned.
   * @param bound Its rows from this version on stay.
   */
  async unnamed(
    host: Host,
    { line, path: pond }: { readonly line: string; readonly path: string },
    table: OplogTable,
    bound: number,
    signal: AbortSignal | undefined,
  ): Promise<FileUsage> {
    const left = new Map(this.#dropped);
    for (const sha256 of this.#kept) left.delete(sha256);
    const lines = await linesOf(host.files, pond);
    for (const each of lines) await keepStaged(new Stage(host, each), left);
    await keepNamed(table, left, signal, bound);
    for (const each of lines) {
      if (each === line || left.size === 0) continue;
      await keepNamed(await openLine(host, each), left, signal);
    }
    let sizeBytes = 0;
    for (const size of left.values()) sizeBytes += size;
    return { count: left.size, sizeBytes };
  }
}

function blobOf(
  { fileType, metadata }: OplogEntry,
  source: string,
): { readonly sha256: string; readonly sizeBytes: number } | undefined {
  if (fileType !== "file") return undefined;
  const { blob, sha256, sizeBytes } = parseAttributes(metadata, source);
  return blob && sha256 !== undefined ? { sha256, sizeBytes } : undefined;
}
