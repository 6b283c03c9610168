/**
 * Branches: lines of history beside each other in one pond.
 *
 * ```text
 * $POND/oplog, head, staging/            the branch `main`
 * $POND/branches/<name>/oplog, head, staging/    the table's configuration has the
 *                                         text of branch.json, as "pond.branch"
 *                      /branch.json      {"branch":1,"id":"<32 hex>","from":"<name>",
 *                                         "version":<n>,"created":<us>,
 *                                         "expires":<us>|null,"check":"<8 hex>"}
 * $POND/branches/.<name>.<32 hex>.tmp/   one that is being made, or deleted
 * $POND/branch                           the name of the current one; main without
 * ```
 *
 * Each branch is a Delta table of its own, with hard links to the data files that
 * it began with (oplog/fork.ts); all share `blobs/`. A branch is made aside and
 * renamed into place, and renamed out of it before it is deleted: under its name
 * it is whole, always. The check is made like that of `pond.json`.
 *
 * @module
 */
import { encodeUtf8, sha256Hex, tryDecodeUtf8 } from "../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import { NameFlusher } from "../oplog/name_flusher.ts";
import type { OplogTable, UnusedFile } from "../oplog/mod.ts";
import { parseObject } from "./attributes.ts";
import {
  branchText,
  lineDirectory,
  MAIN_BRANCH,
  openLine,
  readBranch,
} from "./line.ts";

/** What is on the disk about a branch. */
export interface BranchFile {
  /** Its identity: 32 hexadecimal digits. */
  readonly id: string;
  /** The branch that it was made of. */
  readonly from: string;
  /** The last version that both have. */
  readonly version: number;
  /** When it was made, microseconds since the epoch, UTC. */
  readonly createdUs: number;
  /** From when on it may be deleted; `undefined`: never by itself. */
  readonly expiresUs: number | undefined;
}

/** What a new branch shall be. */
export interface BranchDefinition {
  /** Its name. */
  readonly name: string;
  /** The branch that it is made of. */
  readonly from: string;
  /** The last version that it takes over. */
  readonly version: number;
  /** For how long it is kept, in milliseconds; until it is deleted without. */
  readonly ttlMs: number | undefined;
  /** Whether it is flushed. */
  readonly flush: boolean;
}

/** The member of a table's configuration with the text of `branch.json`. */
const BRANCH_KEY = "pond.branch";

const TEMPORARY = /^\.(.+)\.[0-9a-f]{32}\.tmp$/;

/**
 * Makes a branch of a table.
 *
 * @param pond The pond's directory.
 * @throws {PondError} `ALREADY_EXISTS`, `INVALID_NAME`.
 */
export async function makeBranch(
  host: Host,
  pond: string,
  table: OplogTable,
  definition: BranchDefinition,
): Promise<BranchFile> {
  const { files, random } = host;
  const { name, version, flush } = definition;
  const path = lineDirectory(pond, name);
  const branch = await planBranch(host, pond, definition);
  const aside = `${pond}/branches/.${name}.${random.uuidHex()}.tmp`;
  for (const directory of [`${pond}/branches`, aside, `${aside}/oplog`]) {
    await files.makeDirectory(directory);
  }
  const { forkTable } = await import("../oplog/fork.ts");
  try {
    await forkTable(host, table, {
      directory: `${aside}/oplog`,
      maxVersion: version,
      flush,
      configuration: { [BRANCH_KEY]: await branchFileText(branch) },
    });
    await writeBranchFile(files, `${aside}/branch.json`, branch, flush);
    const names = new NameFlusher(host);
    if (flush) await names.flush(aside);
    await renameInto(files, aside, path, name);
    if (!flush) return branch;
    for (const directory of [`${pond}/branches`, pond]) {
      await names.flush(directory);
    }
  } catch (error) {
    await removeTree(files, aside);
    throw error;
  }
  return branch;
}

/**
 * What there will be on the disk about a new branch.
 *
 * @throws {PondError} `ALREADY_EXISTS`, `INVALID_NAME`.
 */
