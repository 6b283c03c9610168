/**
 * Takes over a pond of the proof of concept, with every version of every entry.
 *
 * ```text
 * read      the listings: what there is, and what it has to be
 * verify    every byte, once: what is damaged is told, and left out
 * plan      a place for each entry; resources, with references for secrets
 * write     the next version of many files at a time, each time a transaction
 * compare   what the pond has by now, by the proof of concept's own digest
 * ```
 *
 * A stop at any place leaves whole transactions. The next run finds by the pond's
 * own content what is there, and writes the rest; when there is none, it commits
 * nothing.
 *
 * @module
 */
import { IntegrityError, PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import type { TinyLogFS } from "../tinylogfs/mod.ts";
import { BackupReader, findBackups, noOneBackup } from "./backup_source.ts";
import { type Digested, digestsOf, sourceVersions } from "./digest.ts";
import { DirectoryReader } from "./directory_source.ts";
import { type Layout, layOut } from "./layout.ts";
import {
  type MigratedResource,
  planResources,
  putResources,
} from "./old_resources.ts";
import { readRegistries, type SecretPlace } from "./registries.ts";
import {
  type Damage,
  isFile,
  type Source,
  type SourceDirectory,
} from "./source.ts";
import { verifySource } from "./verify.ts";
import { storedVersions, typeAt, writePlaced } from "./writing.ts";

/** Options of {@linkcode migrate}. */
export interface MigrateOptions {
  /** Whether to only say what would be done. */
  readonly dryRun?: boolean;
  /** Whether damage ends it, before anything is changed. */
  readonly strict?: boolean;
  /** Is told of each version that was checked or written, with its length. */
  readonly onVersion?: (sizeBytes: number) => void;
  /** Ends it; what was committed stays. */
  readonly signal?: AbortSignal;
}

/** How many entries a source has, of those that are sound. */
export interface EntryCounts {
  readonly directories: number;
  readonly symlinks: number;
  readonly files: number;
  readonly versions: number;
  readonly sizeBytes: number;
}

/** The digest of a directory, on both sides. */
export interface ComparedDigest {
  /** The directory in the old pond. */
  readonly path: string;
  /** Of everything that the old pond lists. */
  readonly source: string;
  /** Of what the pond has; none of a dry run. */
  readonly pond?: string;
}

/** What a migration did. */
export interface MigrateReport {
  readonly counts: EntryCounts;
  /** How many versions were written now. */
  readonly written: number;
  /** How many transactions there were. */
  readonly commits: number;
  /** The version of the pond then, if there were some. */
  readonly version?: number;
  /** What is wrong with the source. */
  readonly damage: readonly Damage[];
  /** What wasn't taken over: the pond has something else there. */
  readonly taken: readonly Damage[];
  /** What was taken over, and isn't what it seems. */
  readonly notes: readonly Damage[];
  /** Files of the source that no listing names. */
  readonly unlisted: readonly string[];
  /** Entries that hold secrets. */
  readonly leftOut: readonly string[];
  readonly resources: readonly MigratedResource[];
  /** What has to be set, so that resources find their secrets. */
  readonly secrets: readonly SecretPlace[];
  /** Of each resource's directory, and of all. */
  readonly digests: readonly ComparedDigest[];
}

/**
 * Migrates a pond.
 *
 * @param from A pond directory, or a bucket with a backup, on the host.
 * @throws {PondError} `NOT_FOUND` when it is neither; `INTEGRITY` for damage, when
 *   it is strict.
 */
export async function migrate(
  fs: TinyLogFS,
  host: Host,
  from: string,
  options: MigrateOptions = {},
): Promise<MigrateReport> {
  const { dryRun = false, onVersion, signal, strict = false } = options;
  // Two at once would both write what neither has seen of the other.
  await using _lock = await lockMigrations(fs, host);
  await using scratch = await scratchDirectory(fs, host);
  const source = await readSource(host, from, scratch.path, signal);
  const told = {
    ...(onVersion === undefined ? {} : { onVersion }),
    ...(signal === undefined ? {} : { signal }),
  };
  const verified = await verifySource(host, source, told);
  const [first] = verified.damage;
  if (strict && first !== undefined) throw tooStrict(from, verified.damage);
  const registries = await readRegistries(host, verified.root);
  const layout = layOut(verified.root, registries);
  const plan = await planResources(fs, host, registries, layout);
  const report = {
    counts: countsOf(layout, verified.root),
    damage: [
      ...verified.damage,
      ...registries.problems,
    ],
    unlisted: verified.unlisted,
    leftOut: layout.leftOut,
    resources: plan.resources,
    secrets: registries.resources.flatMap(({ secrets }) => secrets),
  };
  if (dryRun) {
    const digests = await compare(source, layout, undefined);
    const none = { written: 0, commits: 0, taken: [], notes: [] };
    return { ...report, ...none, digests };
  }
  const message = `migrate ${from}`;
  const written = await writePlaced(fs, host, layout.placed, {
    message,
    ...told,
  });
  const commits = await putResources(fs, plan, message, signal);
  const last = commits.at(-1) ?? written.last;
  return {
    ...report,
    written: written.versions,
    commits: written.commits + commits.length,
    ...(last === undefined ? {} : { version: last.version }),
    taken: written.taken,
    notes: written.notes,
    digests: await compare(source, layout, fs),
  };
}

async function readSource(
  host: Host,
  from: string,
  scratch: string,
  signal: AbortSignal | undefined,
): Promise<Source> {
  const stat = await host.files.stat(from);
  if (stat === undefined) {
    throw new PondError(
      "NOT_FOUND",
      `Cannot migrate ${from}: there is no such directory`,
      { path: from, hint: "look for dir.1.parquet, or for {uuid}/POND" },
    );
  }
  if (stat.type !== "directory") {
    throw new PondError(
      "NOT_A_DIRECTORY",
      `Cannot migrate ${from}: it is no directory`,
      { path: from, hint: "take the directory that has dir.1.parquet in it" },
    );
  }
  for await (const { name, type } of host.files.list(from)) {
    if (type === "file" && /^dir\.\d+\.parquet$/.test(name)) {
      return await new DirectoryReader(host, signal).read(from);
    }
  }
  const backups = await findBackups(host, from);
  const [one, ...others] = backups;
  if (one === undefined || others.length > 0) throw noOneBackup(from, backups);
  return await new BackupReader(host, scratch, signal).read(one);
}

async function lockMigrations(
  fs: TinyLogFS,
  { files }: Host,
): Promise<AsyncDisposable> {
  const lock = await files.tryLock(`${await fs.cacheDirectory()}/migrate.lock`);
  if (lock !== undefined) return lock;
  throw new PondError(
    "LOCKED",
    "Cannot migrate: another process does so into this pond",
    { hint: "wait until it has ended" },
  );
}

/** A directory in the pond's cache, as long as it is used. */
async function scratchDirectory(
  fs: TinyLogFS,
  { files, random }: Host,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = `${await fs.cacheDirectory()}/migrate-${random.uuidHex()}`;
  await files.makeDirectory(path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      for await (const { name } of files.list(path)) {
        await files.remove(`${path}/${name}`);
      }
      await files.remove(path);
    },
  };
}

