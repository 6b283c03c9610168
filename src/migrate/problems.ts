/**
 * What may be wrong with a source, in words.
 *
 * @module
 */
import { PondError } from "../errors.ts";

/** What an error at a part of a source says of it. */
export function problemOf(error: unknown): string {
  if (!(error instanceof PondError)) throw error;
  if (error.code === "ABORTED") throw error;
  // It begins with "Cannot trust PATH: ", which the finding says itself.
  return error.message.replace(/^Cannot trust .*?: /s, "");
}

/** A column that no table of the proof of concept has. */
export function unsupportedType(column: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot read the column ${column}: it has no type that is known here`,
  );
}
