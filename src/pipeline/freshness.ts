/**
 * How old the newest rows of series are.
 *
 * What a series says of itself is enough: no row is read.
 *
 * @module
 */
import type { TinyLogFS } from "../tinylogfs/mod.ts";

/** A series with times. */
export interface SeriesAge {
  /** The file. */
  readonly path: string;
  /** Its latest time, microseconds since the epoch, UTC. */
  readonly toUs: number;
  /** How old that is; negative of a time that is still to come. */
  readonly ageUs: number;
  /** How many rows it has, where that is known. */
  readonly rows?: number;
}

/** Options of {@linkcode seriesAges}. */
export interface AgeOptions {
  /** Paths and patterns; a directory stands for all below it. */
  readonly patterns: readonly string[];
  /** The present, microseconds since the epoch, UTC. */
  readonly nowUs: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * The series among some files, by path, each once. Files that are none, and
 * series without times, are passed over.
 *
 * @throws {PondError} `NOT_FOUND` for a path that isn't there.
 */
export async function* seriesAges(
  fs: TinyLogFS,
  { nowUs, patterns, signal }: AgeOptions,
): AsyncGenerator<SeriesAge> {
  const seen = new Set<string>();
  for (const pattern of patterns) {
    const all = await allBelow(fs, pattern);
    for await (
      const { path } of fs.fileMatches(all, signal ? { signal } : {})
    ) {
      signal?.throwIfAborted();
      if (seen.has(path)) continue;
      seen.add(path);
      const whole = (await fs.seriesMark(path))?.whole;
      if (whole?.toUs === undefined) continue;
      const { rows, toUs } = whole;
      const ageUs = nowUs - toUs;
      yield { path, toUs, ageUs, ...(rows === undefined ? {} : { rows }) };
    }
  }
}

/** The pattern of what is below a directory; any other path as it is. */
async function allBelow(fs: TinyLogFS, pattern: string): Promise<string> {
  if (/[*?[{]/.test(pattern)) return pattern;
  const { fileType } = await fs.getMetadata(pattern);
  return fileType === "directory"
    ? `${pattern.replace(/\/+$/, "")}/**`
    : pattern;
}
