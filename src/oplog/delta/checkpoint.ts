/**
 * Checkpoints: the state of a table at one version, as a Parquet file.
 *
 * ```text
 * columns        txn, add, remove, metaData, protocol: optional groups, one row
 *                an action, all but one of them null
 * row groups     removes are in the last ones, by themselves: who only reads the
 *                table doesn't decode them, and who writes the next checkpoint
 *                doesn't encode them again (remove_groups.ts)
 * key-value      pond.removes  how many rows these are
 *                pond.commit   digest of the version's commit
 *                pond.digest   SHA-256 of the file, with zeros for these digits
 * _last_checkpoint   {"version":…,"size":…,"sizeInBytes":…,"numOfAddFiles":…}
 * ```
 *
 * The digest lets a damaged checkpoint be found without anything beside it.
 * Checkpoints of other engines have none, and are believed as they are
 * (foreign_checkpoint.ts).
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints}
 * @module
 */
import { type Bytes, decodeUtf8, encodeUtf8, sha256Hex } from "../../bytes.ts";
import { IntegrityError, invariant } from "../../errors.ts";
import {
  type EncodedGroup,
  encodeGroup,
  joinGroups,
  openParquet,
  type ParquetSchemaElement,
} from "../parquet.ts";
import { type Action, actionFrom, type RemoveFile } from "./actions.ts";
import { RemoveGroups } from "./remove_groups.ts";
import type { Snapshot } from "./table_state.ts";

/** What is in a checkpoint file. */
export interface CheckpointContent {
  /** The actions that make the state. */
  readonly actions: readonly Action[];
  /** Reads the removes that are not among them. */
  readonly removes?: () => Promise<readonly RemoveFile[]>;
  /** The digest of the commit of its version, where the file says it. */
  readonly commitDigest: string | undefined;
}

/** An encoded checkpoint. */
export interface EncodedCheckpoint {
  /** The file. */
  readonly bytes: Bytes;
  /** The hint for `_last_checkpoint`. */
  readonly hint: Bytes;
}

/** What `_last_checkpoint` says; never more than a hint. */
export interface LastCheckpoint {
  /** The version. */
  readonly version: number;
  /** How many parts the checkpoint has. */
  readonly parts: number;
}

const REMOVES_KEY = "pond.removes";
const COMMIT_KEY = "pond.commit";
const DIGEST_KEY = "pond.digest";
const ZEROS = "0".repeat(64);
/** A checkpoint of more files is none that a writer makes. */
const MAX_PARTS = 100_000;
/** A checkpoint of a few hundred rows. */
const MAX_SMALL_BYTES = 64 * 1024;
/** Behind the digest are the writer's name, and the end of the file. */
const MAX_MARK_DISTANCE = 4096;

/**
 * Encodes a state.
 *
 * @param snapshot The state.
 * @param commitDigest The digest of the commit of its version.
 * @param removeGroups What earlier calls have encoded, if there were any.
 */
export async function encodeCheckpoint(
  snapshot: Snapshot,
  commitDigest: string,
  removeGroups: RemoveGroups = new RemoveGroups(),
): Promise<EncodedCheckpoint> {
  const live = liveRows(snapshot);
  const removes = [...await snapshot.tombstones()];
  const later = await removeGroups.encode(
    removes,
    (group) => encodeRows(group.map(removeRow)),
  );
  const bytes = await joinGroups(
    SCHEMA,
    [await encodeRows(live), ...later],
    // The digest comes last: it is looked for from the end of the file.
    [
      [REMOVES_KEY, String(removes.length)],
      [COMMIT_KEY, commitDigest],
      [DIGEST_KEY, ZEROS],
    ],
  );
  const at = digestOffset(bytes);
  invariant(at !== undefined, "the file has a place for its digest");
  bytes.set(encodeUtf8(await sha256Hex(bytes)), at);
  const hint = {
    version: snapshot.version,
    size: live.length + removes.length,
    sizeInBytes: bytes.length,
    numOfAddFiles: snapshot.fileCount,
  };
  return { bytes, hint: encodeUtf8(JSON.stringify(hint)) };
}

/**
 * Decodes a checkpoint of ours, after its digest was checked.
 *
 * @param bytes The file.
 * @param source Its path, for errors.
 * @returns `undefined` when it is another engine's.
 * @throws {IntegrityError} When it is not what was written.
 */
