/**
 * Checkpoints of other engines: classic and multi-part ones, and those of the
 * v2 specification.
 *
 * ```text
 * N.checkpoint.parquet, N.checkpoint.O.P.parquet     one action a row
 * N.checkpoint.UUID.parquet, N.checkpoint.UUID.json  the same, and
 *     checkpointMetadata   {version}
 *     sidecar              {path}: _sidecars/PATH, a Parquet file of add, remove
 * ```
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoint-specs}
 * @module
 */
import { type Bytes, tryDecodeUtf8 } from "../../bytes.ts";
import { IntegrityError } from "../../errors.ts";
import type { ActionRow, TakenRows } from "./action_rows.ts";
import { type Action, actionFrom, isObject } from "./actions.ts";
import { FILE_COLUMNS } from "./checkpoint_columns.ts";
import { CheckpointFile } from "./checkpoint_file.ts";
import { decodePath } from "./table_state.ts";

/** A checkpoint file to read. */
export interface CheckpointSource {
  /** The file. */
  readonly bytes: Bytes;
  /** Its path, for errors, and for how it is encoded. */
  readonly path: string;
  /** The version that its name says. */
  readonly version: number;
  /** Reads a file of `_sidecars/`. */
  readonly openSidecar: (
    name: string,
  ) => Promise<{ readonly bytes: Bytes; readonly path: string }>;
}

/**
 * Reads the actions of a checkpoint file, and those of its sidecars.
 *
 * @throws {IntegrityError} When a file is damaged or missing.
 */
export async function* foreignActions(
  source: CheckpointSource,
): AsyncGenerator<readonly Action[]> {
  const { bytes, path } = source;
  const sidecars: string[] = [];
  const batches = path.endsWith(".json")
    ? jsonRows(source)
    : (await CheckpointFile.open(bytes, path)).rows();
  for await (const { actions, others } of batches) {
    for (const row of others) {
      requireVersion(row, source);
      const name = sidecarOf(row, path);
      if (name !== undefined) sidecars.push(name);
    }
    yield actions;
  }
  for (const name of sidecars) {
    const sidecar = await source.openSidecar(name);
    const file = await CheckpointFile.open(sidecar.bytes, sidecar.path);
    for await (const { actions } of file.rows({ columns: FILE_COLUMNS })) {
      yield actions;
    }
  }
}

function requireVersion(
  row: ActionRow,
  { path, version }: CheckpointSource,
): void {
  const { checkpointMetadata } = row;
  if (!isObject(checkpointMetadata)) return;
  const stated = Number(checkpointMetadata.version);
  if (stated === version) return;
  throw new IntegrityError(path, `it says that it is of version ${stated}`);
}

/** Sidecars lie in one place, whatever path they are named by. */
function sidecarOf(row: ActionRow, path: string): string | undefined {
  if (!isObject(row.sidecar)) return undefined;
  const named = row.sidecar.path;
  const name = typeof named === "string"
    ? decodePath(named, path).split("/").at(-1)
    : undefined;
  if (name && name !== ".." && name !== "." && !name.includes("\0")) {
    return name;
  }
  throw new IntegrityError(path, `it names no sidecar: ${String(named)}`);
}

function* jsonRows(
  { bytes, path }: CheckpointSource,
): Generator<Pick<TakenRows, "actions" | "others">> {
  const text = tryDecodeUtf8(bytes);
  if (text === undefined) {
    throw new IntegrityError(path, "it is not valid UTF-8");
  }
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch (cause) {
      throw new IntegrityError(path, "a line of it is no valid JSON", {
        cause,
      });
    }
    if (!isObject(row)) {
      throw new IntegrityError(path, "a line of it is no JSON object");
    }
    const action = actionFrom(row, path);
    yield { actions: action ? [action] : [], others: [row] };
  }
}
