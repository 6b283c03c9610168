/**
 * What a dump is made of.
 *
 * @module
 */
import type { Host } from "../../host/host.ts";

/** A value that a dump shows; bytes are text in hexadecimal digits. */
export type DumpValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly DumpValue[]
  | { readonly [name: string]: DumpValue };

/** What is known of something, by names. */
export type DumpFacts = { readonly [name: string]: DumpValue };

/** A row of a dump: a thing that is there, is missing, or is damaged. */
export interface DumpRow {
  /** What it is: a kind of file or action, `row group`, `page`, `finding`, … */
  readonly kind: string;
  /** The file on the host. */
  readonly path: string;
  /** The version of the table that it is about. */
  readonly version?: number;
  /** Where in the file, such as `line 3` or `row group 0, column a, page 2`. */
  readonly place?: string;
  /** How much its problem matters; a note changes nothing but time. */
  readonly severity?: "damage" | "note" | "leftover";
  /** What is wrong with it. */
  readonly problem?: string;
  /** What it says. */
  readonly facts: DumpFacts;
}

/** Options of every dump. */
export interface DumpOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** Options of dumps of a table. */
export interface TableDumpOptions extends DumpOptions {
  /** The version to show; the newest when left out. */
  readonly version?: number;
  /** The witness of the newest commit, where there is one. */
  readonly headPath?: string;
}

/** Options of {@linkcode dumpLog}. */
export interface LogDumpOptions extends DumpOptions {
  /** The first version to show; from the beginning when left out. */
  readonly from?: number;
  /** The last one; to the end when left out. */
  readonly to?: number;
  /** The witness of the newest commit, where there is one. */
  readonly headPath?: string;
}

/** Options of {@linkcode dumpRecords}. */
export interface RecordDumpOptions extends TableDumpOptions {
  /** The partition: 32 hexadecimal digits, or the first ones of them. */
  readonly partId: string;
  /** The node, likewise; all of the partition when left out. */
  readonly nodeId?: string;
}

/** The platform, as far as a dump needs it. */
export type DumpHost = Pick<Host, "files" | "random">;
