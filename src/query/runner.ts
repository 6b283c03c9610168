/**
 * From a statement to its result: finds the tables that it names, brings them
 * in, and lets it run.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type {
  QueryOptions,
  QueryResult,
  QueryRunner,
  QuerySource,
} from "../tinylogfs/mod.ts";
import { splitRevision } from "../tinylogfs/revision.ts";
import { DuckDBEngine } from "./duckdb_engine.ts";
import { extensionOf, isPathName, type ScannedFile, scanOf } from "./paths.ts";
import { parseStatement } from "./statement.ts";
import { TableLoader } from "./table_loader.ts";
import { TABLES } from "./tables.ts";

/** What of the platform a query needs. */
export type QueryHost = Pick<Host, "files" | "random">;

/** Makes what runs SQL over filesystems. */
export function createQueryRunner(host: QueryHost): QueryRunner {
  return async (source, sql, options) => {
    const scratch = new Scratch(host, source);
    const engine = await DuckDBEngine.open();
    const dispose = async () => {
      await engine[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    };
    try {
      return await run(engine, scratch, source, sql, options, dispose);
    } catch (error) {
      await dispose();
      throw error;
    }
  };
}

async function run(
  engine: DuckDBEngine,
  scratch: Scratch,
  source: QuerySource,
  sql: string,
  options: QueryOptions,
  dispose: () => Promise<void>,
): Promise<QueryResult> {
  const { onTable, pending = false, signal } = options;
  const statement = parseStatement(sql);
  const added = new Map<string, string>();
  const names = await engine.namesIn(statement);
  const loader = new TableLoader(engine, source, names, {
    pending,
    signal,
    onTable,
  });
  for (const name of names.tables) {
    signal?.throwIfAborted();
    const key = asciiLowerCase(name);
    const other = added.get(key);
    const table = TABLES.get(key);
    if (table !== undefined) {
      if (other !== undefined) continue;
      await loader.add(table);
    } else if (isPathName(name)) {
      if (other !== undefined) throw sameInSql(name, other);
      const files = await filesOf(scratch, source, name, signal);
      await engine.addView(name, scanOf(name, files), files, signal);
      const read = files.map(({ path }) => path);
      onTable?.({ name, columns: [], read, skipped: [] });
    }
    added.set(key, name);
  }
  await loader.addCalls();
  if (names.showsTables) {
    // They are shown, and not read.
    for (const [name, table] of TABLES) {
      if (table.isFunction) continue;
      const isAdded = added.has(name);
      if (!isAdded) await engine.makeTable(table);
      await engine.comment(isAdded ? "VIEW" : "TABLE", table);
    }
  }
  await engine.lock();
  return await engine.query(statement, signal, dispose);
}

/** Names as SQL compares them, quoted or not. */
function asciiLowerCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function sameInSql(name: string, other: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot query ${other} and ${name} together: names in SQL that differ in case only are the same`,
    { path: name, hint: "write one of them as a pattern, such as '/[a].csv'" },
  );
}

/** The files that a path or pattern means, as DuckDB can read them: `PATH@REV`. */
async function filesOf(
  scratch: Scratch,
  source: QuerySource,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ScannedFile[]> {
  const options = signal ? { signal } : {};
  const { path, revision } = splitRevision(name);
  const pattern = path.startsWith("/") ? path : `/${path}`;
  const view = revision === undefined ? source : await source.at(revision);
  const paths: string[] = [];
  for await (const path of view.matchFiles(pattern, options)) {
    paths.push(path);
  }
  if (paths.length === 0) {
    throw new PondError("NOT_FOUND", `Cannot query ${name}: no file matches`, {
      path: pattern,
    });
  }
  const files: ScannedFile[] = [];
  for (const path of paths) {
    const location = await view.contentLocation(path, options);
    const hostPath = location.kind === "blob"
      ? location.hostPath
      : await scratch.write(location.bytes, extensionOf(path));
    files.push({ path, hostPath });
  }
  return files;
}

/** Files that live as long as a query, for content that lies in rows. */
class Scratch implements AsyncDisposable {
  readonly #host: QueryHost;
  readonly #source: QuerySource;
  #directory: string | undefined;
  readonly #paths: string[] = [];

  constructor(host: QueryHost, source: QuerySource) {
    this.#host = host;
    this.#source = source;
  }

  async write(bytes: Uint8Array, extension: string): Promise<string> {
    const { files, random } = this.#host;
    if (this.#directory === undefined) {
      const cache = await this.#source.cacheDirectory();
      const directory = `${cache}/query-${random.uuidHex()}`;
      await files.makeDirectory(directory);
      this.#directory = directory;
    }
    const path = `${this.#directory}/${this.#paths.length}.${extension}`;
    this.#paths.push(path);
    await using file = await files.create(path);
    await file.write(bytes);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#directory === undefined) return;
    const { files } = this.#host;
    for (const path of this.#paths) await removeIfThere(files, path);
    await removeIfThere(files, this.#directory);
    this.#directory = undefined;
  }
}

async function removeIfThere(
  files: QueryHost["files"],
  path: string,
): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    // Whoever cleans up the cache may do so at any time.
    if (!hasCode(error, "NOT_FOUND", "DIRECTORY_NOT_EMPTY")) throw error;
  }
}
