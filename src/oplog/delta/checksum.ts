/**
 * Version checksums: what a writer says that a version adds up to.
 *
 * ```text
 * _delta_log/<20 digits>.crc   {"tableSizeBytes":…,"numFiles":…,"protocol":…,
 *                               "metadata":…,"allFiles":[…],…}
 * ```
 *
 * The commits are the truth. A checksum that agrees with them is a second
 * witness of it; one that doesn't, or can't be read, says nothing.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#version-checksum-file}
 * @module
 */
import { type Bytes, tryDecodeUtf8 } from "../../bytes.ts";
import { IntegrityError } from "../../errors.ts";
import { type Action, actionFrom, canonical, isObject } from "./actions.ts";
import type { Snapshot } from "./table_state.ts";

/** What a version's checksum says of the version. */
export type ChecksumVerdict = "right" | "wrong" | "missing";

/**
 * Holds a checksum against the state that the log adds up to.
 *
 * @param bytes The file, if there is one.
 * @param snapshot The state at its version.
 */
export function judgeChecksum(
  bytes: Bytes | undefined,
  snapshot: Snapshot,
): ChecksumVerdict {
  if (bytes === undefined) return "missing";
  const value = parsed(bytes);
  return value !== undefined && agrees(value, snapshot) ? "right" : "wrong";
}

type Json = { readonly [name: string]: unknown };

function parsed(bytes: Bytes): Json | undefined {
  try {
    const value: unknown = JSON.parse(tryDecodeUtf8(bytes) ?? "");
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function agrees(checksum: Json, snapshot: Snapshot): boolean {
  let sizeBytes = 0;
  for (const { size } of snapshot.adds) sizeBytes += size;
  const { tableSizeBytes, numFiles, numMetadata, numProtocol } = checksum;
  return tableSizeBytes === sizeBytes && numFiles === snapshot.fileCount &&
    numMetadata === 1 && numProtocol === 1 &&
    isSame(checksum, snapshot) && hasSameFiles(checksum.allFiles, snapshot);
}

function isSame(checksum: Json, { protocol, metaData }: Snapshot): boolean {
  const stated = [
    actionOf({ protocol: checksum.protocol }),
    actionOf({ metaData: checksum.metadata }),
  ];
  const known: Action[] = [
    { kind: "protocol", protocol },
    { kind: "metaData", metaData },
  ];
  return known.every((action, i) => canonical(action) === canonical(stated[i]));
}

/** What is no action is none. */
function actionOf(value: unknown): Action | undefined {
  try {
    return actionFrom(value, "");
  } catch (error) {
    if (error instanceof IntegrityError) return undefined;
    throw error;
  }
}

function hasSameFiles(files: unknown, { adds, fileCount }: Snapshot): boolean {
  if (files === undefined || files === null) return true;
  if (!Array.isArray(files) || files.length !== fileCount) return false;
  const paths = new Set(files.map((file) => isObject(file) ? file.path : ""));
  for (const { path } of adds) if (!paths.has(path)) return false;
  return true;
}
