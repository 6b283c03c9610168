/**
 * Identities of nodes in memory.
 *
 * They count up from 1 through all filesystems of a program, so that a tree may
 * hold nodes of several. 0 is the root of what is stored, and never given.
 *
 * @module
 */
import type { NodeId } from "./types.ts";

let last = 0;

/** Makes an identity that no other node in memory has. */
export function newNodeId(): NodeId {
  return nodeIdOf(newSerial());
}

/** The number of a new identity: what a node keeps to be small. */
export function newSerial(): number {
  return ++last;
}

/** A number as an identity: 32 hexadecimal digits. */
export function nodeIdOf(serial: number): NodeId {
  return serial.toString(16).padStart(32, "0") as NodeId;
}
