/**
 * One checkpoint file, with its sidecars: a row group that can't be read hides
 * none of the others.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import type { DataField } from "../data_type.ts";
import type { ActionRow, TakenRows } from "../delta/action_rows.ts";
import { isObject } from "../delta/actions.ts";
import { decodeCheckpoint } from "../delta/checkpoint.ts";
import { COLUMNS, FILE_COLUMNS } from "../delta/checkpoint_columns.ts";
import { CheckpointFile } from "../delta/checkpoint_file.ts";
import { attempt } from "../delta/finding.ts";
import {
  type CheckpointName,
  checkpointPartNames,
  parseCheckpointName,
  SIDECAR_DIRECTORY,
} from "../delta/log_path.ts";
import { decodePath } from "../delta/table_state.ts";
import type { DumpHost, DumpOptions, DumpRow } from "./types.ts";
import { pathIn } from "../store/store.ts";
import { DOMAIN_COLUMN } from "./domains.ts";
import { linesOf } from "./lines.ts";
import { bytesOf, type PlacedFile, placeFile, readWhole } from "./place.ts";
import { tornRows } from "./pages.ts";
import { actionFacts, damaged, factsOf, shown, tried } from "./row.ts";

/** What the keys in the footer of one of ours begin with. */
const KEYS = "pond.";

const ALL_COLUMNS = [...COLUMNS, DOMAIN_COLUMN];

/**
 * Shows a checkpoint's file, Parquet or JSON, with its sidecars. Of a torn one,
 * the pages that are whole.
 *
 * @param path The file, absolute.
 * @throws {PondError} `NOT_FOUND`, `UNSUPPORTED` when it is too large.
 */
