/**
 * One change of one node: what is pending, staged, committed and rebased.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import type { OplogEntry } from "../oplog/mod.ts";
import type { NodeId, NodeType } from "../tinyfs/mod.ts";
import {
  type Attributes,
  formatAttributes,
  type NodePlace,
} from "./attributes.ts";
import type { OperationKind, PendingOperation } from "./types.ts";

/** `childVersion` of an entry whose child is pending. */
export const PENDING_VERSION = -1;

/** Position of rows that are no operation. */
export const BOOKKEEPING_POSITION = -1;

/** What an operation found under its name. */
export interface ExpectedEntry {
  /** The node. */
  readonly nodeId: string;
  /** Its version. */
  readonly nodeVersion: number;
}

/** One change of one node, not committed yet. */
export interface Operation {
  /** What is done. */
  readonly kind: OperationKind;
  /** The kind of node. */
  readonly fileType: NodeType;
  /** The node. */
  readonly nodeId: NodeId;
  /** The directory that holds it (afterwards, for a move). */
  readonly directoryId: NodeId;
  /** Its name there. */
  readonly name: string;
  /** Its path. */
  readonly path: string;
  /** The node's version afterwards. */
  readonly nodeVersion: number;
  /** What is under the name before: nothing, for `create` and `move`. */
  readonly expected: ExpectedEntry | null;
  /** For a move: what is under the old name, `attributes.from`, before. */
  readonly moved?: ExpectedEntry;
  /** Times, size, mode, hash. */
  readonly attributes: Attributes;
  /** Inline bytes of a file, target of a symlink; null otherwise. */
  readonly content: Bytes | null;
}

/**
 * The row that an operation is in history.
 *
 * @param operation The operation.
 * @param position Its place in the transaction.
 */
export function rowOf(operation: Operation, position: number): OplogEntry {
  const { attributes, directoryId, fileType, name, nodeId } = operation;
  const isDirectory = fileType === "directory";
  const place = isDirectory ? { place: placeOf(operation) } : {};
  return {
    partId: isDirectory ? nodeId : directoryId,
    nodeId,
    fileType,
    metadata: formatAttributes({ ...attributes, ...place }),
    content: operation.content,
    operation: operation.kind,
    nodeVersion: operation.nodeVersion,
    position,
    name,
    path: operation.path,
  };
}

/** Where an operation leaves its node. */
export function placeOf({ directoryId, name }: Operation): NodePlace {
  return { directory: directoryId, name };
}

/** An operation for people. */
export function described(operation: Operation): PendingOperation {
  const { attributes: { from, sizeBytes }, fileType, kind, path } = operation;
  return {
    operation: kind,
    fileType,
    path,
    sizeBytes,
    ...(from ? { from: from.path } : {}),
  };
}
