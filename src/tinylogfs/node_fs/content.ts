/**
 * From what programs for Node write to bytes.
 *
 * @module
 */
import type { ByteSource } from "../../bytes.ts";
import type { Buffers } from "../../host/host.ts";
import { encodingOf } from "./arguments.ts";
import { NodeArgumentError } from "./errors.ts";
import type {
  NodeEncoding,
  NodeFsContent,
  NodeWriteFileOptions,
} from "./options.ts";

/** Options of writing, by their names. */
export function writeOptionsOf(
  options: NodeWriteFileOptions | NodeEncoding | null | undefined,
): NodeWriteFileOptions {
  return typeof options === "string" ? { encoding: options } : options ?? {};
}

/**
 * Content as the filesystem takes it.
 *
 * @param data What a program writes.
 * @param options How text in it is bytes.
 * @throws {NodeArgumentError} For anything that is no content.
 */
export function contentOf(
  data: NodeFsContent,
  options: NodeWriteFileOptions,
  buffers: Buffers,
): ByteSource {
  const encoding = encodingOf(options) ?? "utf8";
  if (typeof data === "string") return buffers.bytes(data, encoding);
  if (ArrayBuffer.isView(data)) return bytesOf(data);
  const isIterable = typeof data === "object" && data !== null &&
    (Symbol.asyncIterator in data || Symbol.iterator in data);
  if (isIterable) return encoded(data, encoding, buffers);
  throw new NodeArgumentError(
    "ERR_INVALID_ARG_TYPE",
    'The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView',
  );
}

/** The bytes under a typed array or a view. */
export function bytesOf(
  { buffer, byteLength, byteOffset }: ArrayBufferView,
): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function* encoded(
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
  encoding: NodeEncoding,
  buffers: Buffers,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield typeof chunk === "string" ? buffers.bytes(chunk, encoding) : chunk;
  }
}
