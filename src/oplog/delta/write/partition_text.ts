/**
 * Values of partition columns as the log has them, and directories named after
 * them.
 *
 * The directories mean nothing to readers of the log; people, and engines that
 * read the files without it, find their way by them. They have Hive's form:
 * `site=a%2Fb/`, where the log, whose paths are URIs, has `site=a%252Fb/`.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#partition-value-serialization}
 * @module
 */
import { tryDecodeUtf8 } from "../../../bytes.ts";
import { PondError } from "../../../errors.ts";
import { type DataField, type DataValue, typeText } from "../../data_type.ts";
import { decimalText } from "../stats_text.ts";

const MS_PER_DAY = 86_400_000;
const US_PER_SECOND = 1_000_000n;
/** What a `Date` knows. */
const MAX_MS = 8_640_000_000_000_000;
const NULL_DIRECTORY = "__HIVE_DEFAULT_PARTITION__";
/** A name in a directory is at most 255 bytes long. */
const MAX_NAME_BYTES = 240;

/**
 * Writes a value of a partition column.
 *
 * @returns `null` for null.
 * @throws {PondError} `INVALID_ARGUMENT` for a value that can't be told there: an
 *   empty text, which would be null, and bytes that are no UTF-8.
 */
export function partitionText(
  field: DataField,
  value: DataValue,
): string | null {
  if (value === null) return null;
  const text = textOf(field, value);
  if (text !== undefined && text !== "") return text;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot write this ${
      typeText(field.type)
    } to the partition column ${field.name}: ${
      text === "" ? "an empty one reads as null" : "it has no text in the log"
    }`,
    { hint: "write null, or another value" },
  );
}

/**
 * The directory of a partition, as its path on the disk.
 *
 * @param values The texts of the partition columns, in order.
 * @returns Without a slash at its end; empty for a table without partitions, and
 *   where a name would be too long.
 */
export function partitionDirectory(
  values: readonly (readonly [name: string, text: string | null])[],
): string {
  const names = values.map(([name, text]) =>
    `${hiveName(name)}=${text === null ? NULL_DIRECTORY : hiveName(text)}`
  );
  return names.some((name) => name.length > MAX_NAME_BYTES)
    ? ""
    : names.join("/");
}

/** A path on the disk as the log has it: a URI without a scheme. */
export function logPath(path: string): string {
  return path.replaceAll("%", "%25").replaceAll(" ", "%20");
}

/** All but the plainest characters as `%XX`, by their UTF-8. */
function hiveName(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function textOf({ type }: DataField, value: DataValue): string | undefined {
  switch (type.kind) {
    case "decimal":
      return decimalText(value as bigint, type.scale);
    case "date":
      return isoTime(Number(value) * MS_PER_DAY)?.replace(/T.*/, "");
    case "timestamp":
      return timeText(value as bigint, "T", "Z");
    case "timestamp_ntz":
      return timeText(value as bigint, " ", "");
    case "binary":
      return value instanceof Uint8Array ? tryDecodeUtf8(value) : undefined;
    case "array":
    case "map":
    case "struct":
      return undefined;
    default:
      return String(value);
  }
}

function timeText(
  us: bigint,
  separator: string,
  zone: string,
): string | undefined {
  const rest = ((us % US_PER_SECOND) + US_PER_SECOND) % US_PER_SECOND;
  const iso = isoTime(Number((us - rest) / 1000n));
  const second = iso?.replace(/\.000Z$/, "").replace("T", separator);
  const fraction = String(rest).padStart(6, "0");
  return second && `${second}.${fraction}${zone}`;
}

/** `undefined` for what has more than four digits of a year. */
function isoTime(ms: number): string | undefined {
  if (!(Math.abs(ms) <= MAX_MS)) return undefined;
  const iso = new Date(ms).toISOString();
  return /^\d/.test(iso) ? iso : undefined;
}
