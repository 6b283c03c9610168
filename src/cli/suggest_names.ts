/**
 * The nearest tags and branches to a wrong name.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { TinyLogFS } from "../tinylogfs/mod.ts";
import { didYouMean, nearest } from "../suggest.ts";

/**
 * An error of a name that isn't there, with what was perhaps meant as its hint.
 *
 * @param wrong The name.
 * @param kind What it names: a revision may be a tag.
 */
export async function withNames(
  fs: TinyLogFS,
  error: unknown,
  wrong: string,
  kind: "branch" | "revision",
): Promise<unknown> {
  if (!hasCode(error, "NOT_FOUND", "REVISION_NOT_FOUND")) return error;
  const known = kind === "branch"
    ? await Array.fromAsync(fs.branches())
    : await fs.tags();
  const hint = didYouMean(nearest(wrong, known.map(({ name }) => name)));
  if (hint === undefined) return error;
  return new PondError(error.code, error.message, {
    hint,
    cause: error.cause,
    ...(error.path === undefined ? {} : { path: error.path }),
  });
}

/**
 * Does something with a name.
 *
 * @throws {PondError} What the work throws, with the nearest names as a hint.
 */
export async function naming<T>(
  fs: TinyLogFS,
  name: string,
  kind: "branch" | "revision",
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await withNames(fs, error, name, kind);
  }
}