export async function planBranch(
  { clock, files, random }: Host,
  pond: string,
  { from, name, ttlMs, version }: BranchDefinition,
): Promise<BranchFile> {
  const path = lineDirectory(pond, name);
  if (name === MAIN_BRANCH || await files.stat(path)) throw taken(name, path);
  const createdUs = clock.nowUs();
  const expiresUs = ttlMs === undefined ? undefined : createdUs + ttlMs * 1000;
  return { id: random.uuidHex(), from, version, createdUs, expiresUs };
}

/**
 * Deletes a branch; its history is gone.
 *
 * @throws {PondError} `NOT_FOUND` when there is none.
 */
export async function removeBranch(
  host: Host,
  pond: string,
  name: string,
): Promise<void> {
  await readBranchFile(host.files, pond, name);
  await discardBranch(host, pond, lineDirectory(pond, name));
}

/** Deletes the directory of a branch, which is none from the first step on. */
export async function discardBranch(
  host: Host,
  pond: string,
  path: string,
): Promise<void> {
  const { files, random } = host;
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (TEMPORARY.test(name)) return await removeTree(files, path);
  const aside = `${pond}/branches/.${name}.${random.uuidHex()}.tmp`;
  await files.rename(path, aside);
  await files.syncDirectory(`${pond}/branches`);
  await removeTree(files, aside);
}

/**
 * Branches that may be deleted: their time is over. And those that were never
 * finished, or are half deleted, once they are old.
 */
export async function unusedBranches(
  host: Host,
  pond: string,
  beforeMs: number,
): Promise<UnusedFile[]> {
  const { files, clock } = host;
  const unused: string[] = [];
  for (const name of await namesIn(files, `${pond}/branches`)) {
    const path = `${pond}/branches/${name}`;
    const stat = await files.stat(path);
    if (TEMPORARY.test(name)) {
      if (stat !== undefined && stat.modifiedMs < beforeMs) unused.push(path);
      continue;
    }
    const { expiresUs = Infinity } = await readBranchFile(files, pond, name);
    if (expiresUs <= clock.nowUs()) unused.push(path);
  }
  return await Promise.all(unused.map(async (path): Promise<UnusedFile> => {
    const sizeBytes = await treeBytes(files, path);
    return { kind: "branch", path, sizeBytes };
  }));
}

/** The names of the branches beside `main`, in order. */
export async function branchNames(
  files: FileStore,
  pond: string,
): Promise<string[]> {
  return (await namesIn(files, `${pond}/branches`))
    .filter((name) => !name.startsWith(".")).sort();
}

/**
 * Reads what is on the disk about a branch.
 *
 * @throws {PondError} `NOT_FOUND` when there is none; `INTEGRITY`.
 */
export async function readBranchFile(
  files: FileStore,
  pond: string,
  name: string,
): Promise<BranchFile> {
  const path = `${lineDirectory(pond, name)}/branch.json`;
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) throw error;
    throw noBranch(name, path);
  }
  const text = tryDecodeUtf8(bytes);
  if (text === undefined) {
    throw new IntegrityError(path, "it is not valid UTF-8");
  }
  return await parseBranch(text, path);
}

/**
 * What the table of a branch says about it: there since it was made, to make
 * `branch.json` anew from.
 *
 * @param directory The branch's.
 * @returns `undefined` of a branch that was made before tables said so, and of
 *   `main`.
 * @throws {IntegrityError} When the table can't be opened, or says something else.
 */
export async function branchInTable(
  host: Host,
  directory: string,
): Promise<BranchFile | undefined> {
  const { delta } = await openLine(host, directory);
  const text = delta.snapshot.metaData.configuration[BRANCH_KEY];
  if (text === undefined) return undefined;
  return await parseBranch(text, delta.directory);
}

async function parseBranch(text: string, path: string): Promise<BranchFile> {
  const { branch, id, from, version, created, expires, check } = parseObject(
    text,
    path,
  );
  const values = [branch, id, from, version, created, expires];
  if (check !== await checkOf(values)) {
    throw new IntegrityError(path, "its check is not that of its values");
  }
  if (
    branch !== 1 || typeof id !== "string" || typeof from !== "string" ||
    typeof version !== "number" || typeof created !== "number" ||
    (expires !== null && typeof expires !== "number")
  ) {
    throw new IntegrityError(path, "its values are not those of a branch");
  }
  return {
    id,
    from,
    version,
    createdUs: created,
    expiresUs: expires ?? undefined,
  };
}

