/**
 * Reads a pond directory of the proof of concept.
 *
 * ```text
 * dir.N.parquet            every version of every entry; the highest N is current
 * {prefix}.{number}.{ext}  a version: parquet (tables, series), data, synth
 * {prefix}/                a directory, of which each change is a version
 * ```
 *
 * A directory's own listing is a version of it, and checked by what the one above
 * says. Where it is damaged, the newest sound one is believed, and then the names
 * of files: so a listing that is lost takes symlinks with it, and nothing else.
 *
 * Symbolic links of the host are not followed, and no path of a listing is: names
 * are looked for among those that the host has.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { FileEntry, Host } from "../host/mod.ts";
import { hashOf } from "./content.ts";
import { byName, fileOf, linkOf, type ListedName } from "./listed.ts";
import { problemOf } from "./problems.ts";
import {
  childPath,
  type Damage,
  FTYPE,
  type ListedRow,
  type Source,
  type SourceBytes,
  type SourceDirectory,
  type SourceEntry,
} from "./source.ts";
import { bytesOnHost, columnTypes, readListing } from "./table_rows.ts";

/** Extensions of files, by the numbers of the types. */
const EXTENSIONS: ReadonlyMap<number, string> = new Map([
  [FTYPE.table, "parquet"],
  [FTYPE.series, "parquet"],
  [FTYPE.data, "data"],
  [FTYPE.definition, "synth"],
]);

/** Paths of a host are not deeper. */
const MAX_DEPTH = 1024;

/** No numbers are larger: they have 32 bits. */
const NUMBER = "(0|[1-9]\\d{0,9})";
const LISTING = new RegExp(`^dir\\.${NUMBER}\\.parquet$`);
const VERSION = new RegExp(`^(.+)\\.${NUMBER}\\.(parquet|data|synth)$`, "s");

/** A listing of a directory that was read. */
interface Listing {
  readonly names: Map<string, ListedName>;
  /** What damaged ones say. */
  readonly doubtful: readonly ListedRow[];
  /** Whether it may lack something, so that names of files count as well. */
  readonly isDamaged: boolean;
}

/** Reads pond directories. */
export class DirectoryReader {
  readonly #host: Host;
  readonly #damage: Damage[] = [];
  readonly #unlisted: string[] = [];
  readonly #signal: AbortSignal | undefined;

  /** @param signal Ends the reading. */
  constructor(host: Host, signal?: AbortSignal) {
    this.#host = host;
    this.#signal = signal;
  }

  /**
   * Reads a pond.
   *
   * @param root Its directory.
   */
  async read(root: string): Promise<Source> {
    const directory = await this.#directory(root, "/", undefined, 0);
    return {
      root: directory,
      damage: this.#damage,
      unlisted: this.#unlisted.sort(),
    };
  }

