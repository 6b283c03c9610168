/**
 * What carries out a resource: what it is given, and what it tells.
 *
 * @module
 */
import type { PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { PondTransaction } from "../tinylogfs/mod.ts";
import type { Fetch } from "./http.ts";
import type { Kind } from "./kinds.ts";
import type { AsideReason } from "./readings.ts";
import type { ResourceOf } from "./resource.ts";

/** What a runner works with. */
export interface RunSide {
  /** The transaction that all of its changes go into. */
  readonly tx: PondTransaction;
  /** The platform. */
  readonly host: Host;
  /** Makes requests. */
  readonly fetch: Fetch;
  /** Ends the run. */
  readonly signal?: AbortSignal | undefined;
}

/** What a run did with one file of the pond. */
export interface RunItem {
  /** The file. */
  readonly path: string;
  /** What was done. `failed` has left it as it was. */
  readonly status: "created" | "updated" | "unchanged" | "skipped" | "failed";
  /** Rows that were added, of a series. */
  readonly rows?: number;
  /** Bytes that were added. */
  readonly sizeBytes?: number;
  /** The latest time in it, microseconds since the epoch, UTC, of a series. */
  readonly toUs?: number;
  /** How many readings were set aside, by why. */
  readonly setAside?: ReadonlyMap<AsideReason, number>;
  /** How many gaps the new rows have, where it is known what one is. */
  readonly gaps?: number;
  /** Why it failed, or was skipped. */
  readonly error?: PondError;
}

/** Carries out a resource; what it throws undoes all of its changes. */
export type Runner<K extends Kind> = (
  resource: ResourceOf<K>,
  side: RunSide,
) => Promise<readonly RunItem[]>;
