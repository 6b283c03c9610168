/**
 * What the arguments of the commands become that carry a pond, or tables of it, to
 * another place.
 *
 * @module
 */
import type { ExportDefinition } from "../export/mod.ts";
import type { Packing } from "../host/packing.ts";
import type { LimitOptions } from "./query_command.ts";

/** `pond bundle` */
export interface BundleCommand {
  readonly name: "bundle";
  /** A file of the host; `-` is standard output. */
  readonly file: string;
  /** By the file's name when left out. */
  readonly packing: Packing | undefined;
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

/** `pond export` */
export interface ExportCommand extends LimitOptions {
  readonly name: "export";
  readonly definition: ExportDefinition;
  /** A directory of the host. */
  readonly to: string;
  readonly at: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
}
