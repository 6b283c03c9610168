/**
 * A library that an executable carries, between Deno and what Deno embeds.
 *
 * An executable of `deno compile` reads all that is embedded in it whenever it
 * starts: 70 MB of a library cost 80 ms, although most commands don't need it.
 * So on Linux the library stands before, where nothing reads it:
 *
 * ```text
 * Deno's own program
 * the library
 * its length, 8 bytes; "POND-LIB"          little-endian, both here and below
 * what is embedded, with its end:          8 bytes of a mark, and in 8 bytes the
 *                                          length of all this
 * ```
 *
 * @module
 */

/** The end of the library. */
const MARK = "POND-LIB";
/** The length and the mark. */
const MARK_BYTES = 16;
/** The end of what Deno embeds. */
const END_BYTES = 16;

/** Where a library is in an executable. */
export interface LibraryPlace {
  /** The first byte. */
  readonly offset: number;
  /** How many. */
  readonly sizeBytes: number;
}

/**
 * Finds the library that an executable carries.
 *
 * @param path The executable.
 * @returns `undefined` when it carries none.
 */
export async function findLibrary(
  path: string,
): Promise<LibraryPlace | undefined> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const end = embeddedOffset(
    await readAt(file, size - END_BYTES, END_BYTES),
    size,
  );
  if (end === undefined || end < MARK_BYTES) return undefined;
  const mark = await readAt(file, end - MARK_BYTES, MARK_BYTES);
  const sizeBytes = lengthIn(mark, 0);
  if (new TextDecoder().decode(mark.subarray(8)) !== MARK) return undefined;
  const offset = end - MARK_BYTES - sizeBytes;
  return offset >= 0 ? { offset, sizeBytes } : undefined;
}

/**
 * Reads the library that an executable carries.
 *
 * @param path The executable.
 * @param place As {@linkcode findLibrary} has it.
 */
export async function readLibrary(
  path: string,
  { offset, sizeBytes }: LibraryPlace,
): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  return await readAt(file, offset, sizeBytes);
}

/**
 * Makes an executable of `deno compile` carry a library.
 *
 * @param executable Its bytes.
 * @param library The library's.
 * @returns Its bytes with the library, in three pieces.
 * @throws {TypeError} When it is no such executable.
 */
export function withLibrary(
  executable: Uint8Array<ArrayBuffer>,
  library: Uint8Array<ArrayBuffer>,
): readonly Uint8Array<ArrayBuffer>[] {
  const { length } = executable;
  const offset = embeddedOffset(executable.subarray(-END_BYTES), length);
  if (offset === undefined) {
    throw new TypeError("Cannot attach a library: there is nothing embedded");
  }
  const mark = new Uint8Array(MARK_BYTES);
  new DataView(mark.buffer).setBigUint64(0, BigInt(library.length), true);
  mark.set(new TextEncoder().encode(MARK), 8);
  return [
    executable.subarray(0, offset),
    library,
    mark,
    executable.subarray(offset),
  ];
}

/** Where that begins which is embedded in an executable. */
function embeddedOffset(
  end: Uint8Array<ArrayBuffer>,
  size: number,
): number | undefined {
  if (end.length < END_BYTES) return undefined;
  const offset = size - lengthIn(end, 8);
  return offset > 0 && offset < size ? offset : undefined;
}

function lengthIn(bytes: Uint8Array<ArrayBuffer>, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Number(view.getBigUint64(at, true));
}

async function readAt(
  file: Deno.FsFile,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  await file.seek(Math.max(0, offset), Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const count = await file.read(bytes.subarray(read));
    if (count === null) break;
    read += count;
  }
  return bytes.subarray(0, read);
}
