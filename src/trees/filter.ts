/**
 * Which parts of a tree are meant: `--include`, `--exclude`, and on the host
 * `.pondignore`.
 *
 * Paths begin with a slash, which is the top of the tree. A pattern without a
 * slash is one of names, wherever they are; with one, of paths from the top. What
 * lies in an excluded directory is excluded with it, whatever else says so. What
 * is named itself, or by a pattern, is meant by its name as well: a file is one
 * in the top of a tree of its own.
 *
 * @module
 */
import { type Glob, matchGlob, parseGlob } from "../tinyfs/mod.ts";

/** The patterns of a command line. */
export interface FilterOptions {
  /** Files must match one of these, if there are any. */
  readonly include: readonly string[];
  /** What matches one of these is left out. */
  readonly exclude: readonly string[];
  /** Only these paths from the top, and what is in them, if that is said. */
  readonly listed?: readonly string[];
}

/** Something in a tree. */
export interface Candidate {
  /** Its path from the top, which begins with a slash. */
  readonly path: string;
  /** Whether it is a directory. */
  readonly isDirectory: boolean;
}

/** Says what of a tree is meant. */
export class TreeFilter {
  readonly #include: readonly Glob[];
  readonly #exclude: readonly Glob[];
  /** Those of `#exclude` that are of names. */
  readonly #excludedNames: readonly Glob[];
  /** Paths from the top that are meant, and those above them. */
  readonly #listed: ReadonlySet<string> | undefined;
  readonly #above = new Set<string>();
  readonly #missing: Set<string>;

  /**
   * @param options The patterns.
   * @throws {PondError} `INVALID_ARGUMENT` for one that is none.
   */
  constructor({ exclude, include, listed }: FilterOptions) {
    this.#listed = listed && new Set(listed);
    this.#missing = new Set(listed);
    for (const path of listed ?? []) {
      for (const above of pathsAbove(path)) this.#above.add(above);
    }
    this.#include = include.map(globOf);
    this.#exclude = exclude.map(globOf);
    this.#excludedNames = exclude.filter((it) => !isAnchored(it)).map(globOf);
  }

  /** Whether files are chosen, so that a directory alone means nothing. */
  get chooses(): boolean {
    return this.#include.length > 0 || this.#listed !== undefined;
  }

  /** What was listed, and never asked for: it isn't there. */
  get missing(): readonly string[] {
    return [...this.#missing];
  }

  /**
   * Whether something is meant that is named itself.
   *
   * @param name Its last name; empty where only what is in it is meant.
   */
  takesNamed(name: string, isDirectory: boolean): boolean {
    const candidate = { path: `/${name}`, isDirectory };
    if (!isDirectory) return this.takes(candidate);
    return name === "" ||
      !this.#excludedNames.some((glob) => matches(glob, candidate));
  }

  /** Whether something is meant, if its directory is. */
  takes(candidate: Candidate): boolean {
    if (!this.#isListed(candidate)) return false;
    if (this.#exclude.some((glob) => matches(glob, candidate))) return false;
    return candidate.isDirectory || this.#include.length === 0 ||
      this.#include.some((glob) => matches(glob, candidate));
  }

  /** Whether it is listed, in what is, or on the way there. */
  #isListed({ isDirectory, path }: Candidate): boolean {
    if (this.#listed === undefined) return true;
    this.#missing.delete(path);
    return this.#listed.has(path) || (isDirectory && this.#above.has(path)) ||
      pathsAbove(path).some((above) => this.#listed?.has(above));
  }
}

/** The directories that a path lies in, but for the top. */
function pathsAbove(path: string): readonly string[] {
  const names = path.split("/").slice(1, -1);
  return names.map((_, i) => `/${names.slice(0, i + 1).join("/")}`);
}

function globOf(pattern: string): Glob {
  const path = pattern.startsWith("/") ? pattern : `/${pattern}`;
  return parseGlob(isAnchored(pattern) ? path : `/**${path}`);
}

/** Whether a pattern is one of paths from the top. */
function isAnchored(pattern: string): boolean {
  return /\/./.test(pattern);
}

function matches(glob: Glob, { isDirectory, path }: Candidate): boolean {
  if (matchGlob(glob, path) === undefined) return false;
  return isDirectory || !glob.alternatives.every(({ directory }) => directory);
}
