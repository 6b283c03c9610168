/**
 * Changes bytes of a pond's files, one at a time, checks, and reads everything:
 * what a check passes reads as it was, at each version, and nothing ever reads as
 * something else.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { hasCode } from "../../src/errors.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import type { CheckReport } from "../../src/tinylogfs/mod.ts";
import { type Everything, everythingOf } from "./bit_flips.ts";
import { checked, copyOf } from "./checked_pond.ts";

/** A byte, and the bits of it that become others. */
export interface ByteChange {
  /** Where it is. */
  readonly offset: number;
  /** 1 to 255. */
  readonly mask: number;
}

/** What became of the changes. */
export interface ChangeCounts {
  /** Found as damage. */
  found: number;
  /** How many had no effect, by the files that they were in. */
  readonly harmless: Map<string, number>;
}

/** What a check may pass, since nothing reads it, or it is rebuilt. */
const MEANINGLESS: readonly RegExp[] = [
  // A witness that is torn is a note: the log itself says what it holds.
  /\/head$/,
  // Hints, whose loss costs time.
  /\/_delta_log\/_last_checkpoint$/,
  // Locks have no content, and nobody reads what is unfinished.
  /\/tmp\//,
];

/**
 * Changes and checks.
 *
 * @param host The pond.
 * @param changes Tells what of a file to change, each by itself.
 * @param isNeeded Whether the newest state or history needs a data file.
 */
export async function changeAndCheck(
  host: MemoryHost,
  changes: (path: string, sizeBytes: number) => Iterable<ByteChange>,
  isNeeded: (path: string) => boolean,
): Promise<ChangeCounts> {
  const counts: ChangeCounts = { found: 0, harmless: new Map() };
  const expected = await everythingOf(host);
  for (const [path, bytes] of host.files.snapshot()) {
    for (const { mask, offset } of changes(path, bytes.length)) {
      const damaged = copyOf(host);
      for (let bit = 0; bit < 8; bit++) {
        if (mask >> bit & 1) damaged.files.flipBit(path, offset * 8 + bit);
      }
      const where = `byte ${offset} of ${path}, ${mask}`;
      const report = await reportOf(damaged);
      const isFound = report === undefined || !report.isSound;
      if (isFound) {
        counts.found++;
        assert(report === undefined || names(report, path), where);
      } else {
        counts.harmless.set(path, (counts.harmless.get(path) ?? 0) + 1);
        const isMeaningless = MEANINGLESS.some((it) => it.test(path)) ||
          (path.endsWith(".parquet") && !isNeeded(path));
        assert(isMeaningless, `${where}: not found`);
      }
      await assertReads(damaged, expected, isFound, where);
    }
  }
  return counts;
}

/** Everything, or where there is damage an error. */
async function assertReads(
  host: MemoryHost,
  expected: Everything,
  isDamaged: boolean,
  where: string,
): Promise<void> {
  let read: Everything;
  try {
    read = await everythingOf(host);
  } catch (error) {
    const isTold = hasCode(error, "INTEGRITY", "FORMAT_TOO_NEW", "NOT_FOUND");
    if (isDamaged && isTold) return;
    throw new Error(where, { cause: error });
  }
  assertEquals(read, expected, where);
}

/** `undefined` for a pond whose format seems to be another one. */
async function reportOf(host: MemoryHost): Promise<CheckReport | undefined> {
  try {
    return await checked(host);
  } catch (error) {
    if (hasCode(error, "FORMAT_TOO_NEW")) return undefined;
    throw error;
  }
}

/**
 * Of the log, a file may be found by what contradicts it; a data file by its name
 * on a branch, which shares it.
 */
function names({ findings }: CheckReport, path: string): boolean {
  const inLog = path.includes("/_delta_log/");
  const name = path.slice(path.lastIndexOf("/"));
  return findings.some((finding) =>
    finding.severity === "damage" &&
    (finding.path === path ||
      (name.endsWith(".parquet") && finding.path.endsWith(name)) ||
      (inLog && finding.path.includes("/_delta_log/")))
  );
}
