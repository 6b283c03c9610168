/**
 * Exports tables of a pond as files in Hive partitions, and the next time only what
 * has changed.
 *
 * ```text
 *                                                 what a stop before it leaves
 * 1  rows of some sources, into drafts, flushed   drafts, which the next run sweeps
 * 2  the manifest: what will be where             nothing else
 * 3  drafts renamed, directories flushed          some renamed: the manifest has them
 * 4  files removed that are no more               some removed: they are in `gone`
 *    1 to 4 again, until all sources are done
 * 5  the manifest, as it is now                   the one of step 2, which says as much
 * ```
 *
 * Each file is whole at each moment, and the next run goes on. A file that isn't the
 * one in the manifest is somebody else's, and stays unless it is forced.
 *
 * @module
 */
import { encodeUtf8, sha256Hex } from "../bytes.ts";
import { hasCode, PondError } from "../errors.ts";
import type { FileStore, Host } from "../host/host.ts";
import { leadsInto } from "../host/real_path.ts";
import { quoteText } from "../query/paths.ts";
import { renderRows, TO_FILE } from "../query/mod.ts";
import type { DirEntry, TinyLogFS } from "../tinylogfs/mod.ts";
import { type Draft, ExportDirectory } from "./directory.ts";
import type { Manifest, SourceEntry, WrittenFile } from "./manifest.ts";
import { exportedFiles, type Page, pagesOf } from "./pages.ts";
import {
  divided,
  partitionPath,
  planQuery,
  sourceName,
  type SourceQuery,
} from "./partitions.ts";
import type {
  ExportDefinition,
  ExportedSource,
  ExportOptions,
  ExportReport,
  SourceOutcome,
} from "./types.ts";

/** So many drafts get their names together. */
const BATCH_FILES = 256;

/** More partitions of one source are a mistake. */
const MAX_PARTITIONS = 10_000;

/**
 * Exports.
 *
 * @param fs The state that is exported; one that answers SQL, as a `Pond` does.
 * @throws {PondError} `NOT_FOUND` when nothing matches; `INVALID_ARGUMENT` when the
 *   directory holds another export; `ALREADY_EXISTS` when what is there is no
 *   directory; `LOCKED`. What is wrong with one source is in the report.
 */
export async function exportTables(
  host: Host,
  fs: TinyLogFS,
  options: ExportOptions,
): Promise<ExportReport> {
  const { directory: path, dryRun = false, force = false, signal } = options;
  await refusePond(host.files, fs, path);
  const sources = await sourcesOf(fs, options);
  const pages = options.pages === undefined
    ? []
    : await pagesOf(fs, options.pages, signal ? { signal } : {});
  if (dryRun) return await tryExport(host, fs, sources, pages, options);
  await using directory = await ExportDirectory.open(host, path);
  const known = await manifestOf(directory, force);
  requireSame(known, fs, options);
  const job = new ExportJob(fs, directory, known, options);
  await job.begin();
  for (const [source, { sha256 }] of sources) await job.take(source, sha256);
  await job.takePages(pages, sources);
  const left = new Set([...sources.keys(), ...pages.map(({ path }) => path)]);
  await job.finish(left);
  return job.report;
}

/** A table that is exported. */
interface Source {
  /** The hash of its content, or what stands for it. */
  readonly sha256: string;
  /** What each wildcard of the pattern stands for. */
  readonly captures: readonly string[];
}

/** The files that match, with their hashes, in the order of their paths. */
async function sourcesOf(
  fs: TinyLogFS,
  { glob, signal }: ExportOptions,
): Promise<ReadonlyMap<string, Source>> {
  const paths = new Map<string, readonly string[]>();
  const ending = signal ? { signal } : {};
  for await (const { captures, path } of fs.fileMatches(glob, ending)) {
    paths.set(path, captures);
  }
  if (paths.size === 0) {
    throw new PondError("NOT_FOUND", `Nothing matches ${glob}`, {
      path: glob,
      hint: "how patterns are written: pond help globs",
    });
  }
  const sources = new Map<string, Source>();
  for (
    const [path, captures] of [...paths].sort(([a], [b]) => a < b ? -1 : 1)
  ) {
    const sha256 = await hashOf(fs, await fs.entry(path));
    sources.set(path, { sha256, captures });
  }
  return sources;
}

