/**
 * Sizes that are given on the command line.
 *
 * @module
 */
import { PondError } from "../errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  K: 2 ** 10,
  KiB: 2 ** 10,
  M: 2 ** 20,
  MiB: 2 ** 20,
  G: 2 ** 30,
  GiB: 2 ** 30,
};

/**
 * Reads a size: `64MiB`, `1.5G`, or a number of bytes.
 *
 * @param text What was given.
 * @param where The option or variable that it was given by, for the error.
 * @returns Bytes.
 * @throws {PondError} `INVALID_ARGUMENT` for anything else.
 */
export function parseSize(text: string, where: string): number {
  const [, number = "", unit = ""] =
    /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text) ??
      [];
  const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  const bytes = Math.floor(Number(number) * (factor ?? NaN));
  if (number !== "" && Number.isSafeInteger(bytes)) return bytes;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read the size ${JSON.stringify(text)} of ${where}`,
    { hint: `a number of bytes, or 64MiB, 1.5GiB` },
  );
}
