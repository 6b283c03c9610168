/**
 * Where the files are that a log names.
 *
 * ```text
 * part-0.parquet, a%20b/part-0.parquet    in the table
 * file:/data/part-0.parquet, /data/…      anywhere on this machine: shallow
 *                                         clones name the files of their source
 * s3://bucket/part-0.parquet              NOT SUPPORTED: other stores
 * ../part-0.parquet                       refused: nothing writes it
 * ```
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file}
 * @module
 */
import { IntegrityError, PondError } from "../../errors.ts";
import { decodePath } from "./table_state.ts";

/**
 * Finds a file in the table's store.
 *
 * @param path As the log has it.
 * @param source The log, for errors.
 * @throws {IntegrityError} When it leads out of the table by `..`.
 * @throws {PondError} `UNSUPPORTED` when it lies in another store.
 */
export function storePathOf(path: string, source: string): string {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(path) ?? [];
  if (scheme !== undefined && scheme.toLowerCase() !== "file") {
    throw new PondError(
      "UNSUPPORTED",
      `Cannot read the file ${path}, which ${source} names: it is not on this machine`,
      { path, hint: `copy it here, or read it with an engine for ${scheme}` },
    );
  }
  const decoded = decodePath(path, source);
  if (decoded.split("/").includes("..") || decoded.includes("\0")) {
    throw new IntegrityError(
      source,
      `it names a file outside of it: ${decoded}`,
    );
  }
  if (scheme !== undefined) return decoded.replace(/^file:(\/\/)?/i, "");
  return decoded;
}
