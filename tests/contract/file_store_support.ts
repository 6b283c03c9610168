/**
 * What the tests of the contract of a file store share.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { type Bytes, decodeUtf8 } from "../../src/bytes.ts";
import { PondError, type PondErrorCode } from "../../src/errors.ts";
import type { FileStore } from "../../src/host/host.ts";

/** Registers a test of the store. */
export type Register = (
  title: string,
  run: (files: FileStore, at: (name: string) => string) => Promise<void>,
) => void;

/** Requires a {@linkcode PondError} that names the path, and returns it. */
export async function assertFails(
  work: () => Promise<unknown>,
  code: PondErrorCode,
  path: string,
): Promise<PondError> {
  const error = await assertRejects(work, PondError, path);
  assertEquals(error.code, code, error.message);
  assertEquals(error.path, path);
  return error;
}

/** Writes a new file. */
export async function put(
  files: FileStore,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  await using file = await files.create(path);
  await file.write(bytes);
}

/** The text of a file. */
export async function textOf(files: FileStore, path: string): Promise<string> {
  return decodeUtf8(await files.read(path));
}

/** The names in a directory, in order, and their types. */
export async function typesIn(
  files: FileStore,
  path: string,
): Promise<Record<string, string>> {
  const entries: [string, string][] = [];
  for await (const { name, type } of files.list(path)) {
    entries.push([name, type]);
  }
  const types = Object.fromEntries(entries.sort());
  assertEquals(Object.keys(types).length, entries.length);
  return types;
}

/** How promises were settled, in alphabetical order. */
export function statuses(
  results: readonly PromiseSettledResult<unknown>[],
): string[] {
  return results.map(({ status }) => status).sort();
}

/** Bytes that differ from chunk to chunk and from sector to sector. */
export function pattern(length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

/** Whether two arrays hold the same bytes; quick for large ones. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
