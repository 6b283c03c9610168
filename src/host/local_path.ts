/**
 * Paths on this machine, as its programs give them.
 *
 * @module
 */
import { fromFileUrl, resolve } from "@std/path";

/**
 * The absolute form of a path, without `.`, `..` and a slash at its end.
 *
 * @param path A path, relative to the current directory, or a `file:` URL.
 * @throws {TypeError} For an empty path, or another kind of URL.
 */
export function localPath(path: string | URL): string {
  if (path === "") throw new TypeError("A path can't be empty");
  return resolve(typeof path === "string" ? path : fromFileUrl(path));
}
