/**
 * Names that a mirror keeps for itself, and names that a host can't have.
 *
 * @module
 */
import { PondError } from "../errors.ts";

/** The directory in a mirrored one that holds what is known of it. */
export const STATE_DIRECTORY = ".pond-mirror";

const DRAFT = /^\.pond-mirror-[0-9a-f]{32}$/;

/** Names of Windows that are devices, whatever follows a dot. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)/i;

/** The name of a file while it is written. */
export function draftName(uuidHex: string): string {
  return `${STATE_DIRECTORY}-${uuidHex}`;
}

/** Whether a name is one of {@linkcode draftName}: nobody else makes such. */
export function isDraft(name: string): boolean {
  return DRAFT.test(name);
}

/** Whether a name is the mirror's own, also where upper case is lower case. */
export function isReserved(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === STATE_DIRECTORY || DRAFT.test(lower);
}

/**
 * Requires that each name of a path stays inside of its directory, and is a plain
 * one there.
 *
 * @param path From the top of the mirror: `/a/b`.
 * @param os The operating system, such as `windows`.
 * @throws {PondError} `INVALID_NAME`
 */
export function requireHostNames(path: string, os: string): void {
  for (const name of path.slice(1).split("/")) {
    const problem = problemOf(name, os);
    if (problem === undefined) continue;
    throw new PondError(
      "INVALID_NAME",
      `Cannot write ${path} to the host: ${problem}`,
      { path, hint: "rename it in the pond, or leave it out: --exclude" },
    );
  }
}

function problemOf(name: string, os: string): string | undefined {
  if (name === "" || name === "." || name === "..") {
    return `"${name}" is no name of a file`;
  }
  if (/[/\\\0]/.test(name)) {
    return "a name has a slash, a backslash or a NUL in it";
  }
  if (isReserved(name)) return `"${name}" is a name of the mirror's own`;
  if (os !== "windows") return undefined;
  // deno-lint-ignore no-control-regex
  if (/[<>:"|?*\x01-\x1f]/.test(name) || /[. ]$/.test(name)) {
    return `"${name}" is no name on Windows`;
  }
  return DEVICES.test(name) ? `"${name}" is a device on Windows` : undefined;
}
