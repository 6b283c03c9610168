/**
 * A filesystem in memory, over any kind of directory.
 *
 * ```text
 * FS           a root, and what makes nodes
 * WorkingDir   a directory to work from: takes paths, does all that they can do
 * NodePath     a node together with the way that led to it
 * Node         a file, a directory or a symlink; it has no name of its own
 * Directory    what names nodes; implement it to have a kind of your own
 * ```
 *
 * Nothing here knows of storage or of a platform: this module runs anywhere.
 * Everything that waits for somebody else to answer is a promise, and what
 * callers can expect to go wrong is a `PondError` with a code.
 *
 * @example Files, directories and symlinks
 * ```ts
 * import { FS } from "@duckpond/pond/tinyfs";
 * import { assertEquals } from "@std/assert";
 *
 * const { root } = new FS();
 * await root.createDirectory("/sensors/lake", { recursive: true });
 * await root.createFile("/sensors/lake/depth.csv", "t,m\n1,20.5\n");
 * await root.createSymlink("/latest", "sensors/lake/depth.csv");
 *
 * const bytes = await root.readFile("/latest");
 * assertEquals(new TextDecoder().decode(bytes), "t,m\n1,20.5\n");
 *
 * const { path, node } = await root.resolve("/latest");
 * assertEquals([path, node.type], ["/sensors/lake/depth.csv", "file"]);
 * ```
 *
 * @example Content is streamed, in and out
 * ```ts
 * import { FS } from "@duckpond/pond/tinyfs";
 * import { assertEquals } from "@std/assert";
 *
 * async function* readings() {
 *   for (let t = 1; t <= 3; t++) yield new TextEncoder().encode(`${t},20.5\n`);
 * }
 *
 * const { root } = new FS();
 * await root.createFile("/depth.csv", readings());
 * const text = (await root.streamFile("/depth.csv", { offset: 7 }))
 *   .pipeThrough(new TextDecoderStream());
 * assertEquals((await Array.fromAsync(text)).join(""), "2,20.5\n3,20.5\n");
 * ```
 *
 * @example Patterns capture what their wildcards stand for
 * ```ts
 * import { FS } from "@duckpond/pond/tinyfs";
 * import { assertEquals } from "@std/assert";
 *
 * const { root } = new FS();
 * await root.createDirectory("/lakes/north", { recursive: true });
 * await root.createFile("/lakes/north/depth-2024.csv", "…");
 * await root.createFile("/lakes/north/depth-2025.txt", "…");
 *
 * const found: string[][] = [];
 * await root.visit("/lakes/n*h/*-*.{csv,txt}", ({ captures }) => {
 *   found.push([...captures]);
 * });
 * assertEquals(found, [["ort", "depth", "2024"], ["ort", "depth", "2025"]]);
 *
 * // "**" has a capture for each directory that it stands for.
 * const deep = await Array.fromAsync(root.glob("/**"), (it) => it.captures);
 * assertEquals(deep.at(-1), ["lakes", "north", "depth-2025.txt"]);
 * ```
 *
 * @example A directory that nothing leads out of
 * ```ts
 * import { FS } from "@duckpond/pond/tinyfs";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const { root } = new FS();
 * await root.createFile("/secret", "…");
 * await root.createDirectory("/guest");
 * await root.createSymlink("/guest/out", "../secret");
 *
 * const guest = await root.confine("/guest");
 * assertEquals(await guest.exists("/../../secret"), false);
 * await assertRejects(() => guest.readFile("/out"), Error, "leads out of");
 * ```
 *
 * @example One node, several names
 * ```ts
 * import { FS } from "@duckpond/pond/tinyfs";
 * import { assertEquals } from "@std/assert";
 *
 * const { root } = new FS();
 * const { node } = await root.createFile("/a", "1");
 * await root.insert("/b", node);
 * await root.updateFile("/b", "23");
 * await root.remove("/b");
 * assertEquals((await root.metadata("/a")).sizeBytes, 2);
 * ```
 *
 * @example A directory that is computed when it is asked
 * ```ts
 * import { ComputedDirectory, FS, type WorkingDir } from "@duckpond/pond/tinyfs";
 * import type { Inquiry } from "@duckpond/pond/tinyfs";
 * import { assertEquals } from "@std/assert";
 *
 * // All files called "latest", by the lake that they are of.
 * class Latest extends ComputedDirectory {
 *   constructor(readonly root: WorkingDir) {
 *     super();
 *   }
 *   protected override async *children(inquiry: Inquiry) {
 *     const matches = this.root.glob("/lake/?????/latest", { inquiry });
 *     for await (const { captures, node } of matches) {
 *       yield { name: captures.join(""), node };
 *     }
 *   }
 * }
 *
 * const { root } = new FS();
 * await root.createDirectory("/lake/north", { recursive: true });
 * await root.createFile("/lake/north/latest", "20.5");
 * await root.insert("/latest-of-all", new Latest(root));
 *
 * const bytes = await root.readFile("/latest-of-all/north");
 * assertEquals(new TextDecoder().decode(bytes), "20.5");
 * ```
 *
 * @module
 */
export { ComputedDirectory } from "./computed_directory.ts";
export type { Bytes, ByteSource } from "../bytes.ts";
export { dumpTree } from "./dump.ts";
export { FS, type FSParts, type MemoryOptions } from "./fs.ts";
export {
  type Glob,
  type GlobAlternative,
  type NameMatcher,
  parseGlob,
  type Token,
} from "./glob.ts";
export { matchGlob } from "./glob_match.ts";
export { inquiryOf } from "./inquiry.ts";
export {
  MemoryDirectory,
  MemoryNodeFactory,
  type TimeSource,
} from "./memory.ts";
export { newNodeId } from "./node_id.ts";
export { NodePath } from "./node_path.ts";
export { isLiteral, joinPath, NAME_MAX_BYTES } from "./path.ts";
export {
  MAX_SYMLINKS,
  type Place,
  type ResolveOptions,
  type ResolveStart,
} from "./resolve.ts";
export type * from "./types.ts";
export type { Match, VisitOptions } from "./visit.ts";
export { WorkingDir } from "./working_dir.ts";
