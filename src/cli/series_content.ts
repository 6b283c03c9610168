/**
 * Series on their way out of the pond: as one file, whatever parts they have.
 *
 * @module
 */
import { sha256By } from "../bytes.ts";
import type { Hasher } from "../host/mod.ts";
import type { TinyLogFS } from "../tinylogfs/mod.ts";

/**
 * The content of a series of several parts: of text, the one that the parts are
 * together; of rows, a Parquet file with all of them in their order.
 *
 * @returns `undefined` for any other file, which is its own content.
 */
export async function seriesContent(
  fs: TinyLogFS,
  path: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const mark = await fs.seriesMark(path);
  if (mark?.previous === undefined) return undefined;
  if (mark.of === "text") return await fs.streamFile(path, { signal });
  return rowsOf(fs, path, signal);
}

/**
 * The SHA-256 of what {@linkcode seriesContent} gives.
 *
 * @returns `undefined` for any other file, whose hash its metadata has.
 */
export async function seriesHash(
  fs: TinyLogFS,
  path: string,
  hasher: Hasher,
  signal: AbortSignal,
): Promise<string | undefined> {
  const content = await seriesContent(fs, path, signal);
  return content && await sha256By(hasher, content);
}

async function* rowsOf(
  fs: TinyLogFS,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { renderRows, TO_FILE } = await import("../query/mod.ts");
  // Under this name it is one path, even with characters of a pattern in it.
  const name = path.replaceAll(/[*?[\]{}\\]/g, "\\$&").replaceAll("@", "@@");
  const sql = `FROM "${name.replaceAll('"', '""')}"`;
  await using result = await fs.queryWithPending(sql, true, {
    signal,
  });
  const options = { format: "parquet", ...TO_FILE } as const;
  yield* renderRows(result.columns, result, options);
}
