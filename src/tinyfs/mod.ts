/**
 * A filesystem in memory, over any kind of directory.
 *
 * {@linkcode FS} has a root; a {@linkcode WorkingDir} takes paths and does
 * everything that paths can do; a {@linkcode NodePath} is a node together with
 * the way that led to it; a {@linkcode Node} is a file, a directory or a
 * symlink. Whoever implements {@linkcode Directory} has directories of their
 * own, such as one that computes its children when it is asked.
 *
 * Nothing here knows of storage or of a platform: this module runs anywhere.
 *
 * @example Files, symlinks and patterns
 * ```ts
 * import { FS } from "@duckpond/pond/tinyfs";
 * import { assertEquals } from "@std/assert";
 *
 * const { root } = new FS();
 * await root.createDirectory("/sensors");
 * await root.createFile("/sensors/lake.csv", "t,m\n1,20.5\n");
 * await root.createSymlink("/latest", "sensors/lake.csv");
 *
 * const bytes = await root.readFile("/latest");
 * assertEquals(new TextDecoder().decode(bytes), "t,m\n1,20.5\n");
 *
 * for await (const { path, captures } of root.glob("/sensors/*.csv")) {
 *   assertEquals([path, ...captures], ["/sensors/lake.csv", "lake"]);
 * }
 * ```
 *
 * @module
 */
export { ComputedDirectory } from "./computed_directory.ts";
export { dumpTree } from "./dump.ts";
export { FS, type FSParts, type MemoryOptions } from "./fs.ts";
export {
  type Glob,
  type GlobAlternative,
  isLiteral,
  matchGlob,
  type NameMatcher,
  parseGlob,
  type Token,
} from "./glob.ts";
export { inquiryOf } from "./inquiry.ts";
export {
  MemoryDirectory,
  MemoryNodeFactory,
  type TimeSource,
} from "./memory.ts";
export { newNodeId } from "./node_id.ts";
export { NodePath } from "./node_path.ts";
export { joinPath, NAME_MAX_BYTES } from "./path.ts";
export {
  MAX_SYMLINKS,
  type Place,
  type ResolveOptions,
  type ResolveStart,
} from "./resolve.ts";
export type * from "./types.ts";
export type { Match, VisitOptions } from "./visit.ts";
export { WorkingDir } from "./working_dir.ts";
