/**
 * Bytes as programs for Node hold them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Bytes } from "../bytes.ts";
import type { Buffers, NodeEncoding } from "./host.ts";

/** Buffers and text by `node:buffer`. */
export const NODE_BUFFERS: Buffers = {
  wrap: ({ buffer, byteOffset, length }) =>
    Buffer.from(buffer, byteOffset, length),
  text: (bytes, encoding) => view(bytes).toString(encoding),
  bytes: (text: string, encoding: NodeEncoding): Bytes =>
    new Uint8Array(Buffer.from(text, encoding)),
};

function view({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
