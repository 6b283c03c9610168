/**
 * Revisions: the one grammar for points in a pond's history.
 *
 * ```text
 * @               the newest version
 * @pending        the newest version and what is pending
 * v12             version 12
 * v-1             one version before the newest
 * 2h  3d  30min   that long ago: s, min, h, d, w
 * P3D  PT2H       that long ago, as ISO 8601 writes it
 * 2026-01-05      the state at the beginning of that day, UTC
 * 2026-01-05T10:00[:00[.123]][Z|+01:00]   the state at that time; UTC unless said
 * 1f2e3d…         the transaction whose id begins like this: 6 digits or more
 * release-1.0     the version with this tag
 * ```
 *
 * `PATH@REV` is a path at a revision; `PATH@@…` has an `@` in its name.
 *
 * @module
 */
import { PondError } from "../errors.ts";

/** A parsed revision. */
export type Revision =
  | { readonly kind: "newest" }
  | { readonly kind: "pending" }
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "back"; readonly versions: number }
  | { readonly kind: "time"; readonly timestampUs: number }
  | { readonly kind: "transaction"; readonly prefix: string }
  | { readonly kind: "tag"; readonly name: string };

const UNIT_US: Readonly<Record<string, number>> = {
  s: 1e6,
  min: 60e6,
  h: 3600e6,
  d: 86400e6,
  w: 7 * 86400e6,
};

/**
 * Parses a revision.
 *
 * @param text The revision.
 * @param nowUs The present, for times that are counted from it.
 * @throws {PondError} `INVALID_ARGUMENT` when it is none.
 */
export function parseRevision(text: string, nowUs: number): Revision {
  for (const read of READERS) {
    const revision = read(text, nowUs);
    if (revision !== undefined) return revision;
  }
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read the revision ${JSON.stringify(text)}`,
    {
      hint:
        "a version (v12, v-1), a time (2026-01-05, 2026-01-05T10:00Z, 2h), " +
        "@, the beginning of a transaction's id, or a tag",
    },
  );
}

/** Reads one kind of revision; `undefined` when the text is of another kind. */
type RevisionReader = (text: string, nowUs: number) => Revision | undefined;

/**
 * The kinds of revisions, in the order in which they are tried. A further kind
 * is a reader here, a case of {@linkcode Revision}, and one of
 * `resolveRevision()`, which says what version it means.
 */
const READERS: readonly RevisionReader[] = [
  (text) => text === "@" || text === "v-0" ? { kind: "newest" } : undefined,
  (text) => text === "@pending" ? { kind: "pending" } : undefined,
  readVersion,
  (text, nowUs) => {
    const agoUs = parseDuration(text);
    if (agoUs === undefined) return undefined;
    return { kind: "time", timestampUs: nowUs - agoUs };
  },
  (text) => {
    const timestampUs = parseTime(text);
    return timestampUs === undefined
      ? undefined
      : { kind: "time", timestampUs };
  },
  (text) =>
    /^[0-9a-f]{6,32}$/.test(text)
      ? { kind: "transaction", prefix: text }
      : undefined,
  // Everything else comes first: a tag takes no other revision's place.
  (text) => isTagName(text) ? { kind: "tag", name: text } : undefined,
];

/** Whether a text has the form of a tag: no digit comes first. */
export function isTagName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9._-]{0,99}$/.test(text);
}

function readVersion(text: string): Revision | undefined {
  const match = /^v(-?)(\d{1,15})$/.exec(text);
  if (match === null) return undefined;
  const number = Number(match[2]);
  return match[1] === "-"
    ? { kind: "back", versions: number }
    : { kind: "version", version: number };
}

/** A path, and the revision at which it is looked at. */
export interface PathAtRevision {
  /** The path. */
  readonly path: string;
  /** The revision; none when the path has none. */
  readonly revision?: string;
}

/**
 * Divides `PATH@REV`. The `@` stands in the last name of the path; each `@@`
 * anywhere is an `@` of a name. After `@`, nothing means `@`, and `pending`
 * means `@pending`.
 */
export function splitRevision(text: string): PathAtRevision {
  const lastName = text.lastIndexOf("/") + 1;
  const start = /^(?:[^@]|@@)*@(?!@)/.exec(text.slice(lastName));
  if (start === null) return { path: text.replaceAll("@@", "@") };
  const end = lastName + start[0].length;
  const revision = text.slice(end);
  return {
    path: text.slice(0, end - 1).replaceAll("@@", "@"),
    revision: revision === "" || revision === "pending"
      ? `@${revision}`
      : revision,
  };
}

/**
 * Parses a duration, such as `3d`, `2h` or `PT2H`.
 *
 * @returns Microseconds; `undefined` when it is none.
 */
export function parseDuration(text: string): number | undefined {
  const short = /^(\d{1,9})(s|min|h|d|w)$/.exec(text);
  if (short) return Number(short[1]) * (UNIT_US[short[2] ?? ""] ?? NaN);
  const iso =
    /^P(?=.)(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/
      .exec(text);
  if (!iso) return undefined;
  const units = ["w", "d", "h", "min", "s"];
  let sumUs = 0;
  units.forEach((unit, i) => {
    sumUs += Number(iso[i + 1] ?? 0) * (UNIT_US[unit] ?? NaN);
  });
  return sumUs;
}

/** ISO 8601 as `Date.parse` takes it, but UTC where no zone is said. */
function parseTime(text: string): number | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?)?$/
      .exec(text);
  if (!match) return undefined;
  const [
    ,
    date,
    minutes = "00:00",
    seconds = ":00",
    fraction = "",
    zone = "Z",
  ] = match;
  const milliseconds = Date.parse(`${date}T${minutes}${seconds}${zone}`);
  if (Number.isNaN(milliseconds)) return undefined;
  // A day that doesn't exist, such as 30 February, must not become another.
  if (new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10) !== date) {
    return undefined;
  }
  const microseconds = Math.floor(Number(`0${fraction || ".0"}`) * 1e6);
  return milliseconds * 1000 + microseconds;
}
