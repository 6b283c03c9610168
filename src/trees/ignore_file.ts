/**
 * `.pondignore`: what of a directory of the host is not put, in the language of
 * `.gitignore`.
 *
 * Each directory may have one, which holds for what is in it; where several say
 * something of a path, the one that is nearest to it counts.
 *
 * @see {@link https://git-scm.com/docs/gitignore}
 * @module
 */
import ignore from "ignore";
import type { Candidate } from "./filter.ts";

/** Decides what is ignored in a directory, and below it. */
export class IgnoreRules {
  readonly #above: IgnoreRules | undefined;
  readonly #directory: string;
  readonly #rules: ignore.Ignore;

  /**
   * Reads a file.
   *
   * @param text What it says.
   * @param directory Where it lies, from the top of the tree: `/` or `/a/b`.
   * @param above What holds for the directory.
   */
  constructor(text: string, directory: string, above: IgnoreRules | undefined) {
    this.#above = above;
    this.#directory = directory === "/" ? "/" : `${directory}/`;
    this.#rules = ignore().add(text);
  }

  /** Whether something is ignored, if its directory is not. */
  ignores(candidate: Candidate): boolean {
    const { isDirectory, path } = candidate;
    const below = path.slice(this.#directory.length);
    const { ignored, unignored } = this.#rules.test(
      isDirectory ? `${below}/` : below,
    );
    if (ignored || unignored) return ignored;
    return this.#above?.ignores(candidate) ?? false;
  }
}
