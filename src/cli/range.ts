/**
 * Revisions and paths in the arguments of a command: a word with a slash is a
 * path, and one with an `@` after its beginning; any other one is a revision.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { pathOf } from "./session.ts";

/** What the words of a command name. */
export interface Named {
  /** The revisions, in order. */
  readonly revisions: readonly string[];
  /** The paths, absolute. */
  readonly paths: readonly string[];
}

/** Tells revisions from paths. */
export async function namedIn(words: readonly string[]): Promise<Named> {
  const revisions: string[] = [];
  const paths: string[] = [];
  for (const word of words) {
    if (!isPath(word)) {
      revisions.push(word);
      continue;
    }
    const { path, revision } = await pathOf(word);
    if (revision !== undefined) revisions.push(revision);
    if (!paths.includes(path)) paths.push(path);
  }
  return { revisions, paths };
}

function isPath(word: string): boolean {
  return word.includes("/") || word.indexOf("@") > 0;
}

/**
 * Requires that there are no more revisions than a command takes.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for one too many.
 */
export function requireRevisions(
  { paths, revisions }: Named,
  most: number,
): void {
  const extra = revisions[most];
  if (extra === undefined) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot take ${extra} as one more revision`,
    {
      hint: paths.length > 1
        ? "two revisions of one path: pond diff A B PATH"
        : `a path is written with a slash: /${extra}`,
    },
  );
}
