/**
 * Flips bits of a pond's files, one at a time, and checks: what a check passes
 * reads as it was, at each version.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { hasCode } from "../../src/errors.ts";
import type { MemoryHost } from "../../src/host/memory.ts";
import type { CheckReport } from "../../src/tinylogfs/mod.ts";
import { everythingOf, type FlipCounts } from "./bit_flips.ts";
import { checked, copyOf } from "./checked_pond.ts";

/**
 * Flips and checks.
 *
 * @param host The pond.
 * @param bits Tells which bits of a file to flip.
 * @returns How many flips were found, and how many had no effect.
 */
export async function flipAndCheck(
  host: MemoryHost,
  bits: (path: string, sizeBytes: number) => Iterable<number>,
): Promise<FlipCounts> {
  const counts: FlipCounts = { found: 0, harmless: 0 };
  const expected = await everythingOf(host);
  for (const [path, bytes] of host.files.snapshot()) {
    for (const bit of bits(path, bytes.length)) {
      const damaged = copyOf(host);
      damaged.files.flipBit(path, bit);
      const where = `bit ${bit} of ${path}`;
      const report = await reportOf(damaged);
      if (report === undefined || !report.isSound) {
        counts.found++;
        assert(report === undefined || names(report, path), where);
        continue;
      }
      counts.harmless++;
      assertEquals(await everythingOf(damaged), expected, where);
    }
  }
  return counts;
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

/** Of the log, a file may be found by what contradicts it. */
function names({ findings }: CheckReport, path: string): boolean {
  const inLog = path.includes("/_delta_log/");
  return findings.some((finding) =>
    finding.severity === "damage" &&
    (finding.path === path || (inLog && finding.path.includes("/_delta_log/")))
  );
}
