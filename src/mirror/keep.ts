/**
 * Keeps the host's versions of conflicts that are decided for the pond: each becomes a
 * version of the pond's file, over which the pond's own is written again, in one
 * transaction.
 *
 * @module
 */
import type { FileOperations, PondTransaction } from "../tinylogfs/mod.ts";
import { readStable } from "../trees/stable_read.ts";
import {
  fingerprintOf,
  type HostSideNode,
  PERMISSIONS,
  type PondNode,
} from "./node.ts";
import { inPond } from "./pond_side.ts";
import type { Agreed } from "./pull.ts";
import { attemptItem, type Plan, type RunParts } from "./run_parts.ts";

/** What it is made of. */
export interface KeepParts extends RunParts {
  /** The transaction. */
  readonly tx: PondTransaction;
  /** The pond before it. */
  readonly before: FileOperations;
}

/**
 * Keeps them.
 *
 * @returns What the host has, as if it was what both sides had at the last sync: so
 *   what the pond has is a change for the host.
 */
export async function keepHostVersions(
  parts: KeepParts,
  { threes, verdicts }: Plan,
): Promise<ReadonlyMap<string, Agreed>> {
  const agreed = new Map<string, Agreed>();
  for (const [path, verdict] of verdicts) {
    const { host, pond } = threes.get(path) ?? {};
    if (verdict.kind !== "conflict" || !host || !pond) continue;
    const isOfDirectory = host.fileType === "directory" ||
      pond.fileType === "directory";
    if (isOfDirectory) continue;
    const { fileType, sizeBytes } = host;
    await attemptItem(
      parts,
      { action: "update", to: "host", fileType, path, sizeBytes, done: false },
      () =>
        parts.tx.savepoint(async () => {
          const kept = await keepHost(parts, path, host, pond);
          await writeAgain(parts, path, host, pond);
          agreed.set(path, kept);
        }),
    );
  }
  return agreed;
}

async function keepHost(
  { host: { clock, files }, signal, top, tx }: KeepParts,
  path: string,
  { content = "", fileType, found, sizeBytes }: HostSideNode,
  pond: PondNode,
): Promise<Agreed> {
  const at = inPond(top, path);
  if (pond.fileType !== fileType || fileType === "symlink") await tx.delete(at);
  if (fileType === "symlink") {
    await tx.createSymlink(at, content);
    return { node: { fileType, mode: 0, sizeBytes, content } };
  }
  const readMs = clock.nowUs() / 1000;
  const { stat } = await readStable(
    files,
    found,
    signal,
    (bytes, stat) =>
      tx.writeFile(at, bytes, {
        mode: stat.mode & PERMISSIONS,
        modifiedUs: stat.modifiedMs * 1000,
        signal,
      }),
  );
  const { sha256 = "" } = await tx.getMetadata(at);
  const print = fingerprintOf(stat, readMs);
  return {
    node: {
      fileType: "file",
      mode: stat.mode & PERMISSIONS,
      sizeBytes: stat.sizeBytes,
      content: sha256,
      ...(print ? { host: print } : {}),
    },
    stat,
  };
}

async function writeAgain(
  { before, signal, top, tx }: KeepParts,
  path: string,
  host: HostSideNode,
  { content = "", fileType, mode, modifiedUs }: PondNode,
): Promise<void> {
  const at = inPond(top, path);
  if (host.fileType !== fileType || fileType === "symlink") await tx.delete(at);
  if (fileType === "symlink") {
    await tx.createSymlink(at, content);
    return;
  }
  const stream = await before.streamFile(at, { signal });
  await tx.writeFile(at, stream, { mode, modifiedUs, signal });
}
