/**
 * Which blobs a check reads, where reading all of them takes too long.
 *
 * ```text
 * n/t      those whose SHA-256 begins with a number that leaves n - 1 when it is
 *          divided by t: t such checks have read everything, whatever was stored
 *          in between
 * N%       as many of a random sample as have N percent of all bytes, but one at
 *          least
 * ```
 *
 * Both are what restic's `--read-data-subset` does.
 *
 * @see {@link https://restic.readthedocs.io/en/stable/045_working_with_repos.html#checking-integrity-and-consistency}
 * @module
 */
import { PondError } from "../errors.ts";
import type { Random } from "../host/host.ts";
import type { DataPart } from "./check_types.ts";

/** So many digits of a hash say in which part it is. */
const DIGITS = 12;

/** A blob that may be read. */
interface Readable {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Says which of some blobs are read; of the same ones always the same. */
export type ChooseBlobs = (
  blobs: Iterable<Readable>,
) => ReadonlySet<string>;

/**
 * Makes the choice.
 *
 * @param part What to read; everything when left out.
 * @throws {PondError} `INVALID_ARGUMENT` for a part that can't be.
 */
export function chooserOf(
  part: DataPart | undefined,
  random: Pick<Random, "fraction">,
): ChooseBlobs {
  if (part === undefined) return (blobs) => hashesOf(blobs);
  requirePart(part);
  if ("percent" in part) {
    // Hashes are spread evenly: those that follow a random one are a sample.
    const start = random.fraction() * 16 ** DIGITS;
    return (blobs) => sampleOf([...blobs], part.percent, start);
  }
  const { number, of } = part;
  return (blobs) =>
    hashesOf([...blobs].filter((blob) => numberOf(blob) % of === number - 1));
}

function requirePart(part: DataPart): void {
  const isRight = "percent" in part
    ? part.percent > 0 && part.percent <= 100
    : Number.isSafeInteger(part.of) && Number.isSafeInteger(part.number) &&
      part.of >= 1 && part.of <= 1_000_000 && part.number >= 1 &&
      part.number <= part.of;
  if (isRight) return;
  const text = "percent" in part
    ? `${part.percent}%`
    : `${part.number}/${part.of}`;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read the part ${text} of all data`,
    {
      hint: "more than 0% and up to 100%, or one part of up to a million: 1/7",
    },
  );
}

function hashesOf(blobs: Iterable<Readable>): ReadonlySet<string> {
  return new Set(Array.from(blobs, ({ sha256 }) => sha256));
}

function numberOf({ sha256 }: Readable): number {
  return parseInt(sha256.slice(0, DIGITS), 16);
}

function sampleOf(
  blobs: readonly Readable[],
  percent: number,
  start: number,
): ReadonlySet<string> {
  const sizes = blobs.map(({ sizeBytes }) => sizeBytes);
  const wanted = sizes.reduce((sum, size) => sum + size, 0) * percent / 100;
  const whole = 16 ** DIGITS;
  const distance = (blob: Readable) => (numberOf(blob) - start + whole) % whole;
  const ordered = blobs.toSorted((a, b) => distance(a) - distance(b));
  const chosen = new Set<string>();
  let bytes = 0;
  for (const { sha256, sizeBytes } of ordered) {
    if (bytes >= wanted && chosen.size > 0) break;
    chosen.add(sha256);
    bytes += sizeBytes;
  }
  return chosen;
}
