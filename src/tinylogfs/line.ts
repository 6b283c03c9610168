/**
 * The line of history that a branch is: its directory, with a table, a witness and
 * a stage; and which branch is the current one. All that opening a pond needs to
 * know of branches.
 *
 * @module
 */
import { encodeUtf8, sha256Hex, tryDecodeUtf8 } from "../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../errors.ts";
import type { FileReader, Host } from "../host/host.ts";
import { OplogTable } from "../oplog/table.ts";

/** The branch that a pond is made with. */
export const MAIN_BRANCH = "main";

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/**
 * The directory with the table, the witness and the stage of a branch.
 *
 * @param pond The pond's directory.
 * @throws {PondError} `INVALID_NAME` for what can't be a branch's name.
 */
export function lineDirectory(pond: string, branch: string): string {
  if (branch === MAIN_BRANCH) return pond;
  if (NAME.test(branch)) return `${pond}/branches/${branch}`;
  throw new PondError(
    "INVALID_NAME",
    `Cannot call a branch ${JSON.stringify(branch)}`,
    { hint: "letters, digits, `_`, `-` and `.`, at most 100 of them" },
  );
}

/**
 * The name of the current branch of a pond.
 *
 * Its file is `<name> <first 8 digits of the name's SHA-256>`: another name, of
 * another branch, would be no damage that anybody can see. What switched branches
 * before there was such a check has written the name alone.
 *
 * @throws {PondError} `INTEGRITY` when it is no name, or not the one written.
 */
export async function readBranch(
  files: FileReader,
  pond: string,
): Promise<string> {
  const path = `${pond}/branch`;
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (error) {
    if (hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) return MAIN_BRANCH;
    throw error;
  }
  const text = tryDecodeUtf8(bytes) ?? "";
  const [, name = "", check] = /^(\S+)(?: (\S+))?\n$/.exec(text) ?? [];
  if (!NAME.test(name)) throw new IntegrityError(path, "it names no branch");
  if (check !== undefined && check !== await checkOf(name)) {
    throw new IntegrityError(path, "its check is not that of its name");
  }
  return name;
}

/** What is in the file that makes a branch the current one. */
export async function branchText(name: string): Promise<string> {
  return `${name} ${await checkOf(name)}\n`;
}

async function checkOf(name: string): Promise<string> {
  return (await sha256Hex(encodeUtf8(name))).slice(0, 8);
}

/**
 * Opens the table of a branch.
 *
 * @param line The branch's directory.
 */
export async function openLine(
  host: Host,
  line: string,
  options: { readonly flush?: boolean; readonly signal?: AbortSignal } = {},
): Promise<OplogTable> {
  return await OplogTable.open(host, `${line}/oplog`, {
    ...options,
    headPath: `${line}/head`,
  });
}