export async function decodeCheckpoint(
  bytes: Bytes,
  source: string,
): Promise<CheckpointContent | undefined> {
  if (!await isSealed(bytes, source)) return undefined;
  const { keyValues, numGroups, actionsOf } = await open(bytes, source);
  const hasRemoves = Number(keyValues.get(REMOVES_KEY) ?? 0) > 0;
  const end = hasRemoves ? Math.min(1, numGroups) : numGroups;
  return {
    actions: await actionsOf(0, end),
    commitDigest: keyValues.get(COMMIT_KEY),
    ...(end === numGroups ? {} : {
      removes: async () =>
        (await actionsOf(end, numGroups)).flatMap((action) =>
          action.kind === "remove" ? action.remove : []
        ),
    }),
  };
}

/** A checkpoint file that is open. */
interface OpenCheckpoint {
  readonly keyValues: ReadonlyMap<string, string>;
  readonly numGroups: number;
  /** Reads row groups: from one, up to another without it. */
  readonly actionsOf: (
    first: number,
    end: number,
  ) => Promise<readonly Action[]>;
}

/** What decodes thousands of rows at once takes longer to load than a few do. */
async function open(bytes: Bytes, source: string): Promise<OpenCheckpoint> {
  if (bytes.length <= MAX_SMALL_BYTES) return openSmall(bytes, source);
  const { CheckpointFile } = await import("./checkpoint_file.ts");
  const file = await CheckpointFile.open(bytes, source);
  const { keyValues, numGroups } = file;
  return {
    keyValues,
    numGroups,
    async actionsOf(first, end) {
      const batches: (readonly Action[])[] = [];
      for await (const { actions } of file.rows({ first, end })) {
        batches.push(actions);
      }
      return batches.length === 1 ? batches[0] ?? [] : batches.flat();
    },
  };
}

function openSmall(bytes: Bytes, source: string): OpenCheckpoint {
  const { groups, keyValues } = openParquet(bytes, { source });
  return {
    keyValues,
    numGroups: groups.length,
    async actionsOf(first, end) {
      const actions: Action[] = [];
      for (const group of groups.slice(first, end)) {
        const columns = [...await group.read()];
        for (let row = 0; row < group.numRows; row++) {
          const values = columns.map(([name, of]) => [name, of[row]]);
          const action = actionFrom(Object.fromEntries(values), source);
          if (action !== undefined) actions.push(action);
        }
      }
      return actions;
    },
  };
}

/**
 * Reads `_last_checkpoint`.
 *
 * @returns `undefined` when it can't be understood: it is a hint.
 */
export function parseLastCheckpoint(bytes: Bytes): LastCheckpoint | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { version, parts } = value as Record<string, unknown>;
  if (!isCount(version)) return undefined;
  if (parts === undefined || parts === null) return { version, parts: 1 };
  const isMeant = isCount(parts) && parts > 0 && parts <= MAX_PARTS;
  return isMeant ? { version, parts } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/**
 * A file with the mark of a digest must have the right one. A flipped bit in
 * the mark itself hides it, and has then changed nothing else.
 */
async function isSealed(bytes: Bytes, source: string): Promise<boolean> {
  const at = digestOffset(bytes);
  if (at === undefined) return false;
  const stated = decodeUtf8(bytes.subarray(at, at + ZEROS.length));
  const unsealed = bytes.slice();
  unsealed.set(encodeUtf8(ZEROS), at);
  const actual = await sha256Hex(unsealed);
  if (stated === actual) return true;
  throw new IntegrityError(source, `its digest is ${actual}, not ${stated}`, {
    hint:
      "remove this file if the commits up to its version are there: they hold the same",
  });
}

/**
 * Where the 64 digits are: in Thrift's compact protocol a value of that length
 * follows its key after a field header (0x18) and the length (0x40).
 */
function digestOffset(bytes: Uint8Array): number | undefined {
  const mark = encodeUtf8(`${DIGEST_KEY}\x18\x40`);
  // What is long in a footer comes before the last key: it isn't far back.
  const first = Math.max(0, bytes.length - MAX_MARK_DISTANCE);
  for (let at = bytes.length - mark.length - ZEROS.length; at >= first; at--) {
    let i = 0;
    while (i < mark.length && bytes[at + i] === mark[i]) i++;
    if (i === mark.length) return at + mark.length;
  }
  return undefined;
}

