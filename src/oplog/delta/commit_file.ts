/**
 * A commit as bytes: one JSON action a line, `commitInfo` first, sealed by its
 * digest.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries}
 * @module
 */
import { type Bytes, tryDecodeUtf8 } from "../../bytes.ts";
import { IntegrityError } from "../../errors.ts";
import {
  type Action,
  type CommitInfo,
  formatAction,
  parseAction,
} from "./actions.ts";
import { checkDigest, sealCommit, unsignedDigest } from "./digest.ts";

/** A commit, decoded. */
export interface Commit {
  /** Its actions, without those that don't matter here. */
  readonly actions: readonly Action[];
  /** Its digest, which the next commit names. */
  readonly digest: string;
  /** The id of its transaction, where its writer said one. */
  readonly transactionId: string | undefined;
  /** Its length in bytes. */
  readonly sizeBytes: number;
}

/**
 * Encodes a commit.
 *
 * @param commitInfo What is said of it.
 * @param actions The others.
 * @param previous The digest of the commit before; version 0 has none.
 */
export async function encodeCommit(
  commitInfo: CommitInfo,
  actions: readonly Action[],
  previous: string | undefined,
): Promise<{ readonly bytes: Bytes; readonly digest: string }> {
  const first: Action = {
    kind: "commitInfo",
    commitInfo: { ...commitInfo, ...unsignedDigest(previous) },
  };
  const lines = [first, ...actions].map((a) => `${formatAction(a)}\n`);
  return await sealCommit(lines.join(""));
}

/**
 * Decodes a commit, after its digest was checked.
 *
 * @param bytes The file.
 * @param previous The digest of the commit before, where it is known.
 * @param source The file's path, for errors.
 * @throws {IntegrityError} When it is not what was written.
 */
export async function decodeCommit(
  bytes: Bytes,
  previous: string | undefined,
  source: string,
): Promise<Commit> {
  if (bytes.length === 0) {
    throw new IntegrityError(
      source,
      "it is empty: its writer was interrupted, or it was lost",
    );
  }
  const text = tryDecodeUtf8(bytes);
  if (text === undefined) {
    throw new IntegrityError(source, "it is not valid UTF-8");
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  // The first line says whose commit it is, and with that how it is checked.
  const first = lines[0] === undefined
    ? undefined
    : parseAction(lines[0], source);
  const commitInfo = first?.kind === "commitInfo"
    ? first.commitInfo
    : undefined;
  const digest = await checkDigest(bytes, text, commitInfo, previous, source);
  const actions = lines.flatMap((line) => parseAction(line, source) ?? []);
  const { txnId } = commitInfo ?? {};
  return {
    actions,
    digest,
    transactionId: typeof txnId === "string" ? txnId : undefined,
    sizeBytes: bytes.length,
  };
}
