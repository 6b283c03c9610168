/**
 * Runs resources: each one a transaction of its own.
 *
 * @module
 */
import { hasCode, PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { CommitResult, TinyLogFS } from "../tinylogfs/mod.ts";
import type { Fetch } from "./http.ts";
import { labelOf, type Resource } from "./resource.ts";
import { findResources } from "./resource_store.ts";
import type { RunItem } from "./runner.ts";
import { RunTimes } from "./run_times.ts";
import { isRun, runResource } from "./runners.ts";

/** What the run of a resource did. */
export interface RunReport {
  /** The resource. */
  readonly resource: Resource;
  /** What was done with each file, in the order of the resource. */
  readonly items: readonly RunItem[];
  /** The commit; none when there was nothing new. */
  readonly commit?: CommitResult;
  /** Why nothing of it was done. */
  readonly error?: PondError;
}

/** Options of {@linkcode runResources}. */
export interface RunOptions {
  /** Which resources: `NAME`, `KIND`, `KIND/NAME`; all when left out. */
  readonly names?: readonly string[];
  /** Whether to only say what would be done. */
  readonly dryRun?: boolean;
  /** Makes requests; the platform's own when left out. */
  readonly fetch?: Fetch;
  /** Ends the run; what was committed stays. */
  readonly signal?: AbortSignal;
}

/** Errors that end everything, not one resource. */
const FINAL = [
  "ABORTED",
  "FORMAT_TOO_NEW",
  "INTEGRITY",
  "IO",
  "NO_SPACE",
  "OUTCOME_UNKNOWN",
  "READ_ONLY",
] as const;

/** How often a resource begins anew when another run was faster. */
const RETRIES = 2;

/**
 * Runs resources, in the order of their kinds. One that fails doesn't hinder the
 * others. Where nothing is new, nothing is committed.
 *
 * @param host The platform that the pond is on.
 * @throws {PondError} `NOT_FOUND` for a name of none; what ends everything.
 */
export async function* runResources(
  fs: TinyLogFS,
  host: Host,
  options: RunOptions = {},
): AsyncGenerator<RunReport> {
  const { dryRun = false, names = [], signal } = options;
  const times = new RunTimes(fs, host.files);
  const resources = await findResources(fs, names);
  for (const resource of resources) {
    if (!isRun(resource.kind)) continue;
    signal?.throwIfAborted();
    const atUs = host.clock.nowUs();
    const report = await reportOf(fs, host, resource, options);
    if (!dryRun) {
      const outcome = hasFailed(report) ? "failed" : "done";
      await times.note(resource, { atUs, outcome });
    }
    yield report;
  }
}

/** Runs a resource; what fails with it is its own. */
async function reportOf(
  fs: TinyLogFS,
  host: Host,
  resource: Resource,
  options: RunOptions,
): Promise<RunReport> {
  try {
    return await runOne(fs, host, resource, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof PondError) || hasCode(error, ...FINAL)) throw error;
    return { resource, items: [], error };
  }
}

function hasFailed({ error, items }: RunReport): boolean {
  return error !== undefined || items.some(({ error }) => error !== undefined);
}

/** What a dry run is ended with: its transaction is dropped. */
class Dropped extends Error {
  readonly items: readonly RunItem[];
  constructor(items: readonly RunItem[]) {
    super("a dry run keeps nothing");
    this.items = items;
  }
}

async function runOne(
  fs: TinyLogFS,
  host: Host,
  resource: Resource,
  { dryRun = false, fetch = globalThis.fetch, signal }: RunOptions,
): Promise<RunReport> {
  const label = labelOf(resource);
  try {
    const { commit, value } = await fs.transaction(async (tx) => {
      const side = { tx, host, fetch, signal };
      const items = await runResource(resource, side);
      if (dryRun) throw new Dropped(items);
      return items;
    }, {
      message: `run ${label}`,
      metadata: { resource: label },
      retries: RETRIES,
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      resource,
      items: value,
      ...(commit.operationsCommitted === 0 ? {} : { commit }),
    };
  } catch (error) {
    if (error instanceof Dropped) return { resource, items: error.items };
    throw error;
  }
}
