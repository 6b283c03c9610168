/**
 * What the arguments of the commands become that carry a pond, or tables of it, to
 * another place.
 *
 * @module
 */
import type { Compression } from "../host/compression.ts";

/** `pond bundle` */
export interface BundleCommand {
  readonly name: "bundle";
  /** A file of the host; `-` is standard output. */
  readonly file: string;
  /** By the file's name when left out. */
  readonly compression: Compression | undefined;
  /** Whether the current tree is there as plain files. */
  readonly tree: boolean;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** `pond unbundle` */
export interface UnbundleCommand {
  readonly name: "unbundle";
  /** A file of the host; `-` is standard input. */
  readonly file: string;
  readonly directory: string;
  readonly dryRun: boolean;
}
