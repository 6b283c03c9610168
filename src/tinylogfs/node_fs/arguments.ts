/**
 * What programs for Node pass: paths, modes, times, encodings, open flags.
 *
 * @module
 */
import { decodeUtf8 } from "../../bytes.ts";
import { OPEN } from "./constants.ts";
import { NodeArgumentError, NodeRangeError } from "./errors.ts";
import type { NodeEncoding, NodeFsFlag, NodeFsPath } from "./options.ts";

const ENCODINGS: ReadonlySet<string> = new Set<NodeEncoding>([
  "ascii",
  "base64",
  "base64url",
  "binary",
  "hex",
  "latin1",
  "ucs-2",
  "ucs2",
  "utf-16le",
  "utf-8",
  "utf16le",
  "utf8",
]);

/** What Node's names for opening stand for. */
const FLAGS: Readonly<Record<string, number>> = {
  "r": OPEN.O_RDONLY,
  "rs": OPEN.O_RDONLY,
  "r+": OPEN.O_RDWR,
  "rs+": OPEN.O_RDWR,
  "w": OPEN.O_WRONLY | OPEN.O_CREAT | OPEN.O_TRUNC,
  "w+": OPEN.O_RDWR | OPEN.O_CREAT | OPEN.O_TRUNC,
  "a": OPEN.O_WRONLY | OPEN.O_CREAT | OPEN.O_APPEND,
  "a+": OPEN.O_RDWR | OPEN.O_CREAT | OPEN.O_APPEND,
};

/** What of a mode is kept: the kind is the node's own. */
const PERMISSIONS = 0o7777;

/** How a file is opened. */
export interface OpenFlags {
  /** Whether it can be read. */
  readonly reads: boolean;
  /** Whether it can be written. */
  readonly writes: boolean;
  /** Whether it is made when missing. */
  readonly creates: boolean;
  /** Whether it must not exist. */
  readonly exclusive: boolean;
  /** Whether its content is dropped. */
  readonly truncates: boolean;
  /** Whether everything is written to the end. */
  readonly appends: boolean;
  /** Whether it must be a directory. */
  readonly directory: boolean;
  /** Whether a symlink at the end is followed. */
  readonly follows: boolean;
}

/**
 * A path as text.
 *
 * @throws {NodeArgumentError} For anything that is no path, and for one with
 *   NUL in it.
 */
export function pathOf(value: NodeFsPath, name = "path"): string {
  const path = textOf(value, name);
  if (!path.includes("\0")) return path;
  throw new NodeArgumentError(
    "ERR_INVALID_ARG_VALUE",
    `The argument '${name}' must be a string, Uint8Array, or URL without null bytes`,
  );
}

function textOf(value: NodeFsPath, name: string): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return decodeUtf8(value);
  if (!(value instanceof URL)) {
    throw new NodeArgumentError(
      "ERR_INVALID_ARG_TYPE",
      `The "${name}" argument must be of type string or an instance of Uint8Array or URL`,
    );
  }
  if (value.protocol === "file:") return decodeURIComponent(value.pathname);
  throw new NodeArgumentError(
    "ERR_INVALID_URL_SCHEME",
    "The URL must be of scheme file",
  );
}

/**
 * Permission bits, which may be octal digits.
 *
 * @throws {NodeArgumentError} For a text of anything else.
 * @throws {NodeRangeError} For a number that can't be permission bits.
 */
export function modeOf(mode: number | string, name = "mode"): number {
  if (typeof mode === "number") {
    return integerOf(mode, name, 0, 2 ** 32 - 1) & PERMISSIONS;
  }
  if (/^[0-7]+$/.test(mode)) return parseInt(mode, 8) & PERMISSIONS;
  throw new NodeArgumentError(
    "ERR_INVALID_ARG_VALUE",
    `The argument '${name}' must be a 32-bit unsigned integer or an octal string`,
  );
}

/**
 * A time in microseconds since the epoch.
 *
 * @param time A date, or seconds.
 * @throws {NodeArgumentError} For anything else.
 */
export function microsecondsOf(time: Date | number | string): number {
  const seconds = time instanceof Date ? time.getTime() / 1000 : Number(time);
  const microseconds = Math.round(seconds * 1e6);
  if (Number.isSafeInteger(microseconds)) return microseconds;
  throw new NodeArgumentError(
    "ERR_INVALID_ARG_TYPE",
    "A time must be a Date, or a number of seconds",
  );
}

/**
 * The encoding that options ask for; `undefined` for bytes.
 *
 * @throws {NodeArgumentError} For one that there isn't.
 */
export function encodingOf(
  options: string | { readonly encoding?: string | null } | null | undefined,
): NodeEncoding | undefined {
  const encoding = typeof options === "string" ? options : options?.encoding;
  if (!encoding || encoding === "buffer") return undefined;
  const known = encoding.toLowerCase();
  if (isEncoding(known)) return known;
  throw new NodeArgumentError(
    "ERR_INVALID_ARG_VALUE",
    `The argument 'encoding' is invalid encoding. Received '${encoding}'`,
  );
}

function isEncoding(text: string): text is NodeEncoding {
  return ENCODINGS.has(text);
}

/** Whether options ask for names as bytes. */
export function asksForBytes(
  options: string | { readonly encoding?: string | null } | null | undefined,
): boolean {
  const encoding = typeof options === "string" ? options : options?.encoding;
  return encoding === "buffer";
}

/**
 * What flags of opening ask for.
 *
 * @param flag A name such as `ax+`, or `O_` constants.
 * @throws {NodeArgumentError} For a name that is none.
 */
export function flagsOf(flag: NodeFsFlag): OpenFlags {
  const bits = typeof flag === "number" ? flag : bitsOf(flag);
  const access = bits & 3;
  const has = (bit: number) => (bits & bit) !== 0;
  return {
    reads: access !== OPEN.O_WRONLY,
    writes: access !== OPEN.O_RDONLY,
    creates: has(OPEN.O_CREAT),
    exclusive: has(OPEN.O_CREAT) && has(OPEN.O_EXCL),
    truncates: has(OPEN.O_TRUNC) && access !== OPEN.O_RDONLY,
    appends: has(OPEN.O_APPEND),
    directory: has(OPEN.O_DIRECTORY),
    follows: !has(OPEN.O_NOFOLLOW),
  };
}

/** `s` (synchronous) and `x` (exclusive) stand in the middle, in any order. */
function bitsOf(flag: string): number {
  const plain = flag.startsWith("r") ? flag : flag.replace(/[xs]/g, "");
  const exclusive = /^[wa]/.test(flag) && flag.includes("x");
  const bits = Object.hasOwn(FLAGS, plain) ? FLAGS[plain] : undefined;
  const isKnown = bits !== undefined && /^(\w)[xs]?\+?$/.test(flag);
  if (isKnown) return exclusive ? bits | OPEN.O_EXCL : bits;
  throw new NodeArgumentError(
    "ERR_INVALID_ARG_VALUE",
    `The argument 'flags' is invalid. Received '${flag}'`,
  );
}

/**
 * A count or place that a program passes.
 *
 * @throws {NodeRangeError} Outside of `min` and `max`.
 */
export function integerOf(
  value: number,
  name: string,
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new NodeRangeError(
    `The value of "${name}" is out of range. It must be >= ${min} && <= ${max}. Received ${value}`,
  );
}
