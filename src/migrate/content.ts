/**
 * The bytes of versions, as they come out of a source.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";
import { IntegrityError, PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import type { SourceVersion } from "./source.ts";

/** What is known of a version before its bytes are read. */
export type Expected = Pick<SourceVersion, "bytes" | "sizeBytes">;

/** More than this is not unpacked into memory. */
const MAX_UNPACKED_BYTES = 1 << 30;

/**
 * Reads a version: exactly as many bytes as it has to have.
 *
 * @throws {IntegrityError} When it is missing, or has more or fewer.
 */
export async function* readVersion(
  { files }: Host,
  { bytes: { hostPath, isPacked }, sizeBytes }: Expected,
  signal?: AbortSignal,
): AsyncGenerator<Bytes> {
  const stat = await files.stat(hostPath);
  if (stat?.type !== "file") {
    throw new IntegrityError(hostPath, "its file is missing");
  }
  if (isPacked) {
    if (sizeBytes > MAX_UNPACKED_BYTES || stat.sizeBytes > MAX_UNPACKED_BYTES) {
      throw new IntegrityError(hostPath, "it is larger than 1 GiB");
    }
    const { unzstdAtMost } = await import("../host/packing.ts");
    const packed = await files.read(hostPath);
    const content = unzstdAtMost(packed, sizeBytes, hostPath);
    if (content.length !== sizeBytes) {
      throw sized(hostPath, content.length, sizeBytes);
    }
    yield content;
    return;
  }
  if (stat.sizeBytes !== sizeBytes) {
    throw sized(hostPath, stat.sizeBytes, sizeBytes);
  }
  const options = signal === undefined ? {} : { signal };
  let read = 0;
  for await (const chunk of await files.stream(hostPath, options)) {
    read += chunk.length;
    yield chunk;
  }
  if (read !== sizeBytes) throw sized(hostPath, read, sizeBytes);
}

/**
 * Hashes a version.
 *
 * @throws {IntegrityError} As {@linkcode readVersion}.
 */
export async function hashOf(
  host: Host,
  version: Expected,
  signal?: AbortSignal,
): Promise<string> {
  const hash = await host.hasher.sha256();
  for await (const chunk of readVersion(host, version, signal)) {
    hash.update(chunk);
  }
  return hash.digestHex();
}

/**
 * Reads a version, and fails at its end when it is another one than before.
 *
 * @throws {PondError} `CONFLICT`, or as {@linkcode readVersion}.
 */
export async function* readChecked(
  host: Host,
  version: SourceVersion,
  signal?: AbortSignal,
): AsyncGenerator<Bytes> {
  const hash = await host.hasher.sha256();
  for await (const chunk of readVersion(host, version, signal)) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digestHex() === version.sha256) return;
  const { hostPath } = version.bytes;
  throw new PondError(
    "CONFLICT",
    `Cannot read ${hostPath}: it has changed since it was checked`,
    { path: hostPath, hint: "run it again when nobody writes there" },
  );
}

function sized(path: string, found: number, listed: number): IntegrityError {
  return new IntegrityError(
    path,
    `it has ${found} bytes, and is listed with ${listed}`,
  );
}
