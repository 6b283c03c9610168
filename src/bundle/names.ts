/**
 * The names in a bundle.
 *
 * ```text
 * pond/README.md                how to read all of this without pond
 * pond/bundle.json              what it is of, and the roots
 * pond/pond.json, branch, head  as in the pond (docs/format.md)
 * pond/oplog/…                  the Delta table
 * pond/branches/<name>/…        those of the branches; a data file that both have
 *                               is a hard link
 * pond/blobs/<2 hex>/<64 hex>   content of at least 64 KiB
 * pond/files/…                  the current tree as plain files; content that is in
 *                               blobs/ is a hard link
 * pond/sums/<5 digits>.sha256   SHA-256 of the members before it, for sha256sum -c
 * ```
 *
 * All is under one name, as is usual in archives; and what `tar xf` makes is a pond.
 *
 * @module
 */

/** What every path in a bundle begins with. */
export const TOP = "pond/";

/** The version of the format. */
export const BUNDLE_FORMAT = 1;

/** Paths below {@linkcode TOP}. */
export const README = "README.md";
/** What the bundle is of. */
export const HEADER = "bundle.json";
/** The tree as plain files. */
export const FILES = "files";

const SUMS = /^sums\/\d{5}\.sha256$/;
const TABLE = /^(?:branches\/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\/)?oplog\/(.+)$/;
const LOG =
  /^_delta_log\/(?:\d{20}\.(?:json|checkpoint\.parquet)|_last_checkpoint)$/;
const OF_LINE =
  /^(?:branches\/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\/(?:branch\.json|head)|pond\.json|branch|head)$/;
const BLOB = /^blobs\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/;

/**
 * What a member of a bundle is: `part` of the pond, `blob`, `tree`: a file of the
 * current tree, which the pond holds already, `sums`, the `header`, the `readme`.
 */
export type MemberKind =
  | { readonly kind: "part" | "sums" | "header" | "readme" | "tree" }
  | { readonly kind: "blob"; readonly sha256: string };

/** The path of a sums file. */
export function sumsPath(number: number): string {
  return `sums/${String(number).padStart(5, "0")}.sha256`;
}

/** The path of a blob. */
export function blobPath(sha256: string): string {
  return `blobs/${sha256.slice(0, 2)}/${sha256}`;
}

/**
 * Tells what a member is by its path below {@linkcode TOP}.
 *
 * @returns `undefined` for what has no place in a bundle: unknown names, and all
 *   that leads elsewhere (`..`, absolute, empty names, NUL).
 */
export function kindOf(path: string): MemberKind | undefined {
  if (!isInside(path)) return undefined;
  if (path === README) return { kind: "readme" };
  if (path === HEADER) return { kind: "header" };
  if (SUMS.test(path)) return { kind: "sums" };
  if (path.startsWith(`${FILES}/`)) return { kind: "tree" };
  const [, , sha256] = BLOB.exec(path) ?? [];
  if (sha256 !== undefined) return { kind: "blob", sha256 };
  if (OF_LINE.test(path)) return { kind: "part" };
  const [, inTable] = TABLE.exec(path) ?? [];
  if (inTable === undefined) return undefined;
  const isLog = inTable.startsWith("_delta_log/");
  const isPart = isLog ? LOG.test(inTable) : isDataFile(inTable);
  return isPart ? { kind: "part" } : undefined;
}

/** Data files of any engine; none begins like what Delta leaves out. */
function isDataFile(path: string): boolean {
  return path.endsWith(".parquet") &&
    path.split("/").every((name) => !/^[._]/.test(name));
}

/** Whether a path stays below the directory that it is put into. */
function isInside(path: string): boolean {
  return !path.includes("\0") &&
    path.split("/").every((name) =>
      name !== "" && name !== "." && name !== ".."
    );
}
