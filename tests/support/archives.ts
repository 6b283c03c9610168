/**
 * Bundles of ponds in memory, taken apart and put together again.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { concatBytes, decodeUtf8, encodeUtf8 } from "../../src/bytes.ts";
import { openBundle, unbundle } from "../../src/bundle/mod.ts";
import type { BundleOptions, UnbundleReport } from "../../src/bundle/mod.ts";
import { readTar, type TarMember, writeTar } from "../../src/bundle/tar.ts";
import type { Host } from "../../src/host/host.ts";
import { POND } from "./checked_pond.ts";

/** A member with its content. */
export interface WholeMember extends Omit<TarMember, "content"> {
  /** The content. */
  readonly bytes: Uint8Array;
}

/** The bundle of a pond. */
export async function bundleOf(
  host: Host,
  options: BundleOptions = {},
): Promise<Uint8Array> {
  await using bundle = await openBundle(host, POND, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of bundle.bytes()) chunks.push(chunk.slice());
  return concatBytes(chunks);
}

/** Makes a pond of an archive. */
export async function unbundled(
  host: Host,
  archive: Uint8Array,
  directory: string,
): Promise<UnbundleReport> {
  return await unbundle(
    host,
    { name: "x.tar", bytes: chunksOfArchive(archive) },
    directory,
  );
}

/** An archive as it comes from a disk. */
export async function* chunksOfArchive(
  archive: Uint8Array,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < archive.length; at += 10_000) {
    yield await Promise.resolve(archive.subarray(at, at + 10_000));
  }
}

/** Takes an archive apart. */
export async function membersOf(archive: Uint8Array): Promise<WholeMember[]> {
  const members: WholeMember[] = [];
  for await (
    const { content, path, sizeBytes, target, type } of readTar(
      chunksOfArchive(archive),
      "x.tar",
    )
  ) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    const rest = { path, sizeBytes, type, modifiedMs: 0, mode: 0o644 };
    const bytes = concatBytes(chunks);
    members.push(
      target === "" ? { ...rest, bytes } : { ...rest, bytes, target },
    );
  }
  return members;
}

/** Puts one together, with sums that are right. */
export async function archiveOf(
  members: readonly WholeMember[],
): Promise<Uint8Array> {
  const lines: string[] = [];
  const digests = new Map<string, string>();
  const all = members.filter(({ path }) => !path.startsWith("pond/sums/"));
  for (const { bytes, path, target = "", type } of all) {
    const digest = type === "file"
      ? createHash("sha256").update(bytes).digest("hex")
      : type === "link"
      ? digests.get(target)
      : undefined;
    if (digest === undefined) continue;
    digests.set(path, digest);
    lines.push(`${digest}  ${path.replace(/^pond\//, "")}\n`);
  }
  const sums = encodeUtf8(lines.join(""));
  return await rawArchiveOf([...all, {
    path: "pond/sums/00001.sha256",
    type: "file",
    sizeBytes: sums.length,
    modifiedMs: 0,
    mode: 0o644,
    bytes: sums,
  }]);
}

/** Puts one together as it is. */
export async function rawArchiveOf(
  members: readonly WholeMember[],
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  async function* each(): AsyncGenerator<TarMember> {
    for (const { bytes, ...member } of members) {
      const isFile = member.type === "file";
      yield await Promise.resolve({
        ...member,
        sizeBytes: isFile ? bytes.length : 0,
        ...(isFile ? { content: [bytes] } : {}),
      });
    }
  }
  for await (const chunk of writeTar(each())) chunks.push(chunk.slice());
  return concatBytes(chunks);
}

/** A file. */
export function fileMember(path: string, text: string): WholeMember {
  const bytes = encodeUtf8(text);
  return {
    path,
    type: "file",
    sizeBytes: bytes.length,
    modifiedMs: 0,
    mode: 0o644,
    bytes,
  };
}

/** The content of a member. */
export function textOfMember(
  members: readonly WholeMember[],
  path: string,
): string {
  const member = members.find((member) => member.path === path);
  return decodeUtf8(member?.bytes ?? new Uint8Array());
}
