/**
 * Directories that last as long as a test.
 *
 * @module
 */

/** A fresh directory of the host, removed with what it holds by its disposal. */
export interface TempDirectory extends AsyncDisposable {
  /** Its absolute path, without symbolic links. */
  readonly path: string;
  /** The path of a name inside it. */
  join(...names: string[]): string;
}

/**
 * Makes a directory.
 *
 * @example Usage
 * ```ts ignore
 * await using temp = await tempDirectory();
 * await Deno.writeTextFile(temp.join("a.txt"), "A");
 * ```
 */
export async function tempDirectory(): Promise<TempDirectory> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "pond-" }));
  return {
    path,
    join: (...names) => [path, ...names].join("/"),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
