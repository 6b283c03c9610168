/**
 * Reads a backup of the proof of concept, in a directory.
 *
 * ```text
 * {uuid}/POND           Parquet: one row {last}
 * {uuid}/{n}            a batch, 1 to last: zstd of a listing whose names are paths
 * {uuid}/asset/{sha}    content of more than 64 KiB: zstd of its bytes
 * ```
 *
 * Directories are in no batch: they are what the paths say. Content that is in a
 * batch is laid beside, in files of a scratch directory.
 *
 * @module
 */
import { IntegrityError, PondError } from "../errors.ts";
import type { FileEntry, Host } from "../host/mod.ts";
import { byName, fileOf, linkOf } from "./listed.ts";
import { problemOf } from "./problems.ts";
import {
  childPath,
  type Damage,
  FTYPE,
  type ListedRow,
  nameProblem,
  type Source,
  type SourceBytes,
  type SourceDirectory,
  type SourceEntry,
} from "./source.ts";
import {
  bytesInMemory,
  bytesOnHost,
  readBatches,
  readListing,
} from "./table_rows.ts";

/** A batch that unpacks to more is none. */
const MAX_BATCH_BYTES = 1 << 30;

/** More batches have no numbers that anybody counts to. */
const MAX_BATCHES = 10_000_000;

/** A row, and where its content is. */
interface BackupRow {
  readonly row: ListedRow;
  readonly bytes: SourceBytes | undefined;
}

/** A directory while its rows come in. */
interface Branch {
  readonly below: Map<string, Branch>;
  readonly rows: BackupRow[];
}

/** Where the backups of ponds are in a directory: `{uuid}/POND`. */
export async function findBackups(
  { files }: Host,
  directory: string,
): Promise<readonly string[]> {
  const isOne = async (path: string) =>
    (await files.stat(`${path}/POND`))?.type === "file";
  if (await isOne(directory)) return [directory];
  const found: string[] = [];
  for await (const { name, type } of files.list(directory)) {
    const path = `${directory}/${name}`;
    if (type === "directory" && await isOne(path)) found.push(path);
  }
  return found.sort();
}

/** Reads a backup. */
export class BackupReader {
  readonly #host: Host;
  readonly #scratch: string;
  readonly #damage: Damage[] = [];
  readonly #signal: AbortSignal | undefined;

  /**
   * @param scratch A directory for content, which the caller removes.
   * @param signal Ends the reading.
   */
  constructor(host: Host, scratch: string, signal?: AbortSignal) {
    this.#host = host;
    this.#scratch = scratch;
    this.#signal = signal;
  }

  /**
   * Reads a pond.
   *
   * @param directory `{uuid}` in the bucket.
   */
  async read(directory: string): Promise<Source> {
    const { files } = this.#host;
    const found = await namesIn(files.list(directory));
    const assets = found.get("asset") === "directory"
      ? await namesIn(files.list(`${directory}/asset`))
      : new Map<string, FileEntry["type"]>();
    const numbers = [...found].flatMap(([name, type]) =>
      type === "file" && /^[1-9]\d{0,9}$/.test(name) ? [Number(name)] : []
    );
    const last = await this.#last(directory) ?? Math.max(0, ...numbers);
    const root: Branch = { below: new Map(), rows: [] };
    const known = new Set(numbers);
    for (let n = 1; n <= last; n++) {
      this.#signal?.throwIfAborted();
      const tell = (problem: string) =>
        this.#damage.push({ path: `batch ${n}`, problem });
      if (!known.has(n)) {
        tell("it is missing");
        continue;
      }
      try {
        for await (const row of this.#batch(`${directory}/${n}`)) {
          const bytes = await this.#locate(row, directory, assets);
          this.#add(root, { row, bytes });
        }
      } catch (error) {
        tell(problemOf(error));
      }
    }
    const unlisted = [...found.keys()].filter((name) =>
      name !== "POND" && name !== "asset" && !(Number(name) <= last)
    );
    return { root: this.#built("/", root), damage: this.#damage, unlisted };
  }

  /** The last batch; `undefined` when what says so is damaged. */
  async #last(directory: string): Promise<number | undefined> {
    const path = `${directory}/POND`;
    const { files } = this.#host;
    const { sizeBytes } = await files.stat(path) ?? { sizeBytes: 0 };
    try {
      const batches = readBatches(bytesOnHost(files, path, sizeBytes), [
        "last",
      ]);
      for await (const { values: [column] } of batches) {
        const last = Number(column?.[0]);
        if (Number.isSafeInteger(last) && last <= MAX_BATCHES) return last;
      }
      throw new IntegrityError(path, "it has no number");
    } catch (error) {
      this.#damage.push({ path: "POND", problem: problemOf(error) });
      return undefined;
    }
  }