  async #directory(
    hostPath: string,
    path: string,
    rows: ReadonlyMap<number, ListedRow> | undefined,
    depth: number,
  ): Promise<SourceDirectory> {
    this.#signal?.throwIfAborted();
    if (depth > MAX_DEPTH) {
      throw new PondError("LOOP", `Cannot read ${hostPath}: it is too deep`, {
        path: hostPath,
      });
    }
    const found = await this.#list(hostPath, path);
    const listing = await this.#listing(hostPath, path, found, rows);
    const { names } = listing;
    const listed = new Set<string>();
    const entries = new Map<string, SourceEntry>();
    if (listing.isDamaged) await this.#recover(hostPath, path, found, listing);
    for (const [name, it] of names) {
      const at = childPath(path, name);
      const entry = it.ftype === FTYPE.tree
        ? await this.#below(hostPath, name, at, found, it, depth)
        : it.ftype === FTYPE.symlink
        ? linkOf(at, it, this.#damage)
        : fileOf(
          at,
          it,
          (row) => fileIn(hostPath, found, row, listed),
          this.#damage,
        );
      if (entry !== undefined) entries.set(name, entry);
    }
    for (const { name, type } of found.values()) {
      const isListed = listed.has(name) || LISTING.test(name) ||
        (type === "directory" && names.get(name)?.ftype === FTYPE.tree);
      if (!isListed) this.#unlisted.push(childPath(path, name));
    }
    return { kind: "tree", entries };
  }

  async #list(
    hostPath: string,
    path: string,
  ): Promise<ReadonlyMap<string, FileEntry>> {
    const found = new Map<string, FileEntry>();
    for await (const entry of this.#host.files.list(hostPath)) {
      if (entry.type === "file" || entry.type === "directory") {
        found.set(entry.name, entry);
        continue;
      }
      const what = entry.type === "symlink" ? "a symbolic link" : "no file";
      this.#damage.push({
        path: childPath(path, entry.name),
        problem: `it is ${what} of the host, and not followed`,
      });
    }
    return found;
  }

  async #below(
    above: string,
    name: string,
    path: string,
    found: ReadonlyMap<string, FileEntry>,
    { rows }: ListedName,
    depth: number,
  ): Promise<SourceDirectory | undefined> {
    if (found.get(name)?.type === "directory") {
      return await this.#directory(`${above}/${name}`, path, rows, depth + 1);
    }
    this.#damage.push({ path, problem: "its directory is missing" });
    return undefined;
  }

  /** What the newest sound listing says, with what damaged ones still say. */
  async #listing(
    hostPath: string,
    path: string,
    found: ReadonlyMap<string, FileEntry>,
    expected: ReadonlyMap<number, ListedRow> | undefined,
  ): Promise<Listing> {
    const numbers = [...found.values()].flatMap(({ name, type }) => {
      const [, number] = (type === "file" && LISTING.exec(name)) || [];
      return number === undefined ? [] : [Number(number)];
    }).sort((a, b) => b - a);
    const last = Math.max(0, ...expected?.keys() ?? []);
    const newest = numbers[0] ?? 0;
    let isDamaged = newest < last || numbers.length === 0;
    if (isDamaged) {
      this.#damage.push({
        path,
        ...(last > 0 ? { version: last } : {}),
        problem: "its listing is missing",
      });
    }
    let sound: ListedRow[] | undefined;
    const doubtful: ListedRow[] = [];
    for (const number of numbers) {
      const row = expected?.get(number);
      // Nobody says what an older one has to be: it is asked only if needed.
      if (sound !== undefined && row === undefined) continue;
      const file = `${hostPath}/dir.${number}.parquet`;
      const tell = (problem: string) => {
        this.#damage.push({ path, version: number, problem });
        // An older one that nobody needs loses nothing.
        if (sound === undefined) isDamaged = true;
      };
      const wrong = row && await this.#wrong(file, row);
      if (wrong !== undefined) tell(wrong);
      if (sound !== undefined) continue;
      try {
        const rows = await this.#rows(file);
        if (wrong === undefined) sound = rows;
        else doubtful.push(...rows);
      } catch (error) {
        const problem = problemOf(error);
        if (wrong === undefined) tell(problem);
      }
    }
    const rows = expected === undefined && sound !== undefined
      ? await this.#withEarlier(hostPath, sound, numbers)
      : sound ?? [];
    const names = byName(path, rows, this.#damage);
    // Nobody says what the listing of the root has to be.
    const lacks = expected === undefined &&
      rows.some((row) => isMissing(row, found));
    return { names, doubtful, isDamaged: isDamaged || lacks };
  }

  /** With what the earlier listings of the root said of the same versions. */
  async #withEarlier(
    hostPath: string,
    rows: readonly ListedRow[],
    numbers: readonly number[],
  ): Promise<readonly ListedRow[]> {
    const said = new Map<string, Set<string>>();
    const keyOf = ({ number, prefix }: ListedRow) => `${number} ${prefix}`;
    for (const number of numbers) {
      try {
        for (
          const row of await this.#rows(`${hostPath}/dir.${number}.parquet`)
        ) {
          if (row.sha256 === undefined) continue;
          const hashes = said.get(keyOf(row)) ?? new Set();
          said.set(keyOf(row), hashes.add(row.sha256));
        }
      } catch (error) {
        // It was told of, or is an old one that says nothing more.
        problemOf(error);
      }
    }
    return rows.map((row) => {
      const others = [...said.get(keyOf(row)) ?? []]
        .filter((hash) => hash !== row.sha256);
      return others.length === 0 ? row : { ...row, earlierSha256: others };
    });
  }

  async #rows(hostPath: string): Promise<ListedRow[]> {
    const { files } = this.#host;
    const { sizeBytes } = await files.stat(hostPath) ?? { sizeBytes: 0 };
    const bytes = bytesOnHost(files, hostPath, sizeBytes);
    return await Array.fromAsync(readListing(bytes));
  }

  /** What is wrong with a file, by its row. */
  async #wrong(
    hostPath: string,
    { sha256, sizeBytes }: ListedRow,
  ): Promise<string | undefined> {
    const bytes = { hostPath, isPacked: false };
    try {
      const hash = await hashOf(this.#host, { bytes, sizeBytes }, this.#signal);
      return hash === sha256 ? undefined : `its SHA-256 is ${hash}`;
    } catch (error) {
      return problemOf(error);
    }
  }

  /** Adds what only damaged listings, and the names of files tell of. */
  async #recover(
    hostPath: string,
    path: string,
    found: ReadonlyMap<string, FileEntry>,
    { doubtful, names }: Listing,
  ): Promise<void> {
    const told = byName(path, doubtful, []);
    for (const [name, it] of told) {
      if (it.ftype === FTYPE.symlink && !names.has(name)) names.set(name, it);
    }
    for (const { name, type } of found.values()) {
      if (type === "directory") {
        if (!names.has(name)) {
          names.set(name, { ftype: FTYPE.tree, rows: new Map() });
        }
        continue;
      }
      const [, prefix = "", digits = "", extension = ""] = VERSION.exec(name) ??
        [];
      if (prefix === "" || LISTING.test(name)) continue;
      const number = Number(digits);
      const known = names.get(prefix);
      const ftype = known?.ftype ?? told.get(prefix)?.ftype ??
        await this.#typeOf(`${hostPath}/${name}`, extension);
      if (EXTENSIONS.get(ftype) !== extension) continue;
      if (known?.rows.has(number)) continue;
      const row = await this.#unlistedRow(
        `${hostPath}/${name}`,
        { prefix, number, ftype },
        told.get(prefix)?.rows.get(number)?.sha256,
      );
      const rows = new Map(known?.rows).set(number, row);
      names.set(prefix, { ftype, rows });
      if (row.sha256 !== undefined) continue;
      this.#damage.push({
        path: childPath(path, prefix),
        version: number,
        problem: "no sound listing has it: it is taken as it is",
      });
    }
  }

  /** The row of a file, as it is; with a hash if a damaged listing has the same. */
  async #unlistedRow(
    hostPath: string,
    row: Pick<ListedRow, "prefix" | "number" | "ftype">,
    said: string | undefined,
  ): Promise<ListedRow> {
    const { sizeBytes } = await this.#host.files.stat(hostPath) ??
      { sizeBytes: 0 };
    const bytes = { hostPath, isPacked: false };
    const hash = said === undefined
      ? undefined
      : await hashOf(this.#host, { bytes, sizeBytes }, this.#signal);
    const sha256 = hash === said ? hash : undefined;
    return { ...row, sizeBytes, sha256, contents: null };
  }

  /** A table with times in seconds is a series. */
  async #typeOf(hostPath: string, extension: string): Promise<number> {
    if (extension === "data") return FTYPE.data;
    if (extension === "synth") return FTYPE.definition;
    const { files } = this.#host;
    const { sizeBytes } = await files.stat(hostPath) ?? { sizeBytes: 0 };
    try {
      const types = await columnTypes(bytesOnHost(files, hostPath, sizeBytes));
      return types.get("Timestamp")?.kind === "long"
        ? FTYPE.series
        : FTYPE.table;
    } catch (error) {
      if (!hasCode(error, "INTEGRITY", "UNSUPPORTED")) throw error;
      return FTYPE.table;
    }
  }
}

/** The name of the file of a version. */
function fileName({ ftype, number, prefix }: ListedRow): string {
  return `${prefix}.${number}.${EXTENSIONS.get(ftype)}`;
}

function isMissing(
  row: ListedRow,
  found: ReadonlyMap<string, FileEntry>,
): boolean {
  if (row.ftype === FTYPE.tree) {
    return found.get(row.prefix)?.type !== "directory";
  }
  return row.ftype !== FTYPE.symlink &&
    found.get(fileName(row))?.type !== "file";
}

function fileIn(
  hostPath: string,
  found: ReadonlyMap<string, FileEntry>,
  row: ListedRow,
  listed: Set<string>,
): SourceBytes | undefined {
  const name = fileName(row);
  listed.add(name);
  return found.get(name)?.type === "file"
    ? { hostPath: `${hostPath}/${name}`, isPacked: false }
    : undefined;
}
