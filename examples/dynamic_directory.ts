/**
 * Two directories that compute their children when they are asked.
 *
 * ```text
 * ReversedDirectory   another directory's children, by their names reversed
 * GlobDirectory       the matches of a pattern, named by what its wildcards say
 * ```
 *
 * Nothing is copied and nothing is kept: what changes in the files shows here
 * at once. Run it with `deno run --import-map deps/offline.json
 * examples/dynamic_directory.ts`.
 *
 * @module
 */
import {
  ComputedDirectory,
  type Directory,
  type DirectoryItem,
  FS,
  type Inquiry,
  inquiryOf,
  type Node,
  type WorkingDir,
} from "@duckpond/pond/tinyfs";

/** Shows another directory's children with their names reversed. */
export class ReversedDirectory extends ComputedDirectory {
  readonly #source: Directory;

  /** @param source The other directory. */
  constructor(source: Directory) {
    super();
    this.#source = source;
  }

  /** One look-up in the other directory, however large it is. */
  override async get(
    name: string,
    inquiry?: Inquiry,
  ): Promise<Node | undefined> {
    const own = inquiryOf(this, inquiry);
    return own && await this.#source.get(reversed(name), own);
  }

  protected override async *children(
    inquiry: Inquiry,
  ): AsyncGenerator<DirectoryItem> {
    for await (const { name, node } of this.#source.entries(inquiry)) {
      yield { name: reversed(name), node };
    }
  }
}

/** Shows what matches a pattern, each match named by its captures. */
export class GlobDirectory extends ComputedDirectory {
  readonly #root: WorkingDir;
  readonly #pattern: string;
  readonly #separator: string;

  /**
   * Makes the directory.
   *
   * @param root Where the pattern starts.
   * @param pattern The pattern; with no wildcard in it, the one match keeps its
   *   name.
   * @param separator Stands between captures.
   */
  constructor(root: WorkingDir, pattern: string, separator: string = "_") {
    super();
    this.#root = root;
    this.#pattern = pattern;
    this.#separator = separator;
  }

  protected override async *children(
    inquiry: Inquiry,
  ): AsyncGenerator<DirectoryItem> {
    // The pattern may match this very directory, and what is in it: the walk
    // is told who waits for it, and passes over.
    const matches = this.#root.glob(this.#pattern, { inquiry });
    for await (const { at, captures, node } of matches) {
      if (node.id === this.id) continue;
      const name = captures.join(this.#separator);
      yield { name: name === "" ? at.name : name, node };
    }
  }
}

/** By code points, so that each name has one that it is reversed to. */
function reversed(name: string): string {
  return [...name].reverse().join("");
}

/** Makes a tree with both, and says what is in it, a path a line. */
export async function demonstrate(): Promise<string[]> {
  const { root } = new FS();
  await root.createDirectory("/lakes/north", { recursive: true });
  await root.createDirectory("/lakes/south");
  await root.createFile("/lakes/north/depth.csv", "t,m\n1,20.5\n");
  await root.createFile("/lakes/north/notes.txt", "frozen until March\n");
  await root.createFile("/lakes/south/depth.csv", "t,m\n1,7.9\n");

  await root.insert("/all", new GlobDirectory(root, "/**/*.csv"));
  await root.insert(
    "/backwards",
    new ReversedDirectory((await root.open("/lakes/north")).node),
  );

  const lines: string[] = [];
  for (const directory of ["/all", "/backwards"]) {
    for await (const { name, node } of root.entries(directory)) {
      const { sizeBytes } = await node.metadata();
      lines.push(`${directory}/${name}  ${sizeBytes} bytes`);
    }
  }
  const bytes = await root.readFile("/all/lakes_south_depth");
  lines.push(new TextDecoder().decode(bytes.subarray(4)).trimEnd());
  return lines;
}

if (import.meta.main) {
  // deno-lint-ignore no-console
  for (const line of await demonstrate()) console.log(line);
}
