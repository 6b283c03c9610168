/**
 * The backups that a pond knows: where they are, when the last run was, and when
 * a restore was last proven.
 *
 * ```text
 * $POND/backups/<name>.json
 *   {"backup": 1, "name", "url", "created": <µs>,
 *    "last": {"snapshot", "at": <µs>, "lines": {"<line>": version}} | null,
 *    "drill": {"snapshot", "at": <µs>, "version"} | null, "check": "<64 hex>"}
 * tmp/<32 hex>            one that is being written
 * ```
 *
 * A place is one of this machine, so it is not versioned, and not in a backup
 * itself. A secret is never in it. Deleting it loses nothing but what it says: the
 * backup is attached again by its place.
 *
 * @module
 */
import { encodeUtf8, sha256Hex } from "../bytes.ts";
import { hasCode, IntegrityError, PondError } from "../errors.ts";
import type { FileReader, Host } from "../host/host.ts";
import { NameFlusher } from "../oplog/mod.ts";
import { parseObject } from "../tinylogfs/attributes.ts";
import { textOf } from "./format.ts";
import { JsonReader } from "./json.ts";

/** A backup that a pond knows. */
export interface BackupTarget {
  /** Its name in this pond. */
  readonly name: string;
  /** Where it is. */
  readonly url: string;
  /** Since when it is known, microseconds since the epoch, UTC. */
  readonly createdUs: number;
  /** The last run that came to its end. */
  readonly last: LastRun | undefined;
  /** The last restore that was proven. */
  readonly drill: LastDrill | undefined;
}

/** A run. */
export interface LastRun {
  /** The newest snapshot after it. */
  readonly snapshot: string;
  /** When, microseconds since the epoch, UTC. */
  readonly atUs: number;
  /** The newest version in the backup, by the ids of the lines. */
  readonly lines: Readonly<Record<string, number>>;
}

/** A restore that was compared with the pond. */
export interface LastDrill {
  /** The snapshot. */
  readonly snapshot: string;
  /** When, microseconds since the epoch, UTC. */
  readonly atUs: number;
  /** The version of `main` that was restored. */
  readonly version: number;
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/** The names of a pond's backups, in order. */
export async function targetNames(
  files: FileReader,
  pond: string,
): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of files.list(`${pond}/backups`)) {
      const own = name.replace(/\.json$/, "");
      if (own !== name && NAME.test(own)) names.push(own);
    }
  } catch (error) {
    if (!hasCode(error, "NOT_FOUND", "NOT_A_DIRECTORY")) throw error;
  }
  return names.sort();
}

/**
 * Reads what a pond knows of a backup.
 *
 * @throws {PondError} `NOT_FOUND` when it knows none of this name; `INVALID_NAME`,
 *   `INTEGRITY`.
 */
export async function readTarget(
  files: FileReader,
  pond: string,
  name: string,
): Promise<BackupTarget> {
  const path = targetPath(pond, name);
  let text: string;
  try {
    text = textOf(await files.read(path), path);
  } catch (cause) {
    if (!hasCode(cause, "NOT_FOUND", "NOT_A_DIRECTORY")) throw cause;
    throw new PondError("NOT_FOUND", `Cannot find the backup ${name}`, {
      cause,
      hint: "see which there are: pond backup list",
    });
  }
  const { check, ...value } = parseObject(text, path);
  if (check !== await checkOf(value)) {
    throw new IntegrityError(path, "its check is not that of its values", {
      hint: `forget it, and attach it again: pond backup rm ${name}`,
    });
  }
  const read = new JsonReader(path);
  if (value.backup !== 1) read.refuse("format", value.backup);
  return {
    name,
    url: read.text(value.url, "place"),
    createdUs: read.count(value.created, "time"),
    last: read.optional(value.last, (last) => {
      const { at, lines, snapshot } = read.object(last, "last run");
      const versions = Object.entries(read.object(lines, "lines"));
      return {
        snapshot: read.hex(snapshot, 64, "snapshot"),
        atUs: read.count(at, "last run"),
        lines: Object.fromEntries(
          versions.map(([id, v]) => [id, read.count(v, "version")]),
        ),
      };
    }),
    drill: read.optional(value.drill, (drill) => {
      const { at, snapshot, version } = read.object(drill, "last drill");
      return {
        snapshot: read.hex(snapshot, 64, "snapshot"),
        atUs: read.count(at, "last drill"),
        version: read.count(version, "version"),
      };
    }),
  };
}

/** Writes what a pond knows of a backup, whole or not at all, and flushed. */
export async function writeTarget(
  host: Host,
  pond: string,
  { createdUs, drill, last, name, url }: BackupTarget,
): Promise<void> {
  const { files, random } = host;
  const path = targetPath(pond, name);
  const value = {
    backup: 1,
    name,
    url,
    created: createdUs,
    last: last === undefined
      ? null
      : { snapshot: last.snapshot, at: last.atUs, lines: last.lines },
    drill: drill === undefined
      ? null
      : { snapshot: drill.snapshot, at: drill.atUs, version: drill.version },
  };
  const line = JSON.stringify({ ...value, check: await checkOf(value) });
  const aside = `${pond}/tmp/${random.uuidHex()}`;
  for (const directory of ["tmp", "backups"]) {
    await files.makeDirectory(`${pond}/${directory}`);
  }
  {
    await using file = await files.create(aside);
    await file.write(encodeUtf8(`${line}\n`));
    await file.sync();
  }
  await files.rename(aside, path);
  const names = new NameFlusher(host);
  for (const directory of [`${pond}/backups`, pond]) {
    await names.flush(directory);
  }
}

/**
 * Forgets a backup, which stays where it is.
 *
 * @throws {PondError} `NOT_FOUND` when there is none of this name.
 */
export async function removeTarget(
  host: Host,
  pond: string,
  name: string,
): Promise<void> {
  try {
    await host.files.remove(targetPath(pond, name));
  } catch (cause) {
    if (!hasCode(cause, "NOT_FOUND", "NOT_A_DIRECTORY")) throw cause;
    throw new PondError("NOT_FOUND", `Cannot find the backup ${name}`, {
      cause,
      hint: "see which there are: pond backup list",
    });
  }
  await host.files.syncDirectory(`${pond}/backups`);
}

function targetPath(pond: string, name: string): string {
  if (NAME.test(name)) return `${pond}/backups/${name}.json`;
  throw new PondError(
    "INVALID_NAME",
    `Cannot call a backup ${JSON.stringify(name)}`,
    { hint: "letters, digits, `_`, `-` and `.`, at most 100 of them" },
  );
}

async function checkOf(value: unknown): Promise<string> {
  return await sha256Hex(encodeUtf8(JSON.stringify(value)));
}
