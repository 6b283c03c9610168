/**
 * Sizes, times and modes as text.
 *
 * @module
 */
import type { DirEntry } from "../tinylogfs/mod.ts";

const SIZE_UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Bytes for people: `512 B`, `1.5 MiB`; `-` where it isn't known. */
export function humanSize(sizeBytes: number | null): string {
  if (sizeBytes === null) return "-";
  if (sizeBytes < 1024) return `${sizeBytes} B`;
  let value = sizeBytes / 1024;
  for (const unit of SIZE_UNITS) {
    // What would be rounded up to 1024 is one of the next unit.
    if (value < 1023.95 || unit === "PiB") return `${value.toFixed(1)} ${unit}`;
    value /= 1024;
  }
  return `${sizeBytes} B`;
}

/** Microseconds since the epoch in RFC 3339, UTC; whole milliseconds short. */
export function rfc3339(timestampUs: number): string {
  const text = new Date(Math.floor(timestampUs / 1000)).toISOString();
  const us = ((timestampUs % 1000) + 1000) % 1000;
  return us === 0 ? text : text.replace("Z", `${String(us).padStart(3, "0")}Z`);
}

/** Microseconds since the epoch for people, in their time zone. */
export function localTime(timestampUs: number): string {
  const date = new Date(timestampUs / 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${
    two(date.getDate())
  }`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return `${day} ${time.map(two).join(":")}`;
}

const AGO_UNITS = [
  ["year", 365 * 86400],
  ["month", 30 * 86400],
  ["week", 7 * 86400],
  ["day", 86400],
  ["h", 3600],
  ["min", 60],
] as const;

/** How long ago a time was, for people: `3 h ago`. */
export function ago(timestampUs: number, nowUs: number): string {
  const seconds = Math.max(0, Math.floor((nowUs - timestampUs) / 1e6));
  for (const [unit, length] of AGO_UNITS) {
    const count = Math.floor(seconds / length);
    if (count === 0) continue;
    const plural = unit.length > 3 && count > 1 ? "s" : "";
    return `${count} ${unit}${plural} ago`;
  }
  return `${seconds} s ago`;
}

const TYPE_LETTERS: Readonly<Record<DirEntry["fileType"], string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
};

/** Type and permissions as `ls -l` writes them: `drwxr-xr-x`. */
export function modeText(entry: Pick<DirEntry, "fileType" | "mode">): string {
  let text: string = TYPE_LETTERS[entry.fileType];
  for (let bit = 8; bit >= 0; bit--) {
    const letter = "xwr"[bit % 3] ?? "-";
    text += (entry.mode >> bit) & 1 ? letter : "-";
  }
  return text;
}

/** Permissions as octal digits: `0644`. */
export function octalMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
