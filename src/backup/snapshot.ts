/**
 * A snapshot: what a pond was when a run looked at it.
 *
 * ```text
 * {"snapshot": 1, "pond": "<32 hex>", "pondCreated": "<RFC 3339>",
 *  "created": <µs>, "parent": "<64 hex>" | null, "current": "<branch>",
 *  "author": "…", "writer": "pond …",
 *  "indexes": ["<64 hex>", …], "rows": n, "blobs": n, "blobBytes": n,
 *  "lines": [{"id", "name", "version", "timestamp", "transaction",
 *             "transactionVersion", "wholeSince", "layout", "rows",
 *             "counters": {…}, "configuration": {…},
 *             "branch": {"from", "version", "created", "expires"} | null,
 *             "base": {"line", "version"} | null}, …]}
 * ```
 *
 * The rows of a line are those that the indexes name for it, in their order;
 * before them, where it has a base, those of that line up to the base's version.
 *
 * @module
 */
import { type Bytes, encodeUtf8 } from "../bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { OplogLayout } from "../oplog/mod.ts";
import { textOf } from "./format.ts";
import { parseObject } from "../tinylogfs/attributes.ts";
import { JsonReader } from "./json.ts";

/** A line of history in a snapshot: `main`, or a branch. */
export interface SavedLine {
  /** `main`, or the branch's identity: 32 hexadecimal digits. */
  readonly id: string;
  /** What it was called. */
  readonly name: string;
  /** Version of its newest row. */
  readonly version: number;
  /** Time of its newest transaction, microseconds since the epoch, UTC. */
  readonly timestampUs: number;
  /** Its newest transaction: 32 hexadecimal digits. */
  readonly transaction: string;
  /** The version of that. */
  readonly transactionVersion: number;
  /** The version from which on all rows are there; 0: all. */
  readonly wholeSince: number;
  /** How its data files were laid out. */
  readonly layout: OplogLayout;
  /** How many rows it has beside those of its base. */
  readonly rows: number;
  /** The `txn` counters of its table, by their applications. */
  readonly counters: Readonly<Record<string, number>>;
  /** Settings of its table. */
  readonly configuration: Readonly<Record<string, string>>;
  /** What made it; nothing for `main`. */
  readonly branch: SavedBranch | undefined;
  /** Whose rows it begins with. */
  readonly base: LineBase | undefined;
}

/** What made a branch. */
export interface SavedBranch {
  /** The name of the branch that it was made of. */
  readonly from: string;
  /** The last version that both have. */
  readonly version: number;
  /** When, microseconds since the epoch, UTC. */
  readonly createdUs: number;
  /** When it may be deleted. */
  readonly expiresUs: number | undefined;
}

/** Another line, up to a version. */
export interface LineBase {
  /** Its id. */
  readonly line: string;
  /** The last version of it that is meant. */
  readonly version: number;
}

/** What a snapshot says. */
export interface SnapshotContent {
  /** The pond: 32 hexadecimal digits. */
  readonly pondId: string;
  /** When the pond was made, RFC 3339. */
  readonly pondCreated: string;
  /** When it was made, microseconds since the epoch, UTC. */
  readonly createdUs: number;
  /** The snapshot that it goes on from. */
  readonly parent: string | undefined;
  /** The pond's current branch. */
  readonly current: string;
  /** Who made it. */
  readonly author: string;
  /** The program that has written it. */
  readonly writer: string;
  /** `main` first. */
  readonly lines: readonly SavedLine[];
  /** Names of indexes, in order. */
  readonly indexes: readonly string[];
  /** Rows of all lines, each once. */
  readonly rows: number;
  /** How many blobs. */
  readonly blobs: number;
  /** Their bytes, before compression. */
  readonly blobBytes: number;
}

