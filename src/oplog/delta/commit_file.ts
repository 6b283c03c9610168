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
import {
  checkDigest,
  previousDigest,
  sealCommit,
  unsignedDigest,
} from "./digest.ts";

/** A commit, decoded. */
export interface Commit {
  /** Its actions, without those that don't matter here. */
  readonly actions: readonly Action[];
  /** Its digest, which the next commit names. */
  readonly digest: string;
  /** The digest of the commit before, if it names one. */
  readonly previous: string | undefined;
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
 * Decodes a commit, after its digest was checked. Commits are decoded in any
 * order; {@linkcode requireFollows} checks that one belongs behind another.
 *
 * @param bytes The file.
 * @param source The file's path, for errors.
 * @throws {IntegrityError} When it is not what was written.
 */
export async function decodeCommit(
  bytes: Bytes,
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
  const [first = "", ...others] = text.split("\n");
  // The first line says whose commit it is, and with that how it is checked.
  const opening = actionsIn([first], source);
  const commitInfo = opening[0]?.kind === "commitInfo"
    ? opening[0].commitInfo
    : undefined;
  const digest = await checkDigest(bytes, text, commitInfo, source);
  const { txnId } = commitInfo ?? {};
  return {
    actions: [...opening, ...actionsIn(others, source)],
    digest,
    previous: previousDigest(commitInfo),
    transactionId: typeof txnId === "string" ? txnId : undefined,
    sizeBytes: bytes.length,
  };
}

/**
 * Checks that a commit was made behind the one that is there before it.
 *
 * @param commit The later one.
 * @param digest The digest of the earlier one, where it is known.
 * @param source The file of the later one, for the error.
 * @throws {IntegrityError} When it was made behind another.
 */
export function requireFollows(
  { previous }: Commit,
  digest: string | undefined,
  source: string,
): void {
  if (previous === undefined || digest === undefined) return;
  if (previous === digest) return;
  throw new IntegrityError(
    source,
    `it follows a commit with the digest ${previous}, and the one before has ${digest}`,
  );
}

function actionsIn(lines: readonly string[], source: string): Action[] {
  return lines.flatMap((line) =>
    line.trim() === "" ? [] : parseAction(line, source) ?? []
  );
}
