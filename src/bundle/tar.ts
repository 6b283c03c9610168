/**
 * Tar archives, as streams: the one file that names `modern-tar`.
 *
 * Written are pax archives: ustar headers, and for what doesn't fit into one (long
 * names, other than ASCII, more than 8 GiB) an extended header before it. The same
 * members make the same bytes: the owner is nobody, and times are given.
 *
 * @see {@link https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html}
 * @module
 */
import { createTarDecoder, createTarPacker } from "modern-tar";
import type { Bytes } from "../bytes.ts";
import { PondError } from "../errors.ts";

/** What a member of an archive is. */
export type MemberType = "file" | "directory" | "symlink" | "link";

/** A member of an archive that is written. */
export interface TarMember {
  /** Its path. */
  readonly path: string;
  /** What it is; a `link` is another name of an earlier member. */
  readonly type: MemberType;
  /** Length of the content of a file, in bytes. */
  readonly sizeBytes: number;
  /** Time of the last change, in milliseconds since the epoch, UTC. */
  readonly modifiedMs: number;
  /** The POSIX permission bits. */
  readonly mode: number;
  /** Of a link: the path of the other member; of a symlink: where it points. */
  readonly target?: string;
  /** The content of a file, in exactly so many bytes. */
  readonly content?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A member of an archive that is read. */
export interface ReadMember {
  /** Its path, as it was written. */
  readonly path: string;
  /** What it is; anything that isn't one of these is refused. */
  readonly type: MemberType;
  /** Length of the content in bytes. */
  readonly sizeBytes: number;
  /** Where a link or symlink points. */
  readonly target: string;
  /** The content; the next member comes when it was read or given up. */
  readonly content: AsyncIterable<Uint8Array>;
}

const TYPES: readonly string[] = [
  "file",
  "directory",
  "symlink",
  "link",
] satisfies readonly MemberType[];

/** Writes an archive; a few megabytes of it are in memory at a time. */
export async function* writeTar(
  members: AsyncIterable<TarMember>,
): AsyncGenerator<Uint8Array> {
  const { controller, readable } = createTarPacker();
  const reader = readable.getReader();
  const writing = addAll(controller, members);
  // Its failure comes out of the reader, which is told of it.
  const written = writing.then(
    () => controller.finalize(),
    (error) => controller.error(error),
  );
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
  } finally {
    await reader.cancel();
    await written.catch(() => {});
  }
}

async function addAll(
  controller: ReturnType<typeof createTarPacker>["controller"],
  members: AsyncIterable<TarMember>,
): Promise<void> {
  for await (const member of members) {
    const { content = [], mode, modifiedMs, path, sizeBytes, target, type } =
      member;
    const writer = controller.add({
      name: path,
      type,
      size: type === "file" ? sizeBytes : 0,
      mtime: new Date(Math.floor(modifiedMs / 1000) * 1000),
      mode,
      uid: 0,
      gid: 0,
      uname: "",
      gname: "",
      ...(target === undefined ? {} : { linkname: target }),
    }).getWriter();
    // Bytes that the packer hasn't handed on yet must stay what they are.
    for await (const chunk of content) await writer.write(chunk.slice());
    await writer.close();
  }
}

/**
 * Reads an archive, member by member, whose contents must be read before the next
 * one.
 *
 * @param source What it is called in errors.
 * @throws {PondError} `INTEGRITY` when it ends too early, or is no archive.
 */
export async function* readTar(
  bytes: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<ReadMember> {
  const failed: { cause?: unknown } = {};
  const told = (error: unknown) => {
    if (failed.cause !== undefined) return failed.cause;
    if (error instanceof PondError || !(error instanceof Error)) return error;
    // What the library throws has no class of its own.
    if (!/^(?:Tar|Invalid|Too many)\b/i.test(error.message)) return error;
    return noArchive(source, plain(error.message));
  };
  const members = ReadableStream.from(guarded(bytes, failed)).pipeThrough(
    createTarDecoder({ strict: true }),
  );
  try {
    for await (const { body, header } of members) {
      const { linkname = "", name, size, type = "file" } = header;
      if (!isType(type)) {
        throw noArchive(source, `${name} is a ${type} in it`);
      }
      yield {
        path: name,
        type,
        sizeBytes: size,
        target: linkname,
        content: telling(body, told),
      };
    }
  } catch (error) {
    throw told(error);
  }
}

/** The same chunks; what goes wrong with them is told by a function. */
async function* telling(
  chunks: AsyncIterable<Uint8Array>,
  told: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw told(error);
  }
}

/** Keeps what went wrong with the source apart from what is wrong in it. */
async function* guarded(
  bytes: AsyncIterable<Uint8Array>,
  failed: { cause?: unknown },
): AsyncGenerator<Bytes> {
  try {
    for await (const chunk of bytes) yield chunk.slice();
  } catch (error) {
    failed.cause = error;
    throw error;
  }
}

function isType(type: string): type is MemberType {
  return TYPES.includes(type);
}

/** The library's sentence as a part of ours. */
function plain(message: string): string {
  return message.slice(0, 1).toLowerCase() +
    message.slice(1).replace(/\.$/, "");
}

function noArchive(source: string, why: string): PondError {
  return new PondError(
    "INTEGRITY",
    `Cannot read the bundle ${source}: ${why}`,
    {
      path: source,
      hint: "copy it again, or bundle the pond again; nothing was made",
    },
  );
}
