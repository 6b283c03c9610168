/**
 * DuckDB's library, where pond is one compiled file.
 *
 * `deno compile` embeds the packages of npm in the executable, as files that
 * only Deno sees. DuckDB's binding is loaded by Deno, which knows how to read
 * it; but it names `libduckdb` as a library to load with it, and that one the
 * dynamic linker looks for on the disk. The executable carries it, beside what
 * is embedded (`executable_library.ts`) or in it; it is written once to the
 * user's cache directory and loaded from there, before the binding: the linker
 * takes a library that is already loaded under the name it looks for.
 *
 * ```text
 * <cache>/pond/lib/<version>-<size>/libduckdb.so           complete, or absent
 * <cache>/pond/lib/<version>-<size>/libduckdb.so.checked   its state when its
 *                                     SHA-256 was last compared, as JSON
 * <cache>/pond/lib/<version>-<size>/libduckdb.so.<uuid>    being written
 * ```
 *
 * Reading and hashing 70 MB takes 200 ms. So the file is hashed when it was
 * written, and again when its size, times or inode are no longer those of the
 * last comparison; a file that doesn't hold the embedded bytes is replaced.
 *
 * @module
 */
import { sha256Hex } from "../bytes.ts";
import { PondError } from "../errors.ts";
import { findLibrary, readLibrary } from "./executable_library.ts";

/** A library in the executable. */
interface EmbeddedLibrary {
  /** Reads it. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  /** Its file name, by which the linker knows it. */
  readonly name: string;
  /** Tells releases apart: version and size. */
  readonly release: string;
}

/** Where the library is loaded; kept, so that it happens once. */
let loading: Promise<void> | undefined;

/**
 * Makes DuckDB importable. To be awaited before `import("@duckdb/node-api")`;
 * does nothing but in a compiled executable, and there only once.
 *
 * @throws {PondError} `IO` when there is no place to write the library to, or
 * it can't be loaded from there. A later call tries again.
 */
export async function loadBundledLibrary(): Promise<void> {
  if (!Deno.build.standalone) return;
  loading ??= load();
  try {
    await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
}

async function load(): Promise<void> {
  const library = await embeddedLibrary();
  const attempts: unknown[] = [];
  for (const cache of cacheDirectories()) {
    try {
      const path = await installed(library, cache);
      // Never closed: DuckDB needs it until the process ends.
      Deno.dlopen(path, {});
      return;
    } catch (error) {
      attempts.push(error);
    }
  }
  throw new PondError(
    "IO",
    `Cannot load DuckDB: no cache directory takes ${library.name}`,
    {
      cause: new AggregateError(attempts),
      hint: "set XDG_CACHE_HOME to a directory that you can write to",
    },
  );
}

async function embeddedLibrary(): Promise<EmbeddedLibrary> {
  const { createRequire } = await import("node:module");
  const api = createRequire(import.meta.resolve("@duckdb/node-api"));
  const bindings = createRequire(api.resolve("@duckdb/node-bindings"));
  const binding = bindings.resolve(
    `@duckdb/node-bindings-${platform()}/duckdb.node`,
  );
  const name = libraryName();
  const version = binding.split(/[/\\]/).at(-2) ?? "unknown";
  const executable = Deno.execPath();
  const place = await findLibrary(executable);
  if (place !== undefined) {
    const read = () => readLibrary(executable, place);
    return { read, name, release: `${version}-${place.sizeBytes}` };
  }
  const path = binding.replace(/duckdb\.node$/, name);
  const { size } = await Deno.stat(path);
  const read = () => Deno.readFile(path);
  return { read, name, release: `${version}-${size}` };
}

function platform(): string {
  const system = Deno.build.os === "windows" ? "win32" : Deno.build.os;
  return `${system}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
}

function libraryName(): string {
  if (Deno.build.os === "windows") return "duckdb.dll";
  return Deno.build.os === "darwin" ? "libduckdb.dylib" : "libduckdb.so";
}

/** Where the library may be kept, the best place first. */
function cacheDirectories(): readonly string[] {
  const home = Deno.env.get("HOME");
  const temporary = Deno.env.get("TMPDIR") ?? Deno.env.get("TEMP") ?? "/tmp";
  const places = [
    Deno.env.get("XDG_CACHE_HOME"),
    Deno.env.get("LOCALAPPDATA"),
    home && `${home}/.cache`,
    `${temporary}/pond-cache-${Deno.uid() ?? "user"}`,
  ];
  return places.flatMap((place) => place ? [place] : []);
}

/**
 * Makes sure that the library lies on the disk.
 *
 * @param library The embedded one.
 * @param cache The user's cache directory; made when missing.
 * @returns Its path there.
 */
async function installed(
  library: EmbeddedLibrary,
  cache: string,
): Promise<string> {
  const directory = `${cache}/pond/lib/${library.release}`;
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  for (const path of [cache, `${cache}/pond`, `${cache}/pond/lib`, directory]) {
    await refuseForeign(path);
  }
  const path = `${directory}/${library.name}`;
  const note = `${path}.checked`;
  const state = await stateOf(path);
  if (state !== undefined && await readIfAny(note) === state) return path;
  const bytes = await library.read();
  const hash = await sha256Hex(bytes);
  if (state === undefined || await hashOf(path) !== hash) {
    await put(path, bytes, hash);
  }
  await Deno.writeTextFile(note, await stateOf(path) ?? "");
  return path;
}

/** Whoever owns the directory could put another library there. */
async function refuseForeign(directory: string): Promise<void> {
  const { uid } = await Deno.stat(directory);
  if (uid === null || uid === Deno.uid()) return;
  throw new PondError(
    "PERMISSION_DENIED",
    `Cannot keep a library in ${directory}: it belongs to another user`,
    { path: directory },
  );
}

/** Writes the library under its name: whole and flushed, or not at all. */
async function put(
  path: string,
  bytes: Uint8Array,
  hash: string,
): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  try {
    await writeFlushed(draft, bytes);
    if (await hashOf(draft) !== hash) {
      throw new PondError("IO", `Cannot write ${path}: it reads back changed`, {
        path,
      });
    }
    await Deno.rename(draft, path);
  } finally {
    await removeIfAny(draft);
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, {
    write: true,
    createNew: true,
    mode: 0o700,
  });
  let written = 0;
  while (written < bytes.length) {
    written += await file.write(bytes.subarray(written));
  }
  await file.sync();
}

async function hashOf(path: string): Promise<string> {
  return await sha256Hex(await Deno.readFile(path));
}

/** What changes when anybody writes to the file; undefined without a file. */
async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { size, mtime, ctime, ino } = await Deno.lstat(path);
    return JSON.stringify({ size, mtime, ctime, ino });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function readIfAny(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function removeIfAny(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