/** Encodes a snapshot. */
export function encodeSnapshot(content: SnapshotContent): Bytes {
  const { createdUs, lines, parent, pondId, ...rest } = content;
  const value = {
    snapshot: 1,
    pond: pondId,
    created: createdUs,
    parent: parent ?? null,
    ...rest,
    lines: lines.map(({ base, branch, timestampUs, ...line }) => ({
      ...line,
      timestamp: timestampUs,
      base: base ?? null,
      branch: branch === undefined ? null : {
        from: branch.from,
        version: branch.version,
        created: branch.createdUs,
        expires: branch.expiresUs ?? null,
      },
    })),
  };
  return encodeUtf8(`${JSON.stringify(value, null, 1)}\n`);
}

/**
 * Decodes a snapshot.
 *
 * @param source What it is called, for errors.
 * @throws {IntegrityError} When it is none.
 */
export function decodeSnapshot(
  bytes: Uint8Array,
  source: string,
): SnapshotContent {
  const value = parseObject(textOf(bytes, source), source);
  const read = new JsonReader(source);
  if (value.snapshot !== 1) read.refuse("format", value.snapshot);
  const lines = read.list(value.lines, "lines")
    .map((line) => decodeLine(read, line));
  const current = read.text(value.current, "current branch");
  requireTree(lines, current, source);
  return {
    pondId: read.hex(value.pond, 32, "pond"),
    pondCreated: read.text(value.pondCreated, "pond's time"),
    createdUs: read.count(value.created, "time"),
    parent: read.optional(value.parent, (id) => read.hex(id, 64, "parent")),
    current,
    author: read.text(value.author, "author"),
    writer: read.text(value.writer, "writer"),
    lines,
    indexes: read.list(value.indexes, "indexes")
      .map((name) => read.hex(name, 64, "index")),
    rows: read.count(value.rows, "rows"),
    blobs: read.count(value.blobs, "blobs"),
    blobBytes: read.count(value.blobBytes, "bytes of blobs"),
  };
}

function decodeLine(read: JsonReader, value: unknown): SavedLine {
  const line = read.object(value, "line");
  const layout = read.text(line.layout, "layout");
  if (layout !== "clustered" && layout !== "hive") {
    return read.refuse("layout", layout);
  }
  return {
    id: read.text(line.id, "line's id"),
    name: read.text(line.name, "line's name"),
    version: read.count(line.version, "line's version"),
    timestampUs: read.count(line.timestamp, "line's time"),
    transaction: read.hex(line.transaction, 32, "transaction"),
    transactionVersion: read.count(line.transactionVersion, "transaction"),
    wholeSince: read.count(line.wholeSince, "whole history"),
    layout,
    rows: read.count(line.rows, "line's rows"),
    counters: recordOf(
      read.object(line.counters, "counters"),
      (value) => read.count(value, "counter"),
    ),
    configuration: recordOf(
      read.object(line.configuration, "configuration"),
      (value) => read.text(value, "setting"),
    ),
    branch: read.optional(line.branch, (value) => {
      const { created, expires, from, version } = read.object(value, "branch");
      return {
        from: read.text(from, "branch's origin"),
        version: read.count(version, "branch's version"),
        createdUs: read.count(created, "branch's time"),
        expiresUs: read.optional(expires, (us) => read.count(us, "end")),
      };
    }),
    base: read.optional(line.base, (value) => {
      const { line, version } = read.object(value, "base");
      return {
        line: read.text(line, "base"),
        version: read.count(version, "base's version"),
      };
    }),
  };
}

function recordOf<T>(
  object: Readonly<Record<string, unknown>>,
  read: (value: unknown) => T,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, read(value)]),
  );
}

/** `main` comes first, and a line after the one that it begins with. */
function requireTree(
  lines: readonly SavedLine[],
  current: string,
  source: string,
): void {
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const { base, branch, id, name } of lines) {
    const isFirst = ids.size === 0;
    const isNamed = isFirst
      ? id === "main" && name === "main" && branch === undefined
      : /^[0-9a-f]{32}$/.test(id) && branch !== undefined;
    const isNew = !ids.has(id) && !names.has(name);
    const hasBase = base === undefined || ids.has(base.line);
    if (!isNamed || !isNew || !hasBase) {
      throw new IntegrityError(source, `its line ${name} has no place`);
    }
    ids.add(id);
    names.add(name);
  }
  if (names.has(current)) return;
  throw new IntegrityError(source, `it has no line ${current}`);
}
