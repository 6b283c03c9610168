/**
 * Unpacks zstd, for what isn't Parquet.
 *
 * @module
 */
import { invariant } from "../errors.ts";

/** What unpacks zstd, loaded when it is asked for. */
export async function loadZstd(): Promise<
  (bytes: Uint8Array, length: number) => Uint8Array
> {
  const { compressors } = await import("hyparquet-compressors");
  const { ZSTD } = compressors;
  invariant(ZSTD !== undefined, "the library has zstd");
  // A part of a buffer of its own, which may begin anywhere.
  return (bytes, length) => ZSTD(bytes, length).slice();
}
