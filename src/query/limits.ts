/**
 * What a query may take: memory, threads, time.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { QueryOptions } from "../tinylogfs/mod.ts";

/** The longest time that a timer knows; longer ones are none. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Below this, the engine can't even begin. */
const MIN_MEMORY_BYTES = 2 ** 20;

/**
 * Checks the limits of a query.
 *
 * @throws {RangeError} For a limit that is none.
 */
export function checkedOptions(options: QueryOptions): QueryOptions {
  const { memoryBytes, threads, timeoutMs } = options;
  if (
    memoryBytes !== undefined &&
    !(Number.isSafeInteger(memoryBytes) && memoryBytes >= MIN_MEMORY_BYTES)
  ) throw new RangeError(`memoryBytes must be at least ${MIN_MEMORY_BYTES}`);
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new RangeError(`threads must be a whole number above 0`);
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new RangeError(`timeoutMs must be above 0`);
  }
  return options;
}

/** The time that a query and the reading of its rows may take. */
export class Deadline implements Disposable {
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  /** The signal that ends the query, if anything can. */
  readonly options: Pick<QueryOptions, "signal">;

  constructor({ signal, timeoutMs }: QueryOptions) {
    if (timeoutMs === undefined || timeoutMs > MAX_TIMEOUT_MS) {
      this.options = signal === undefined ? {} : { signal };
      return;
    }
    const controller = new AbortController();
    this.#timer = setTimeout(
      () => controller.abort(tooLong(timeoutMs)),
      timeoutMs,
    );
    const signals = signal === undefined ? [] : [signal];
    this.options = { signal: AbortSignal.any([...signals, controller.signal]) };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

function tooLong(timeoutMs: number): PondError {
  return new PondError(
    "QUERY",
    `Cannot run the query: it took longer than ${timeoutMs / 1000} s`,
    { hint: "give it more time: --timeout 5min" },
  );
}