/** A row: one action, as the columns of the file have it. */
interface CheckpointRow {
  readonly txn?: unknown;
  readonly add?: unknown;
  readonly remove?: unknown;
  readonly metaData?: unknown;
  readonly protocol?: unknown;
}

function liveRows(snapshot: Snapshot): CheckpointRow[] {
  const { protocol, metaData } = snapshot;
  const rows: CheckpointRow[] = [
    { protocol },
    {
      metaData: {
        ...metaData,
        ...(metaData.createdTime === undefined
          ? {}
          : { createdTime: BigInt(metaData.createdTime) }),
      },
    },
  ];
  for (const txn of snapshot.transactions.values()) {
    rows.push({
      txn: {
        ...txn,
        version: BigInt(txn.version),
        lastUpdated: bigintOf(txn.lastUpdated),
      },
    });
  }
  for (const add of snapshot.adds) {
    rows.push({
      add: {
        ...add,
        size: BigInt(add.size),
        modificationTime: BigInt(add.modificationTime),
        dataChange: false,
      },
    });
  }
  return rows;
}

function removeRow(remove: RemoveFile): CheckpointRow {
  return {
    remove: {
      ...remove,
      deletionTimestamp: bigintOf(remove.deletionTimestamp),
      size: bigintOf(remove.size),
    },
  };
}

async function encodeRows(
  rows: readonly CheckpointRow[],
): Promise<EncodedGroup> {
  const names = ["txn", "add", "remove", "metaData", "protocol"] as const;
  return await encodeGroup(
    SCHEMA,
    names.map((name) => ({ name, data: rows.map((row) => row[name] ?? null) })),
  );
}

function bigintOf(value: number | undefined): bigint | null {
  return value === undefined ? null : BigInt(value);
}

// === The schema, depth first ===

type Elements = readonly ParquetSchemaElement[];

function text(name: string): Elements {
  return [{
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    repetition_type: "OPTIONAL",
  }];
}

function leaf(name: string, type: "INT32" | "INT64" | "BOOLEAN"): Elements {
  return [{ name, type, repetition_type: "OPTIONAL" }];
}

function group(name: string, ...members: Elements[]): Elements {
  return [
    { name, repetition_type: "OPTIONAL", num_children: members.length },
    ...members.flat(),
  ];
}

function map(name: string): Elements {
  return [
    {
      name,
      repetition_type: "OPTIONAL",
      num_children: 1,
      converted_type: "MAP",
    },
    { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
    {
      name: "key",
      type: "BYTE_ARRAY",
      converted_type: "UTF8",
      repetition_type: "REQUIRED",
    },
    ...text("value"),
  ];
}

function list(name: string): Elements {
  return [
    {
      name,
      repetition_type: "OPTIONAL",
      num_children: 1,
      converted_type: "LIST",
    },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...text("element"),
  ];
}

const SCHEMA: Elements = [
  { name: "root", num_children: 5 },
  ...group(
    "txn",
    text("appId"),
    leaf("version", "INT64"),
    leaf("lastUpdated", "INT64"),
  ),
  ...group(
    "add",
    text("path"),
    map("partitionValues"),
    leaf("size", "INT64"),
    leaf("modificationTime", "INT64"),
    leaf("dataChange", "BOOLEAN"),
    text("stats"),
    map("tags"),
  ),
  ...group(
    "remove",
    text("path"),
    leaf("deletionTimestamp", "INT64"),
    leaf("dataChange", "BOOLEAN"),
    leaf("extendedFileMetadata", "BOOLEAN"),
    map("partitionValues"),
    leaf("size", "INT64"),
  ),
  ...group(
    "metaData",
    text("id"),
    text("name"),
    text("description"),
    group("format", text("provider"), map("options")),
    text("schemaString"),
    list("partitionColumns"),
    map("configuration"),
    leaf("createdTime", "INT64"),
  ),
  ...group(
    "protocol",
    leaf("minReaderVersion", "INT32"),
    leaf("minWriterVersion", "INT32"),
    list("readerFeatures"),
    list("writerFeatures"),
  ),
];
