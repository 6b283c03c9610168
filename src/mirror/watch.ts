/**
 * Follows a directory.
 *
 * An event says only that something has changed: what, the run finds out. So events
 * are collected until nothing has come for a while, and none is needed: a run at
 * intervals finds what was missed, and all of it where the system can't tell.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { Host } from "../host/mod.ts";
import { isReserved } from "./names.ts";
import type { MirrorReport, MirrorWatchOptions } from "./types.ts";

const SETTLE_MS = 500;
const MAX_DELAY_MS = 10_000;
const RESCAN_MS = 60_000;

/** How long to wait when somebody else mirrors the directory just now. */
const LOCKED_MS = 1000;

/** Runs again and again. */
export async function* watchMirror(
  root: string,
  host: Host,
  options: MirrorWatchOptions,
  run: () => Promise<MirrorReport>,
): AsyncGenerator<MirrorReport> {
  const end = new AbortController();
  const signal = options.signal
    ? AbortSignal.any([options.signal, end.signal])
    : end.signal;
  const events = new Events();
  const listening = listen(root, host, signal, events, options);
  try {
    for (;;) {
      signal.throwIfAborted();
      events.clear();
      const report = await attempt(run);
      if (report && isNews(report)) yield report;
      const isOpen = report === undefined || hasFailures(report);
      await rest(host, events, signal, options, isOpen);
    }
  } finally {
    end.abort();
    await listening;
  }
}

/** What was heard since the last run began. */
class Events {
  #heard = false;
  #wake: (() => void) | undefined;

  get heard(): boolean {
    return this.#heard;
  }

  clear(): void {
    this.#heard = false;
  }

  hear(): void {
    this.#heard = true;
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Resolves with the next one. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }
}

async function listen(
  root: string,
  host: Host,
  signal: AbortSignal,
  events: Events,
  { onBlind }: MirrorWatchOptions,
): Promise<void> {
  if (host.watch === undefined) return;
  try {
    for await (const paths of host.watch(root, signal)) {
      // What the mirror writes for itself is no news.
      if (paths.some((path) => !isOwn(path.slice(root.length)))) events.hear();
    }
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof PondError)) throw error;
    onBlind?.(error);
  }
}

function isOwn(path: string): boolean {
  return path.split("/").some(isReserved);
}

/** Somebody else's run does the same work. */
async function attempt(
  run: () => Promise<MirrorReport>,
): Promise<MirrorReport | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof PondError && error.code === "LOCKED") return undefined;
    throw error;
  }
}

function isNews({ items }: MirrorReport): boolean {
  return items.some(({ action, done }) => done || action === "fail");
}

/** What changed while it was read is tried again soon. */
function hasFailures({ items }: MirrorReport): boolean {
  return items.some(({ error }) => error?.code === "CONFLICT");
}

/** Waits until something has changed and come to rest, or it is time anyway. */
async function rest(
  { clock }: Host,
  events: Events,
  signal: AbortSignal,
  options: MirrorWatchOptions,
  isOpen: boolean,
): Promise<void> {
  const { maxDelayMs = MAX_DELAY_MS, rescanMs = RESCAN_MS } = options;
  const { settleMs = SETTLE_MS } = options;
  const wait = async (milliseconds: number) => {
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const slept = clock.sleep(milliseconds, either).catch(() => {});
    await Promise.race([slept, events.next()]);
    stop.abort();
    await slept;
    signal.throwIfAborted();
  };
  if (!events.heard) {
    await wait(isOpen ? Math.max(settleMs, LOCKED_MS) : rescanMs);
  }
  const startMs = clock.monotonicMs();
  while (events.heard && clock.monotonicMs() - startMs < maxDelayMs) {
    events.clear();
    await wait(settleMs);
  }
}
