/**
 * A filesystem: a root directory, and what makes its nodes.
 *
 * @module
 */
import { MemoryNodeFactory, type TimeSource } from "./memory.ts";
import type { Directory, NodeFactory } from "./types.ts";
import { WorkingDir } from "./working_dir.ts";

/** Options of a filesystem in memory. */
export interface MemoryOptions {
  /**
   * Where times come from, such as a host's clock. Left out, times count the
   * changes from 0.
   */
  readonly time?: TimeSource;
}

/** What a filesystem of another kind is made of. */
export interface FSParts {
  /** Its root. */
  readonly root: Directory;
  /** Makes the nodes that paths create. */
  readonly factory: NodeFactory;
}

/**
 * A filesystem.
 *
 * @example In memory
 * ```ts
 * import { FS } from "@duckpond/pond/tinyfs";
 * import { assertEquals } from "@std/assert";
 *
 * const fs = new FS();
 * await fs.root.createDirectory("/sensors/lake", { recursive: true });
 * await fs.root.createFile("/sensors/lake/depth.csv", "t,m\n1,20.5\n");
 *
 * const found: string[] = [];
 * await fs.root.visit("/sensors/l?ke/*.csv", ({ path, captures }) => {
 *   found.push(path, ...captures);
 * });
 * assertEquals(found, ["/sensors/lake/depth.csv", "a", "depth"]);
 * ```
 */
export class FS {
  /** The root, as a directory to work from. */
  readonly root: WorkingDir;

  /**
   * Makes a filesystem.
   *
   * @param parts A root and a factory, or options of one in memory.
   */
  constructor(parts: FSParts | MemoryOptions = {}) {
    const { root, factory } = "root" in parts ? parts : inMemory(parts);
    this.root = WorkingDir.ofRoot(root, factory);
  }
}

function inMemory({ time }: MemoryOptions): FSParts {
  const factory = new MemoryNodeFactory(time);
  return { root: factory.newDirectory(), factory };
}
