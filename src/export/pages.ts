/**
 * Pages: texts of `Template` resources that name the files which are exported with
 * them.
 *
 * What a page sees as `export` are lists of `{file, start_time, end_time}` in maps,
 * one in the other, by what each wildcard of the tables' pattern stands for. `file`
 * is the way from the page; times are in seconds since the epoch, where a partition
 * is of a time, and the end is the start of the next one.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type {
  ComputedFile,
  ExportedFile,
  ExportedFiles,
  TinyLogFS,
} from "../tinylogfs/mod.ts";
import { STATE } from "./directory.ts";
import type { WrittenFile } from "./manifest.ts";

/** A text that is exported. */
export interface Page {
  /** Its path in the pond. */
  readonly path: string;
  /** Where it goes in the directory of the export. */
  readonly target: string;
  /** What makes it. */
  readonly file: ComputedFile & Required<Pick<ComputedFile, "page">>;
}

/** A table, and what was written of it. */
export interface ExportedTable {
  /** What each wildcard of the pattern stands for. */
  readonly captures: readonly string[];
  readonly files: readonly WrittenFile[];
}

/**
 * The pages that match a pattern. Each is called as it is below the part of the
 * pattern that has no wildcards.
 *
 * @throws {PondError} `NOT_FOUND` when nothing matches; `INVALID_ARGUMENT` for what
 *   no `Template` makes.
 */
export async function pagesOf(
  fs: TinyLogFS,
  glob: string,
  options: { readonly signal?: AbortSignal },
): Promise<readonly Page[]> {
  const fixed = glob.split("/").slice(0, -1);
  const wild = fixed.findIndex((name) => /[*?[\]{}\\]/.test(name));
  const depth = wild < 0 ? fixed.length : wild;
  const pages: Page[] = [];
  for await (const { path } of fs.fileMatches(glob, options)) {
    const file = await fs.computedFile(path);
    const target = path.split("/").slice(depth).join("/");
    if (!isPage(file)) throw noPage(path);
    if (target.startsWith(`${STATE}/`)) throw reserved(path);
    pages.push({ path, target, file });
  }
  if (pages.length > 0) return pages;
  throw new PondError("NOT_FOUND", `Nothing matches ${glob}`, {
    path: glob,
    hint: "how patterns are written: pond help globs",
  });
}

function isPage(file: ComputedFile | undefined): file is Page["file"] {
  return file?.format === "text" && file.page !== undefined;
}

/** What a page sees of an export. */
export function exportedFiles(
  tables: readonly ExportedTable[],
  partitionBy: readonly string[],
  target: string,
): ExportedFiles {
  const up = "../".repeat(target.split("/").length - 1);
  const root = new Branch();
  for (const { captures, files } of tables) {
    let branch = root;
    for (const capture of captures) branch = branch.at(capture);
    for (const { path } of files) {
      branch.files.push({ file: up + path, ...timesOf(path, partitionBy) });
    }
  }
  return root.exported();
}

/** What the same wildcards stand for. */
class Branch {
  readonly files: ExportedFile[] = [];
  readonly #branches = new Map<string, Branch>();

  at(capture: string): Branch {
    const branch = this.#branches.get(capture) ?? new Branch();
    this.#branches.set(capture, branch);
    return branch;
  }

  /** A pattern has as many wildcards in each match: it is a map or a list. */
  exported(): ExportedFiles {
    if (this.#branches.size === 0) return this.files.toSorted(byTime);
    return new Map(
      [...this.#branches].map(([name, branch]) => [name, branch.exported()]),
    );
  }
}

function byTime(a: ExportedFile, b: ExportedFile): number {
  const times = (a.start_time ?? 0) - (b.start_time ?? 0);
  return times || (a.file < b.file ? -1 : 1);
}

/** Places in a date, and how many of them a partition takes. */
const UNITS: Readonly<Record<string, readonly [place: number, count: number]>> =
  {
    year: [0, 1],
    quarter: [1, 3],
    month: [1, 1],
    day: [2, 1],
    hour: [3, 1],
  };

/** When the rows of a partition are, by the names of its directories. */
function timesOf(
  path: string,
  partitionBy: readonly string[],
): Pick<ExportedFile, "start_time" | "end_time"> {
  const start = [NaN, 0, 1, 0];
  let unit: readonly [place: number, count: number] | undefined;
  for (const [i, name] of partitionBy.entries()) {
    const value = path.split("/")[i]?.slice(name.length + 1) ?? "";
    const [, year, month, day] = /^(\d+)-(\d\d)-(\d\d)$/.exec(value) ?? [];
    const own = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
    if (name === "date" && year !== undefined) {
      start.splice(0, 3, Number(year), Number(month) - 1, Number(day));
      unit = [2, 1];
    } else if (own !== undefined && /^-?\d+$/.test(value)) {
      unit = own;
      const [place, count] = own;
      start[place] = place === 1 ? (Number(value) - 1) * count : Number(value);
    }
  }
  if (unit === undefined) return {};
  const [place, count] = unit;
  const end = start.with(place, (start[place] ?? 0) + count);
  const [start_time, end_time] = [secondsOf(start), secondsOf(end)];
  // A month of no year is at no time.
  return Number.isNaN(start_time) ? {} : { start_time, end_time };
}

function secondsOf([year = 0, month = 0, day = 1, hour = 0]: number[]): number {
  const time = new Date(0);
  // Date.UTC() takes the years 0 to 99 for those of another century.
  time.setUTCFullYear(year, month, day);
  return time.setUTCHours(hour) / 1000;
}

function noPage(path: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot export ${path} as a page: no Template makes it`,
    { path, hint: "tables are exported by GLOB, other files by: pond get" },
  );
}

function reserved(path: string): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot export ${path} as a page: ${STATE} is the export's own directory`,
    { path, hint: "give it another name in its out_pattern" },
  );
}
