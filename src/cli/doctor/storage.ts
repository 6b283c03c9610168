/**
 * What a pond lies on: rights, room, whether it can be written.
 *
 * @module
 */
import { hasCode, type PondError } from "../../errors.ts";
import type { Host } from "../../host/mod.ts";
import { humanSize } from "../units.ts";
import { failure, type Finding } from "./finding.ts";

/** Below this, a commit may fail. */
const LITTLE_BYTES = 64 * 1024 * 1024;
/** Below this, it is time to do something. */
const ENOUGH_BYTES = 1024 * 1024 * 1024;

/** How far the disk's clock may be from this machine's. */
const MAX_SKEW_MS = 2000;

/** Others who may write can change what is stored. */
const WRITABLE_BY_ALL = 0o002;

/** Whether only who should can write. */
export async function lookAtRights(
  { files }: Host,
  pond: string,
): Promise<readonly Finding[]> {
  const open: string[] = [];
  for (const path of [pond, `${pond}/oplog`, `${pond}/pond.json`]) {
    const { mode = 0 } = await files.stat(path) ?? {};
    if ((mode & WRITABLE_BY_ALL) !== 0) open.push(path);
  }
  const check = "rights";
  if (open.length === 0) {
    return [{ check, verdict: "ok", says: "not everybody can write" }];
  }
  return [{
    check,
    verdict: "warn",
    says: `everybody can write to ${open.join(", ")}`,
    remedy: `chmod -R o-w ${quoted(pond)}`,
  }];
}

/** How much room there is. */
export async function lookAtRoom(
  { files }: Host,
  pond: string,
): Promise<readonly Finding[]> {
  const freeBytes = await files.freeBytes(pond);
  const says = `${humanSize(freeBytes)} left on the disk`;
  const check = "disk";
  if (freeBytes >= ENOUGH_BYTES) return [{ check, verdict: "ok", says }];
  const verdict = freeBytes < LITTLE_BYTES ? "fail" : "warn";
  return [{ check, verdict, says, remedy: "pond maintain --yes" }];
}

/** Whether a file can be written, flushed, linked and removed. */
export async function tryToWrite(
  host: Host,
  pond: string,
): Promise<readonly Finding[]> {
  const { clock, files, random } = host;
  const directory = `${pond}/tmp`;
  const path = `${directory}/${random.uuidHex()}`;
  const second = `${directory}/${random.uuidHex()}`;
  try {
    await files.makeDirectory(directory);
    {
      await using file = await files.create(path);
      await file.write(new Uint8Array(1));
      await file.sync();
    }
    const nowMs = clock.nowUs() / 1000;
    const writtenMs = (await files.stat(path))?.modifiedMs ?? nowMs;
    await files.link(path, second);
    await files.syncDirectory(directory);
    return [
      {
        check: "write",
        verdict: "ok",
        says: "files are written, flushed and linked",
      },
      diskClock(writtenMs - nowMs),
    ];
  } catch (error) {
    if (!hasCode(error, ...EXPECTED)) throw error;
    const finding = failure("write", error, remedyOf(error, pond));
    // Whoever made the disk so may have meant it.
    return hasCode(error, "READ_ONLY")
      ? [{
        ...finding,
        verdict: "warn",
        says: `the disk is read-only: ${pond} is looked at, and never changed`,
      }]
      : [finding];
  } finally {
    for (const name of [second, path]) await removeIfThere(host, name);
  }
}

const EXPECTED = [
  "ALREADY_EXISTS",
  "IO",
  "NOT_A_DIRECTORY",
  "NO_SPACE",
  "PERMISSION_DENIED",
  "READ_ONLY",
  "UNSUPPORTED",
] as const;

function remedyOf({ code }: PondError, pond: string): string {
  const path = quoted(pond);
  switch (code) {
    case "NO_SPACE":
      return "pond maintain --yes";
    case "READ_ONLY":
      return `mount -o remount,rw "$(df --output=target ${path} | tail -1)"`;
    case "UNSUPPORTED":
      return `cp -r ${path} DIRECTORY-ON-ANOTHER-DISK`;
    case "PERMISSION_DENIED":
      return `sudo chown -R "$USER" ${path}`;
    default:
      return `ls -ld ${path} ${path}/tmp`;
  }
}

/** A disk of another machine has a clock of its own. */
function diskClock(skewMs: number): Finding {
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
  const side = skewMs < 0 ? "behind" : "ahead of";
  const check = "disk clock";
  return Math.abs(skewMs) <= MAX_SKEW_MS
    ? { check, verdict: "ok", says: "the disk has the time of this machine" }
    : {
      check,
      verdict: "warn",
      says: `the disk's clock is ${seconds} s ${side} this machine's`,
      remedy: "timedatectl set-ntp true",
    };
}

async function removeIfThere({ files }: Host, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    // What couldn't be made isn't there.
    if (!hasCode(error, ...EXPECTED, "NOT_FOUND")) throw error;
  }
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