function countsOf({ placed }: Layout, root: SourceDirectory): EntryCounts {
  const count = { directories: 0, symlinks: 0, files: 0, versions: 0 };
  let sizeBytes = 0;
  const visit = ({ entries }: SourceDirectory) => {
    for (const entry of entries.values()) {
      if (entry.kind === "tree") {
        count.directories++;
        visit(entry);
      } else if (entry.kind === "symlink") count.symlinks++;
    }
  };
  visit(root);
  for (const it of placed) {
    if (it.type !== "file" || it.file.versions.length === 0) continue;
    count.files++;
    count.versions += it.file.versions.length;
    for (const version of it.file.versions) sizeBytes += version.sizeBytes;
  }
  return { ...count, sizeBytes };
}

/** The digests of all, and of the directory of each resource. */
async function compare(
  { root }: Source,
  { leftOut, placed }: Layout,
  fs: TinyLogFS | undefined,
): Promise<readonly ComparedDigest[]> {
  const isLeftOut = new Set(leftOut);
  const source = await digestsOf(
    root,
    (path, entry) => isLeftOut.has(path) ? undefined : sourceVersions(entry),
  );
  const pond = fs === undefined
    ? undefined
    : await digestsOf(root, await pondVersions(fs, placed));
  return [...source].flatMap(([path, digest]) => {
    const depth = path === "/" ? 0 : path.split("/").length - 1;
    if (depth === 1 || depth > 2) return [];
    const other = pond?.get(path);
    return [{ path, source: digest, ...(other ? { pond: other } : {}) }];
  }).sort((a, b) => a.path < b.path ? -1 : 1);
}

/** What the pond has of each entry, by reading it. */
async function pondVersions(fs: TinyLogFS, placed: Layout["placed"]) {
  const found = new Map<string, readonly Digested[]>();
  const links = new Set<string>();
  for (const it of placed) {
    const type = await typeAt(fs, it.path);
    if (it.type === "file" && type === "file") {
      found.set(it.from, await storedVersions(fs, it) ?? []);
    } else if (it.type === "symlink" && type === "symlink") {
      if (await fs.readLink(it.path) !== it.target) continue;
      links.add(it.from);
      // The way back: it stands for the symlink that there was.
      const above = it.from.slice(0, it.from.lastIndexOf("/"));
      links.add(`${above}/${it.target}`);
    }
  }
  return (
    path: string,
    entry: SourceDirectory["entries"] extends ReadonlyMap<string, infer E> ? E
      : never,
  ): readonly Digested[] | undefined =>
    isFile(entry)
      ? found.get(path)
      : links.has(path)
      ? sourceVersions(entry)
      : undefined;
}

/** Thrown by a strict migration: the source is damaged, and nothing was changed. */
export class DamagedSourceError extends IntegrityError {
  /** The name of the class, as stack traces show it. */
  override readonly name: string = "DamagedSourceError";
}

function tooStrict(from: string, damage: readonly Damage[]): IntegrityError {
  const [first] = damage;
  const at = first?.version === undefined
    ? first?.path
    : `${first.path}, version ${first.version}`;
  const more = damage.length === 1 ? "" : ` (and ${damage.length - 1} more)`;
  return new DamagedSourceError(from, `${at}: ${first?.problem}${more}`, {
    hint: "without --strict, everything else is taken over",
  });
}