/**
 * The hash of a file's content; of a series, one that says which its parts are; of
 * what is computed, one of all that it is made from.
 */
async function hashOf(
  fs: TinyLogFS,
  { nodeId, path, version }: DirEntry,
): Promise<string> {
  const computed = await fs.computedFile(path);
  if (computed !== undefined) return (await computed.status()).identity;
  const { sha256 = "" } = await fs.getMetadata(path);
  const mark = version === 1 ? undefined : await fs.seriesMark(path);
  // The newest part may have the bytes of the one before.
  return mark?.previous === undefined ? sha256 : await sha256Hex(
    encodeUtf8(JSON.stringify([sha256, nodeId, mark.previous, mark.parts])),
  );
}

/** An export into the pond would be damage. */
async function refusePond(
  files: FileStore,
  fs: TinyLogFS,
  path: string,
): Promise<void> {
  if (!await leadsInto(files, path, fs.path)) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot export into ${path}: it is the pond's own directory`,
    { path, hint: "choose a place beside the pond" },
  );
}

async function manifestOf(
  directory: ExportDirectory,
  force: boolean,
): Promise<Manifest | undefined> {
  try {
    return await directory.manifest();
  } catch (error) {
    if (force && hasCode(error, "INTEGRITY")) return undefined;
    throw error;
  }
}

