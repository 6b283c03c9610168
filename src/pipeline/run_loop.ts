/**
 * Runs resources again and again: at even times, or by their own schedules.
 *
 * One run is made at a time. What becomes due while it lasts is due once after it,
 * and the next times are those of the clock, so nothing piles up, and nothing drifts.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { TinyLogFS } from "../tinylogfs/mod.ts";
import { labelOf, type Resource } from "./resource.ts";
import { findResources } from "./resource_store.ts";
import { type RunOptions, type RunReport, runResources } from "./run.ts";
import { type LastRun, RunTimes } from "./run_times.ts";
import { isRun } from "./runners.ts";
import { nextEvenMs, nextTimeMs } from "./schedule.ts";

/** Options of {@linkcode runLoop}. */
export interface RunLoopOptions extends RunOptions {
  /** The time between two runs; by the resources' schedules when left out. */
  readonly everyMs?: number;
}

/** So often it is looked whether others have changed resources. */
const MAX_WAIT_MS = 60_000;

/** A resource with a schedule. */
export interface ScheduledResource {
  /** The resource. */
  readonly resource: Resource;
  /** Its last run, where one is known. */
  readonly last: LastRun | undefined;
  /** When it is due, or was, in milliseconds since the epoch. */
  readonly nextMs: number;
}

/** The resources with a schedule, and when they are due. */
export async function scheduledResources(
  fs: TinyLogFS,
  host: Host,
  names: readonly string[] = [],
): Promise<readonly ScheduledResource[]> {
  const runs = await new RunTimes(fs, host.files).read();
  const resources = await findResources(fs, names);
  const nowMs = host.clock.nowUs() / 1000;
  return resources.flatMap((resource) => {
    const { kind, schedule } = resource;
    if (schedule === undefined || !isRun(kind)) return [];
    const last = runs.get(labelOf(resource));
    // What was never run is due; so is what was run later than now, by a clock
    // that was wrong: that time may be years ahead.
    const nextMs = last === undefined || last.atUs / 1000 > nowMs
      ? -Infinity
      : nextTimeMs(schedule, last.atUs / 1000);
    return [{ resource, last, nextMs }];
  });
}

/**
 * Runs what is due by its own schedule, once.
 *
 * @throws {PondError} `LOCKED` while somebody else does; as
 *   {@linkcode runResources}.
 */
export async function* runDue(
  fs: TinyLogFS,
  host: Host,
  options: RunOptions = {},
): AsyncGenerator<RunReport> {
  await using _lock = await lockOf(fs, host);
  yield* runDueOnce(fs, host, options);
}

/**
 * Runs resources until the signal ends it: those that are named every so often,
 * beginning at once; without that, each by its own schedule.
 *
 * A run that fails is told, and made again at its next time.
 *
 * @throws {PondError} `LOCKED` while somebody else runs what is due; what ends
 *   everything, as {@linkcode runResources}.
 */
export async function* runLoop(
  fs: TinyLogFS,
  host: Host,
  { everyMs, ...options }: RunLoopOptions = {},
): AsyncGenerator<RunReport> {
  await using _lock = everyMs === undefined
    ? await lockOf(fs, host)
    : undefined;
  const { signal } = options;
  const nowMs = () => host.clock.nowUs() / 1000;
  for (;;) {
    signal?.throwIfAborted();
    let nextMs = everyMs === undefined
      ? Infinity
      : nextEvenMs(everyMs, nowMs());
    if (everyMs === undefined) {
      yield* runDueOnce(fs, host, options);
      const scheduled = await scheduledResources(fs, host, options.names);
      nextMs = Math.min(...scheduled.map(({ nextMs }) => nextMs));
    } else {
      await fs.refresh();
      yield* runResources(fs, host, options);
      // What was missed while it lasted is not made up for.
      nextMs = Math.max(nextMs, nextEvenMs(everyMs, nowMs()));
    }
    await sleepUntil(nextMs, host, everyMs === undefined, signal);
  }
}

async function* runDueOnce(
  fs: TinyLogFS,
  host: Host,
  options: RunOptions,
): AsyncGenerator<RunReport> {
  await fs.refresh();
  const nowMs = host.clock.nowUs() / 1000;
  const scheduled = await scheduledResources(fs, host, options.names);
  const names = scheduled.filter(({ nextMs }) => nextMs <= nowMs)
    .map(({ resource }) => labelOf(resource));
  if (names.length > 0) yield* runResources(fs, host, { ...options, names });
}

/** Waits; of what others may change, for a while at most. */
async function sleepUntil(
  ms: number,
  { clock }: Host,
  isShort: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const leftMs = Math.max(0, ms - clock.nowUs() / 1000);
  // Timers hold 31 bits, and stand still while the machine sleeps.
  await clock.sleep(Math.min(leftMs, MAX_WAIT_MS), signal);
  if (isShort) return;
  while (clock.nowUs() / 1000 < ms) {
    const restMs = ms - clock.nowUs() / 1000;
    await clock.sleep(Math.min(restMs, MAX_WAIT_MS), signal);
  }
}

/** Two that run what is due would run it twice. */
async function lockOf(fs: TinyLogFS, host: Host): Promise<AsyncDisposable> {
  const path = `${await fs.cacheDirectory()}/runs.lock`;
  const lock = await host.files.tryLock(path);
  if (lock !== undefined) return lock;
  throw new PondError(
    "LOCKED",
    "Cannot run what is due: another process does so",
    { path, hint: "leave it the work, or end it" },
  );
}
