/**
 * Where paths lead, once their symbolic links are followed. Two paths that differ may
 * lead to one place; whether one lies in another is told by where they lead.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileReader, HostFileType } from "./host.ts";

/** What it takes to follow links. */
export type LinkReader = Pick<FileReader, "readLink" | "stat">;

/** Symbolic links that are followed on the way; as many as Linux follows. */
const MAX_LINKS = 40;

/**
 * Where a file really is, or would be: symbolic links are followed, at its name and
 * on the way to it.
 *
 * @param path Absolute.
 * @throws {PondError} `LOOP` for links that lead to themselves.
 */
export async function realPath(
  files: LinkReader,
  path: string,
): Promise<string> {
  let found = "";
  let links = 0;
  // The next name is the last one.
  const names = namesOf(path);
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (name === "..") {
      found = found.slice(0, Math.max(0, found.lastIndexOf("/")));
      continue;
    }
    const at = `${found}/${name}`;
    if (await typeOf(files, at) !== "symlink") {
      found = at;
      continue;
    }
    if (links++ === MAX_LINKS) {
      throw new PondError("LOOP", `Cannot open ${path}: it links to itself`, {
        path,
      });
    }
    const target = await files.readLink(at);
    if (target.startsWith("/")) found = "";
    names.push(...namesOf(target));
  }
  return found || "/";
}

/**
 * Whether a path leads to a directory, or to a place in it, by whatever links.
 *
 * @param path Absolute; nothing needs to be there.
 * @param directory Absolute.
 * @throws {PondError} `LOOP` for links that lead to themselves.
 */
export async function leadsInto(
  files: LinkReader,
  path: string,
  directory: string,
): Promise<boolean> {
  const around = await realPath(files, directory);
  const real = await realPath(files, path);
  return `${real}/`.startsWith(around === "/" ? "/" : `${around}/`);
}

/** The names of a path, the last one first. */
function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".")
    .reverse();
}

async function typeOf(
  files: LinkReader,
  path: string,
): Promise<HostFileType | undefined> {
  try {
    return (await files.stat(path))?.type;
  } catch (error) {
    // What is said of it is said by who opens it.
    if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) return undefined;
    throw error;
  }
}
