/**
 * What a pond of the proof of concept holds, wherever it was read from.
 *
 * A source is a tree of entries, each with all of its versions. Where their bytes
 * are, and what they have to be, is known; nothing of them is in memory.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";

/** What an entry with content was. */
export type FileKind = "table" | "series" | "data" | "definition";

/** The numbers by which the format calls the types of entries. */
export const FTYPE = {
  tree: 1,
  table: 2,
  series: 3,
  data: 4,
  definition: 5,
  symlink: 6,
} as const;

/** The types of entries with content, by their numbers. */
export const FILE_KINDS: ReadonlyMap<number, FileKind> = new Map([
  [FTYPE.table, "table"],
  [FTYPE.series, "series"],
  [FTYPE.data, "data"],
  [FTYPE.definition, "definition"],
]);

/** Where bytes are on the host. */
export interface SourceBytes {
  /** A regular file. */
  readonly hostPath: string;
  /** Whether it is compressed with zstd. */
  readonly isPacked: boolean;
}

/** A version of a file. */
export interface SourceVersion {
  /** Its number, from 1. */
  readonly number: number;
  /** Length in bytes. */
  readonly sizeBytes: number;
  /** SHA-256 of the bytes; what no listing says, the check fills in. */
  readonly sha256: string | undefined;
  /** What earlier listings said in its place, where no hash covers the newest. */
  readonly earlierSha256?: readonly string[];
  /** Where they are. */
  readonly bytes: SourceBytes;
}

/** A file with its versions, by their numbers. */
export interface SourceFile {
  readonly kind: FileKind;
  readonly versions: readonly SourceVersion[];
}

/** A symlink to another entry of the same directory. */
export interface SourceLink {
  readonly kind: "symlink";
  readonly target: string;
}

/** A directory. */
export interface SourceDirectory {
  readonly kind: "tree";
  readonly entries: ReadonlyMap<string, SourceEntry>;
}

/** What a directory holds under a name. */
export type SourceEntry = SourceDirectory | SourceFile | SourceLink;

/** What is wrong with a source. */
export interface Damage {
  /** The path of the entry in the old pond. */
  readonly path: string;
  /** Which version of it; none where it is the entry itself. */
  readonly version?: number;
  /** What is wrong. */
  readonly problem: string;
}

/** A source that was read. */
export interface Source {
  /** The root. */
  readonly root: SourceDirectory;
  /** What is damaged; it is not in the tree. */
  readonly damage: readonly Damage[];
  /** Files that no listing names: leftovers of something that was stopped. */
  readonly unlisted: readonly string[];
}

/** What a row of a listing says. */
export interface ListedRow {
  /** The name; of a backup, the path. */
  readonly prefix: string;
  readonly number: number;
  readonly sizeBytes: number;
  readonly ftype: number;
  /** None where no sound listing says it. */
  readonly sha256: string | undefined;
  /** What earlier listings said in its place. */
  readonly earlierSha256?: readonly string[];
  /** Content that is in the listing. */
  readonly contents: Bytes | null;
}

/** Whether an entry is a file. */
export function isFile(entry: SourceEntry): entry is SourceFile {
  return entry.kind !== "tree" && entry.kind !== "symlink";
}

/** The path of an entry. */
export function childPath(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

/** Why no entry can have a name; `undefined` where one can. */
export function nameProblem(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") {
    return "it stands for a directory";
  }
  if (name.includes("/") || name.includes("\\")) return "it leads elsewhere";
  if (name.includes("\0")) return "it contains NUL";
  if (!name.isWellFormed()) return "it is no text";
  const { length } = new TextEncoder().encode(name);
  return length > 255 ? `it has ${length} bytes` : undefined;
}