export async function* dumpCheckpoint(
  host: DumpHost,
  source: string,
  { signal }: DumpOptions = {},
): AsyncGenerator<DumpRow> {
  const dump = new CheckpointDump(await placeFile(host, source), signal);
  yield* dump.rows();
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A checkpoint while it is gone through. */
class CheckpointDump {
  readonly #file: PlacedFile;
  readonly #signal: AbortSignal | undefined;
  readonly #named: CheckpointName | undefined;
  readonly #counts = new Map<string, number>();
  readonly #sidecars: string[] = [];
  /** Whether it can be read, and says no digest. */
  #isUnsealed = false;

  constructor(file: PlacedFile, signal: AbortSignal | undefined) {
    this.#file = file;
    this.#signal = signal;
    this.#named = parseCheckpointName(nameOf(file.source));
  }

  async *rows(): AsyncGenerator<DumpRow> {
    const { store, path, source, sizeBytes } = this.#file;
    const bytes = await readWhole(store, path);
    const name = nameOf(source);
    const parsed = this.#named;
    const base = {
      path: source,
      ...(parsed === undefined ? {} : { version: parsed.version }),
    };
    const sealed = name.endsWith(".json")
      ? undefined
      : await attempt(() => decodeCheckpoint(bytes, source));
    const ours = sealed?.isSound ? sealed.value : undefined;
    this.#isUnsealed = sealed?.isSound === true && ours === undefined;
    const facts = {
      size: sizeBytes,
      ...(parsed === undefined
        ? {}
        : { part: parsed.part, parts: parsed.parts }),
      sealed: sealed === undefined || sealed.isSound
        ? ours !== undefined
        : null,
      ...factsOf({ commitDigest: ours?.commitDigest }),
    };
    const place = { kind: "checkpoint", ...base };
    if (bytes.length === 0) yield damaged(place, "it is empty", facts);
    else if (sealed?.isSound === false) {
      yield damaged(place, sealed.problem, facts);
    } else yield { ...place, facts };
    yield* this.#missingParts();
    if (bytes.length === 0) return;
    if (name.endsWith(".json")) yield* this.#lines(bytes, base);
    else yield* this.#parquet(bytes, this.#file, ALL_COLUMNS);
    for (const sidecar of this.#sidecars) yield* this.#sidecar(sidecar);
    const counts = Object.fromEntries(this.#counts);
    yield { kind: "counts", ...base, facts: counts };
  }

  async *#lines(
    bytes: Bytes,
    base: { readonly path: string; readonly version?: number },
  ): AsyncGenerator<DumpRow> {
    for await (const { row, other } of linesOf(bytes, base)) {
      if (row.severity === undefined) this.#count(row.kind);
      if (other !== undefined) {
        this.#noteSidecar(other);
        yield* this.#otherVersion(other);
      }
      yield row;
    }
  }

  async *#parquet(
    bytes: Bytes,
    file: PlacedFile,
    columns: readonly DataField[],
  ): AsyncGenerator<DumpRow> {
    const { source: path } = file;
    const opened = await attempt(() => CheckpointFile.open(bytes, path));
    if (!opened.isSound) {
      yield damaged({ kind: "footer", path }, opened.problem);
      yield* tornRows(bytesOf(file, this.#signal), this.#signal);
      return;
    }
    const { keyValues, numGroups } = opened.value;
    const facts = {
      rowGroups: numGroups,
      keyValues: shown(Object.fromEntries(keyValues)),
    };
    const place = { kind: "footer", path };
    // Of a damaged footer, a key may be anything.
    const isOurs = [...keyValues.keys()].some((key) =>
      String(key).startsWith(KEYS)
    );
    yield isOurs && this.#isUnsealed
      ? damaged(place, "the mark of its digest is damaged", facts)
      : { ...place, facts };
    for (let group = 0; group < numGroups; group++) {
      this.#signal?.throwIfAborted();
      const range = { first: group, end: group + 1, columns };
      for await (const rows of tried(opened.value.rows(range))) {
        const place = `row group ${group}`;
        if (rows.isSound) yield* this.#taken(rows.value, { path, place });
        else yield damaged({ kind: "row group", path, place }, rows.problem);
      }
    }
  }

  *#taken(
    { actions, others }: TakenRows,
    base: { readonly path: string; readonly place: string },
  ): Generator<DumpRow> {
    for (const action of actions) {
      this.#count(action.kind);
      yield { kind: action.kind, ...base, facts: actionFacts(action) };
    }
    for (const row of others) {
      this.#noteSidecar(row);
      yield* this.#otherVersion(row);
      for (const [kind, content] of Object.entries(row)) {
        if (!isObject(content)) continue;
        this.#count(kind);
        yield { kind, ...base, facts: factsOf(content) };
      }
    }
  }

  /** A checkpoint that says that it is of another version. */
  *#otherVersion({ checkpointMetadata }: ActionRow): Generator<DumpRow> {
    if (!isObject(checkpointMetadata)) return;
    const stated = Number(checkpointMetadata.version);
    const version = this.#named?.version;
    if (version === undefined || stated === version) return;
    const place = { kind: "checkpointMetadata", path: this.#file.source };
    yield damaged(place, `it says that it is of version ${stated}`);
  }

  /** Parts without which this one says nothing. */
  async *#missingParts(): AsyncGenerator<DumpRow> {
    const { store, path } = this.#file;
    if (this.#named === undefined || this.#named.parts === 1) return;
    const { parts, version } = this.#named;
    const directory = path.slice(0, path.lastIndexOf("/") + 1);
    for (const name of checkpointPartNames(version, parts)) {
      const part = `${directory}${name}`;
      if (await store.head(part) !== undefined) continue;
      const place = { kind: "checkpoint", path: pathIn(store, part), version };
      yield damaged(place, "this part of it is missing");
    }
  }

  #count(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  #noteSidecar({ sidecar }: ActionRow): void {
    if (!isObject(sidecar)) return;
    if (typeof sidecar.path === "string") this.#sidecars.push(sidecar.path);
  }

  /** Sidecars lie in one place, whatever path they are named by. */
  async *#sidecar(named: string): AsyncGenerator<DumpRow> {
    const { store, path, source } = this.#file;
    const above = path.slice(0, path.lastIndexOf("/") + 1);
    const found = await attempt(async () => {
      const name = decodePath(named, source).split("/").at(-1) ?? "";
      const at = `${above}${SIDECAR_DIRECTORY}/${name}`;
      const bytes = await readWhole(store, at);
      const place = { source: pathIn(store, at), sizeBytes: bytes.length };
      return { bytes, file: { ...this.#file, ...place, path: at } };
    });
    if (!found.isSound) {
      const facts = { sidecar: shown(named) };
      yield damaged({ kind: "sidecar", path: source }, found.problem, facts);
      return;
    }
    const { bytes, file } = found.value;
    yield* this.#parquet(bytes, file, FILE_COLUMNS);
  }
}
