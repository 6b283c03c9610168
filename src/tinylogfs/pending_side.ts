/**
 * The state that pending operations make, as one that can be compared.
 *
 * @module
 */
import type { DirectoryEntry } from "../oplog/mod.ts";
import type { CommittedDirectory } from "./directories.ts";
import { placeOf } from "./operation.ts";
import type { RestoreSide } from "./restore_changes.ts";
import type { Transaction } from "./transaction.ts";

/**
 * A committed state with pending operations on top of it.
 *
 * @param committed The state that the operations were made on.
 * @param transaction The operations.
 */
export function pendingSide(
  committed: RestoreSide,
  transaction: Transaction,
): RestoreSide {
  const directories = transaction.operations
    .filter(({ fileType }) => fileType === "directory")
    .map(({ nodeId }) => nodeId);
  return {
    ...committed,
    pendingParts: new Set([...transaction.overlays.keys(), ...directories]),
    load: async (id): Promise<CommittedDirectory> => {
      const before = await committed.load(id);
      const listed = await transaction.list(id);
      const entries = new Map<string, DirectoryEntry>();
      for (const entry of listed) entries.set(entry.name, entry);
      const latest = transaction.latest(id);
      if (latest === undefined) return { ...before, entries };
      const { attributes, createdUs, mode } = latest.attributes;
      return {
        ...before,
        exists: latest.kind !== "delete",
        entries: latest.kind === "delete" ? new Map() : entries,
        nodeVersion: latest.nodeVersion,
        place: placeOf(latest),
        attributes,
        createdUs,
        mode,
      };
    },
    row: async (directoryId, entry) =>
      transaction.latestContent(entry.childNodeId) ??
        await committed.row(directoryId, entry),
  };
}