/**
 * Makes a branch the current one: whoever opens the pond from now on, and names
 * no other, gets it.
 *
 * @throws {PondError} `NOT_FOUND` when there is no such branch.
 */
export async function switchBranch(
  host: Host,
  pond: string,
  name: string,
): Promise<void> {
  const { files, random } = host;
  if (name !== MAIN_BRANCH) await readBranchFile(files, pond, name);
  if (await isCurrent(files, pond, name)) return;
  // Flushed before it has its name: else a power cut leaves a name of nothing.
  const aside = `${pond}/tmp/${random.uuidHex()}`;
  await files.makeDirectory(`${pond}/tmp`);
  {
    await using file = await files.create(aside);
    await file.write(encodeUtf8(await branchText(name)));
    await file.sync();
  }
  await files.rename(aside, `${pond}/branch`);
  await files.syncDirectory(pond);
}

/** Of a file that is damaged, a switch makes a new one. */
async function isCurrent(
  files: FileStore,
  pond: string,
  name: string,
): Promise<boolean> {
  try {
    return name === await readBranch(files, pond);
  } catch (error) {
    if (!hasCode(error, "INTEGRITY")) throw error;
    return false;
  }
}

/** Bytes of files, those that are shared with other branches included. */
async function treeBytes(files: FileStore, path: string): Promise<number> {
  const stat = await files.stat(path);
  let sum = stat?.sizeBytes ?? 0;
  if (stat?.type !== "directory") return sum;
  for (const name of await namesIn(files, path)) {
    sum += await treeBytes(files, `${path}/${name}`);
  }
  return sum;
}

/** Removes a directory with what is in it. */
export async function removeTree(
  files: FileStore,
  path: string,
): Promise<void> {
  try {
    if ((await files.stat(path))?.type === "directory") {
      for (const name of await namesIn(files, path)) {
        await removeTree(files, `${path}/${name}`);
      }
    }
    await files.remove(path);
  } catch (error) {
    // Somebody else removes it, too.
    if (!hasCode(error, "NOT_FOUND")) throw error;
  }
}

/** Writes what is on the disk about a branch, into a file that is not there. */
export async function writeBranchFile(
  files: FileStore,
  path: string,
  branch: BranchFile,
  flush: boolean,
): Promise<void> {
  const text = await branchFileText(branch);
  await using file = await files.create(path);
  await file.write(encodeUtf8(`${text}\n`));
  if (flush) await file.sync();
}

async function branchFileText(
  { id, from, version, createdUs, expiresUs }: BranchFile,
): Promise<string> {
  const values = [1, id, from, version, createdUs, expiresUs ?? null];
  return JSON.stringify({
    branch: 1,
    id,
    from,
    version,
    created: createdUs,
    expires: expiresUs ?? null,
    check: await checkOf(values),
  });
}

async function checkOf(values: readonly unknown[]): Promise<string> {
  return (await sha256Hex(encodeUtf8(values.join(" ")))).slice(0, 8);
}

/** A directory that is there isn't empty, and can't be renamed over. */
async function renameInto(
  files: FileStore,
  aside: string,
  path: string,
  name: string,
): Promise<void> {
  try {
    await files.rename(aside, path);
  } catch (error) {
    const codes = ["DIRECTORY_NOT_EMPTY", "ALREADY_EXISTS"] as const;
    if (!hasCode(error, ...codes)) throw error;
    throw taken(name, path);
  }
}

async function namesIn(files: FileStore, path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of files.list(path)) names.push(name);
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND")) throw error;
  }
  return names;
}

function taken(name: string, path: string): PondError {
  return new PondError(
    "ALREADY_EXISTS",
    `Cannot make the branch ${name}: there is one`,
    { path, hint: "choose another name, or pond branch --delete it first" },
  );
}

function noBranch(name: string, path: string): PondError {
  return new PondError(
    "NOT_FOUND",
    `Cannot find the branch ${name}`,
    { path, hint: "see which there are: pond branch" },
  );
}
