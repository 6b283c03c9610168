/**
 * The two sides of a conflict, for people and for programs.
 *
 * @module
 */
import type { ConflictError, ConflictSide } from "../errors.ts";
import { rfc3339 } from "./units.ts";

/** A line for each side that is known. */
export function conflictLines({ ours, theirs }: ConflictError): string[] {
  const lines: string[] = [];
  if (ours) lines.push(`ours:   ${sideText(ours)}`);
  if (theirs) {
    const { author, timestampUs, transactionId, version } = theirs;
    const details = [
      version === undefined ? "pending" : `v${version}`,
      author ? `by ${author}` : "",
      timestampUs === undefined ? "" : `at ${rfc3339(timestampUs)}`,
      transactionId ? `transaction ${transactionId.slice(0, 8)}` : "",
    ].filter((detail) => detail !== "");
    lines.push(`theirs: ${sideText(theirs)} (${details.join(", ")})`);
  }
  return lines;
}

/** The sides as members of the error in JSON. */
export function conflictJson({ ours, theirs }: ConflictError) {
  return {
    ours: ours ?? null,
    theirs: theirs === undefined ? null : {
      operation: theirs.operation,
      path: theirs.path,
      ...(theirs.from === undefined ? {} : { from: theirs.from }),
      version: theirs.version ?? null,
      transaction_id: theirs.transactionId ?? null,
      author: theirs.author ?? null,
      time: theirs.timestampUs === undefined
        ? null
        : rfc3339(theirs.timestampUs),
    },
  };
}

function sideText({ from, operation, path }: ConflictSide): string {
  return from === undefined
    ? `${operation} ${path}`
    : `${operation} ${from} -> ${path}`;
}