/** Another export there would take files away that its reader needs. */
function requireSame(
  known: Manifest | undefined,
  { pondId }: TinyLogFS,
  options: ExportOptions,
): void {
  if (known === undefined || options.force) return;
  const why = known.pondId !== pondId
    ? `it holds an export of the pond ${known.pondId}, and this is ${pondId}`
    : keyOf(known.definition) === keyOf(options)
    ? undefined
    : `it holds an export that was asked for otherwise: ${
      describe(known.definition)
    }`;
  if (why === undefined) return;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot export into ${options.directory}: ${why}`,
    {
      path: options.directory,
      hint: "choose another directory, or make it this export: --force",
    },
  );
}

function keyOf(
  { format, glob, pages, partitionBy, timeColumn, where }: ExportDefinition,
): string {
  return JSON.stringify([glob, partitionBy, timeColumn, where, format, pages]);
}

function describe(
  { format, glob, pages, partitionBy, timeColumn, where }: ExportDefinition,
): string {
  return [
    glob,
    ...(partitionBy.length > 0 ? [`by ${partitionBy.join(",")}`] : []),
    ...(timeColumn === undefined ? [] : [`of ${timeColumn}`]),
    ...(where === undefined ? [] : [`where ${where}`]),
    `as ${format}`,
    ...(pages === undefined ? [] : [`with the pages ${pages}`]),
  ].join(" ");
}

/** Says what would be done; nothing is made, not even the directory. */
async function tryExport(
  { files }: Host,
  fs: TinyLogFS,
  sources: ReadonlyMap<string, Source>,
  pages: readonly Page[],
  options: ExportOptions,
): Promise<ExportReport> {
  const known = await ExportDirectory.peek(files, options.directory);
  requireSame(known, fs, options);
  const tally = new Tally(fs.version);
  const same = known !== undefined && isSame(known, fs, options);
  for (const [path, { sha256 }] of sources) {
    const before = known?.sources.get(path);
    const outcome = before === undefined
      ? "new"
      : same && before.sha256 === sha256
      ? "unchanged"
      : "changed";
    await tally.add({ path, outcome, ...NOTHING }, options);
  }
  // What a page says is known when what it names is written.
  const isPage = (path: string) => pages.some((page) => page.path === path);
  for (const path of known?.sources.keys() ?? []) {
    if (sources.has(path) || isPage(path)) continue;
    await tally.add({ path, outcome: "deleted", ...NOTHING }, options);
  }
  return tally.report;
}

function isSame(
  { definition, pondId }: Manifest,
  fs: TinyLogFS,
  options: ExportOptions,
): boolean {
  return pondId === fs.pondId && keyOf(definition) === keyOf(options);
}

const NOTHING = { files: 0, rows: 0, sizeBytes: 0 } as const;

/** Counts, and tells of each source. */
class Tally {
  readonly #version: number;
  readonly #sources: Record<SourceOutcome, number> = {
    new: 0,
    changed: 0,
    unchanged: 0,
    deleted: 0,
    failed: 0,
  };
  #files = 0;
  #rows = 0;
  #sizeBytes = 0;
  /** Files that were removed. */
  filesRemoved = 0;

  constructor(version: number) {
    this.#version = version;
  }

  async add(
    source: ExportedSource,
    { onSource }: ExportOptions,
  ): Promise<void> {
    this.#sources[source.outcome]++;
    this.#files += source.files;
    this.#rows += source.rows;
    this.#sizeBytes += source.sizeBytes;
    await onSource?.(source);
  }

  get report(): ExportReport {
    return {
      version: this.#version,
      sources: this.#sources,
      files: this.#files,
      rows: this.#rows,
      sizeBytes: this.#sizeBytes,
      filesRemoved: this.filesRemoved,
    };
  }
}

/** A source whose drafts are written. */
interface Written {
  readonly path: string;
  readonly sha256: string;
  readonly drafts: readonly Draft[];
  readonly outcome: SourceOutcome;
}

/** An export under way. */
class ExportJob {
  readonly #fs: TinyLogFS;
  readonly #directory: ExportDirectory;
  readonly #options: ExportOptions;
  readonly #sources: Map<string, SourceEntry>;
  /** Whether what is known is of the same export. */
  readonly #isSame: boolean;
  readonly #tally: Tally;
  #gone: readonly WrittenFile[];
  #written: Written[] = [];

  constructor(
    fs: TinyLogFS,
    directory: ExportDirectory,
    known: Manifest | undefined,
    options: ExportOptions,
  ) {
    this.#fs = fs;
    this.#directory = directory;
    this.#options = options;
    this.#sources = new Map(known?.sources);
    this.#gone = known?.gone ?? [];
    this.#isSame = known !== undefined && isSame(known, fs, options);
    this.#tally = new Tally(fs.version);
  }

  get report(): ExportReport {
    return this.#tally.report;
  }

  /** Takes away what the last run had no time for. */
  async begin(): Promise<void> {
    await this.#removeGone();
  }

  /** Exports a source, if it isn't there as it is. */
  async take(path: string, sha256: string): Promise<void> {
    await this.#take(path, sha256, () => this.#drafts(path));
  }

  /** Exports pages, which name what is written of the sources by then. */
  async takePages(
    pages: readonly Page[],
    sources: ReadonlyMap<string, Source>,
  ): Promise<void> {
    if (pages.length === 0) return;
    await this.#publish();
    const tables = [...sources].map(([path, { captures }]) => ({
      captures,
      files: this.#sources.get(path)?.files ?? [],
    }));
    const { partitionBy, signal } = this.#options;
    for (const { file, path, target } of pages) {
      let text: Uint8Array;
      try {
        const exported = exportedFiles(tables, partitionBy, target);
        text = encodeUtf8(await file.page(exported, signal ? { signal } : {}));
      } catch (error) {
        await this.#failed(path, error);
        continue;
      }
      await this.#take(path, await sha256Hex(text), async () => {
        const draft = await this.#directory.write(target, oneChunk(text));
        return [{ ...draft, rows: 0 }];
      });
    }
  }

  async #take(
    path: string,
    sha256: string,
    write: () => Promise<readonly Draft[]>,
  ): Promise<void> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const before = this.#sources.get(path);
    if (before !== undefined && await this.#isCurrent(before, sha256)) {
      this.#sources.set(path, await this.#settled(before));
      const source = { path, outcome: "unchanged", ...NOTHING } as const;
      return await this.#tally.add(source, this.#options);
    }
    let drafts: readonly Draft[];
    try {
      drafts = await write();
      await this.#requireOurs(path, drafts);
    } catch (error) {
      return await this.#failed(path, error);
    }
    const outcome = before === undefined ? "new" : "changed";
    this.#written.push({ path, sha256, drafts, outcome });
    const count = this.#written.reduce((sum, it) => sum + it.drafts.length, 0);
    if (count >= BATCH_FILES) await this.#publish();
  }

  /** Gives the rest its names, and takes away what has no source any more. */
  async finish(sources: ReadonlySet<string>): Promise<void> {
    await this.#publish();
    const gone = [...this.#sources.values()].filter(({ path }) =>
      !sources.has(path)
    );
    for (const { files, path } of gone) {
      this.#sources.delete(path);
      this.#gone = [...this.#gone, ...files];
      const source = { path, outcome: "deleted", ...NOTHING } as const;
      await this.#tally.add(source, this.#options);
    }
    if (gone.length > 0) {
      await this.#save();
      await this.#removeGone();
    }
    await this.#save();
  }

  /** Whether all that was written of a source is there, and nothing has changed. */
  async #isCurrent(
    { files, sha256 }: SourceEntry,
    now: string,
  ): Promise<boolean> {
    if (!this.#isSame || sha256 !== now || now === "") return false;
    for (const file of files) {
      if (!await this.#directory.isThere(file)) return false;
    }
    return true;
  }

  /** A source all of whose files have their names. */
  async #settled(entry: SourceEntry): Promise<SourceEntry> {
    const files: WrittenFile[] = [];
    for (const { was: _, ...file } of entry.files) {
      const changedMs = await this.#directory.changedMs(file.path);
      files.push({ ...file, changedMs });
    }
    return { ...entry, files };
  }

  /** Writes the rows of a source, a draft a partition. */
  async #drafts(path: string): Promise<readonly Draft[]> {
    const { format, limits, partitionBy, signal } = this.#options;
    const options = { ...limits, ...(signal ? { signal } : {}) };
    const { columns, sql } = await this.#query(path);
    const name = await sourceName(path, format);
    const drafts: Draft[] = [];
    try {
      const rows = this.#fs.query(sql, options).batches();
      for await (const { batches, values } of divided(rows, columns)) {
        if (drafts.length === MAX_PARTITIONS) throw tooMany(path, partitionBy);
        const place = partitionPath(partitionBy, values);
        let count = 0;
        const chunks = renderRows(
          columns,
          counted(batches, (rows) => count += rows),
          { ...TO_FILE, format },
        );
        const target = place === "" ? name : `${place}/${name}`;
        const draft = await this.#directory.write(target, chunks);
        drafts.push({ ...draft, rows: count });
      }
    } catch (error) {
      await this.#discard(drafts);
      throw error;
    }
    return drafts;
  }

  async #query(path: string): Promise<SourceQuery> {
    const { limits, signal } = this.#options;
    const table = quoteText(literalPath(path));
    const columns = await this.#fs.query(`SELECT * FROM ${table}`, {
      ...limits,
      ...(signal ? { signal } : {}),
    }).columns();
    return planQuery(table, columns, path, this.#options);
  }

  /** Somebody else's files stay, unless that is what was asked for. */
  async #requireOurs(path: string, drafts: readonly Draft[]): Promise<void> {
    if (this.#options.force) return;
    const known = this.#known(path);
    for (const draft of drafts) {
      const what = await this.#directory.occupant(
        draft,
        known.get(draft.path),
        draft.sha256,
      );
      if (what !== "another") continue;
      await this.#discard(drafts);
      throw new PondError(
        "ALREADY_EXISTS",
        `Cannot export ${path}: ${this.#options.directory}/${draft.path} is not what an export has written`,
        {
          path: draft.path,
          hint: "move it away, or write over it: --force",
        },
      );
    }
  }

  /** The files of a source that are known, by their paths. */
  #known(path: string): ReadonlyMap<string, WrittenFile> {
    const files = this.#sources.get(path)?.files ?? [];
    return new Map(files.map((file) => [file.path, file]));
  }

  async #failed(path: string, error: unknown): Promise<void> {
    const ends = this.#options.signal?.aborted ||
      !(error instanceof PondError) ||
      hasCode(error, "ABORTED", "NO_SPACE", "IO", "READ_ONLY");
    if (ends) throw error;
    const source = { path, outcome: "failed", ...NOTHING, error } as const;
    await this.#tally.add(source, this.#options);
  }

  async #discard(drafts: readonly Draft[]): Promise<void> {
    for (const draft of drafts) await this.#directory.discard(draft);
  }

  /** Gives drafts their names: the manifest first. */
  async #publish(): Promise<void> {
    const written = this.#written;
    if (written.length === 0) return;
    this.#written = [];
    for (const { drafts, path, sha256 } of written) {
      const known = this.#known(path);
      const files = drafts.map(({ draft: _, ...file }) => ({
        ...file,
        was: known.get(file.path)?.sha256 ?? null,
      }));
      const targets = new Set(files.map((file) => file.path));
      const left = [...known.values()].filter((it) => !targets.has(it.path));
      this.#gone = [...this.#gone, ...left];
      this.#sources.set(path, { path, sha256, files });
    }
    await this.#save();
    const all = written.flatMap(({ drafts }) => drafts);
    for (const draft of all) await this.#directory.publish(draft);
    await this.#directory.flush(all.map(({ path }) => path));
    await this.#removeGone();
    for (const { drafts, outcome, path } of written) {
      const entry = this.#sources.get(path);
      if (entry) this.#sources.set(path, await this.#settled(entry));
      await this.#tally.add({
        path,
        outcome,
        files: drafts.length,
        rows: drafts.reduce((sum, { rows }) => sum + rows, 0),
        sizeBytes: drafts.reduce((sum, it) => sum + it.sizeBytes, 0),
      }, this.#options);
    }
  }

  /** Removes what is no more; what somebody has changed is theirs. */
  async #removeGone(): Promise<void> {
    const gone = this.#gone;
    this.#gone = [];
    const named = new Set(
      [...this.#sources.values()].flatMap(({ files }) =>
        files.map(({ path }) => path)
      ),
    );
    for (const file of gone) {
      if (named.has(file.path)) continue;
      const what = await this.#directory.occupant(file, file);
      if (what !== "ours" && !(what === "another" && this.#options.force)) {
        continue;
      }
      if (await this.#directory.remove(file.path)) this.#tally.filesRemoved++;
    }
  }

  async #save(): Promise<void> {
    const { format, glob, pages, partitionBy, timeColumn, where } =
      this.#options;
    await this.#directory.setManifest({
      pondId: this.#fs.pondId,
      version: this.#fs.version,
      definition: { format, glob, pages, partitionBy, timeColumn, where },
      sources: this.#sources,
      gone: this.#gone,
    });
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** A path as SQL takes it, where no character means another. */
function literalPath(path: string): string {
  return path.replaceAll(/[\\*?[\]{}]/g, "\\$&").replaceAll("@", "@@");
}

function tooMany(path: string, partitionBy: readonly string[]): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot export ${path}: by ${
      partitionBy.join(",")
    } it would be more than ${MAX_PARTITIONS} files`,
    { path, hint: "divide it by larger parts: --partition-by year,month" },
  );
}

async function* counted<B extends { readonly numRows: number }>(
  batches: AsyncIterable<B>,
  count: (rows: number) => void,
): AsyncGenerator<B> {
  for await (const batch of batches) {
    count(batch.numRows);
    yield batch;
  }
}
