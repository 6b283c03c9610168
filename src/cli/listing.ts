/**
 * Listings that need more than one look at their entries: in another order,
 * with what is below them, and in columns.
 *
 * @module
 */
import stringWidth from "fast-string-width";
import type { DirEntry } from "../tinylogfs/mod.ts";
import type { ListCommand } from "./file_command.ts";

/** The entries of a directory, or those of paths that are none. */
export interface Listing {
  /** What is written above it. */
  readonly title: string;
  /** Whether it is one of a directory. */
  readonly isDirectory: boolean;
  /** The entries. */
  entries(): AsyncIterable<DirEntry>;
  /** The listing of an entry that is a directory. */
  below(entry: DirEntry): Listing;
}

/** Spaces between columns. */
const GAP = 2;

/** How entries are ordered. */
type Order = Pick<ListCommand, "order" | "reverse">;

/** The same listing, in the order that was asked for. */
export function ordered(listing: Listing, order: Order): Listing {
  return {
    ...listing,
    entries: () => sorted(listing.entries(), order),
    below: (entry) => ordered(listing.below(entry), order),
  };
}

async function* sorted(
  entries: AsyncIterable<DirEntry>,
  { order, reverse }: Order,
): AsyncGenerator<DirEntry> {
  const all = await Array.fromAsync(entries);
  // A stable sort leaves names in their order where the rest is equal.
  if (order === "time") all.sort((a, b) => b.modifiedUs - a.modifiedUs);
  if (order === "size") all.sort((a, b) => sizeOf(b) - sizeOf(a));
  yield* reverse ? all.reverse() : all;
}

/** What isn't known is less than anything. */
function sizeOf({ sizeBytes }: DirEntry): number {
  return sizeBytes ?? -1;
}

/** A listing, and those of all directories below it. */
export async function* withDirectories(
  listing: Listing,
): AsyncGenerator<Listing> {
  yield listing;
  if (!listing.isDirectory) return;
  for await (const entry of listing.entries()) {
    if (entry.fileType !== "directory") continue;
    yield* withDirectories(listing.below(entry));
  }
}

/**
 * Names in columns, read from top to bottom: as many as there is room for.
 *
 * @param names Without control characters.
 * @param width The columns of the terminal.
 */
export function inColumns(names: readonly string[], width: number): string[] {
  const widths = names.map((name) => stringWidth(name));
  for (let rows = 1; rows < names.length; rows++) {
    const columns = columnWidths(widths, rows);
    const used = columns.reduce((sum, column) => sum + column + GAP, -GAP);
    if (used > width) continue;
    return Array.from({ length: rows }, (_, row) => {
      let line = "";
      let pad = 0;
      for (const [column, columnWidth] of columns.entries()) {
        const index = column * rows + row;
        const name = names[index];
        if (name === undefined) break;
        line += " ".repeat(pad) + name;
        pad = columnWidth - (widths[index] ?? 0) + GAP;
      }
      return line;
    });
  }
  return [...names];
}

function columnWidths(widths: readonly number[], rows: number): number[] {
  const columns: number[] = [];
  for (let start = 0; start < widths.length; start += rows) {
    columns.push(Math.max(...widths.slice(start, start + rows)));
  }
  return columns;
}