  async *#batch(path: string): AsyncGenerator<ListedRow> {
    const { files } = this.#host;
    const { unzstdAtMost } = await import("../host/packing.ts");
    const { sizeBytes } = await files.stat(path) ?? { sizeBytes: 0 };
    if (sizeBytes > MAX_BATCH_BYTES) {
      throw new IntegrityError(path, `it has ${sizeBytes} bytes`);
    }
    const packed = await files.read(path);
    const bytes = unzstdAtMost(packed, MAX_BATCH_BYTES, path);
    yield* readListing(bytesInMemory(path, bytes));
  }

  /** Where the content of a row is: an asset, or in the row itself. */
  async #locate(
    { contents, ftype, sha256 = "", sizeBytes }: ListedRow,
    directory: string,
    assets: ReadonlyMap<string, FileEntry["type"]>,
  ): Promise<SourceBytes | undefined> {
    if (ftype === FTYPE.symlink || ftype === FTYPE.tree) return undefined;
    if (contents === null && sizeBytes > 0) {
      return assets.get(sha256) === "file"
        ? { hostPath: `${directory}/asset/${sha256}`, isPacked: true }
        : undefined;
    }
    const hostPath = `${this.#scratch}/${this.#host.random.uuidHex()}`;
    await this.#host.files.writeNew(hostPath, contents ?? new Uint8Array());
    return { hostPath, isPacked: false };
  }

  /** Puts a row where its path says. */
  #add(root: Branch, { bytes, row }: BackupRow): void {
    const names = row.prefix.split("/");
    const wrong = names[0] !== ""
      ? "it doesn't begin at the root"
      : names.slice(1).map(nameProblem).find((it) => it !== undefined);
    const name = names.at(-1);
    if (wrong !== undefined || name === undefined) {
      const path = JSON.stringify(row.prefix);
      this.#damage.push({
        path: "/",
        problem: `an entry has the path ${path}: ${wrong}`,
      });
      return;
    }
    let at = root;
    for (const step of names.slice(1, -1)) {
      const next = at.below.get(step) ?? { below: new Map(), rows: [] };
      at.below.set(step, next);
      at = next;
    }
    // Directories are made by what is in them.
    if (row.ftype === FTYPE.tree) return;
    at.rows.push({ row: { ...row, prefix: name }, bytes });
  }

  #built(path: string, { below, rows }: Branch): SourceDirectory {
    const places = new Map(rows.map(({ bytes, row }) => [row, bytes]));
    const names = byName(path, places.keys(), this.#damage);
    const entries = new Map<string, SourceEntry>();
    for (const [name, it] of names) {
      const at = childPath(path, name);
      const entry = it.ftype === FTYPE.symlink
        ? linkOf(at, it, this.#damage)
        : fileOf(at, it, (row) => places.get(row), this.#damage);
      if (entry !== undefined) entries.set(name, entry);
    }
    for (const [name, branch] of below) {
      const at = childPath(path, name);
      if (entries.has(name)) {
        const problem = "it is a file, and a directory";
        this.#damage.push({ path: at, problem });
      } else entries.set(name, this.#built(at, branch));
    }
    return { kind: "tree", entries };
  }
}

async function namesIn(
  list: AsyncIterable<FileEntry>,
): Promise<ReadonlyMap<string, FileEntry["type"]>> {
  const names = new Map<string, FileEntry["type"]>();
  for await (const { name, type } of list) names.set(name, type);
  return names;
}

/** There are backups of several ponds, or of none. */
export function noOneBackup(
  directory: string,
  found: readonly string[],
): PondError {
  return found.length === 0
    ? new PondError(
      "NOT_FOUND",
      `Cannot migrate ${directory}: it is no pond of the proof of concept, and no backup of one`,
      {
        path: directory,
        hint: "a pond has dir.1.parquet in it, a backup {uuid}/POND",
      },
    )
    : new PondError(
      "INVALID_ARGUMENT",
      `Cannot migrate ${directory}: it has backups of ${found.length} ponds`,
      { path: directory, hint: `take one of them: pond migrate ${found[0]}` },
    );
}
