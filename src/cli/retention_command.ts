/**
 * What the arguments of the commands become that are about what history costs.
 *
 * @module
 */
import type { Format } from "./format.ts";

/** `pond prune` */
export interface PruneCommand {
  readonly name: "prune";
  /** A revision. */
  readonly before: string;
  readonly yes: boolean;
  readonly format: Format | undefined;
}

/** `pond du` */
export interface UsageCommand {
  readonly name: "du";
  readonly path: string;
  readonly history: boolean;
  readonly format: Format | undefined;
}
