/**
 * A pond in a directory that lasts as long as a test, and its answers to SQL.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { sha256Hex } from "../../src/bytes.ts";
import { denoHost, type Host } from "../../src/host/mod.ts";
import { initPond } from "../../src/pond.ts";
import type {
  OpenOptions,
  QueryOptions,
  QueryResult,
  QueryValue,
  TinyLogFS,
} from "../../src/tinylogfs/mod.ts";
import { tempDirectory } from "../support/temp_directory.ts";

/** What a query has answered. */
export interface Answer {
  /** Names and types of the columns, such as `n BIGINT`. */
  readonly columns: readonly string[];
  /** The rows. */
  readonly rows: readonly (readonly QueryValue[])[];
}

/** A pond to ask. */
export interface QueryScratch extends AsyncDisposable {
  /** The platform. */
  readonly host: Host;
  /** A directory of the host around the pond. */
  readonly home: string;
  /** The pond's directory. */
  readonly path: string;
  /** The pond. */
  readonly fs: TinyLogFS;
  /** Asks; unless `pending` says what is wanted, commits everything first. */
  ask(sql: string, options?: QueryOptions): Promise<Answer>;
  /** The rows of an answer. */
  rows(sql: string, options?: QueryOptions): Promise<Answer["rows"]>;
  /** Every file around and in the pond with the SHA-256 of its bytes. */
  listing(): Promise<readonly string[]>;
  /** Fails unless `cache/` is missing or empty. */
  assertNoCache(): Promise<void>;
}

/**
 * Makes a pond.
 *
 * @param directory Where, below the scratch directory.
 */
export async function queryScratch(
  directory: string = "pond",
  options: OpenOptions = {},
): Promise<QueryScratch> {
  const temp = await tempDirectory();
  const path = temp.join(directory);
  await Deno.mkdir(path, { recursive: true });
  const host = denoHost();
  const fs = await initPond(host, path, { author: "tester", ...options });
  const ask = async (sql: string, options?: QueryOptions) => {
    if (options?.pending === undefined) await fs.commit();
    await using result = await fs.queryHistory(sql, options);
    return await answerOf(result);
  };
  return {
    host,
    home: temp.path,
    path,
    fs,
    ask,
    rows: async (sql, options) => (await ask(sql, options)).rows,
    listing: () => listingOf(temp.path, `${path}/cache`),
    assertNoCache: async () => {
      const cache = `${path}/cache`;
      const files = await listingOf(temp.path, cache);
      assertEquals(files.filter((line) => line.startsWith(cache)), []);
    },
    [Symbol.asyncDispose]: async () => {
      await fs.close();
      await temp[Symbol.asyncDispose]();
    },
  };
}

/** Reads a result to its end. */
export async function answerOf(result: QueryResult): Promise<Answer> {
  const rows: QueryValue[][] = [];
  for await (const { numRows, values } of result) {
    for (let i = 0; i < numRows; i++) {
      rows.push(values.map((column) => column[i] ?? null));
    }
  }
  const columns = result.columns.map(({ name, type }) => `${name} ${type}`);
  return { columns, rows };
}

/** Text of at least 64 KiB, which a pond keeps as a blob: `id,name` lines. */
export function largeCsv(lines: number = 20_000): string {
  const rows = Array.from({ length: lines }, (_, i) => `${i},name ${i}`);
  return `id,name\n${rows.join("\n")}\n`;
}

/** What is below a directory; of `silent`, only what is in it is told. */
async function listingOf(root: string, silent: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const entry of Deno.readDir(root)) {
    const path = `${root}/${entry.name}`;
    if (entry.isDirectory) {
      if (path !== silent) lines.push(`${path}/`);
      lines.push(...await listingOf(path, silent));
    } else {
      lines.push(`${path} ${await sha256Hex(await Deno.readFile(path))}`);
    }
  }
  return lines.sort();
}
