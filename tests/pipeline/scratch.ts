/**
 * Ponds for tests of pipelines.
 *
 * @module
 */
import { denoHost } from "../../src/host/deno_host.ts";
import type { Clock, Host } from "../../src/host/mod.ts";
import { initPond, type Pond } from "../../src/pond.ts";
import {
  type TempDirectory,
  tempDirectory,
} from "../support/temp_directory.ts";

/** A pond on the disk, with a clock and an environment of the test. */
export interface ScratchPond extends AsyncDisposable {
  /** The pond. */
  readonly pond: Pond;
  /** Its platform. */
  readonly host: Host;
  /** Its clock. */
  readonly clock: TestClock;
  /** Its environment. */
  readonly env: Map<string, string>;
  /** The directory around it. */
  readonly temp: TempDirectory;
}

/** When tests of pipelines take place, in milliseconds since the epoch. */
export const NOW_MS: number = Date.UTC(2026, 0, 5, 10);

/** A clock that only sleeping moves on. */
export class TestClock implements Clock {
  /** Milliseconds since the epoch. */
  ms: number = NOW_MS;
  /** How long each sleep was, in milliseconds. */
  readonly sleeps: number[] = [];

  nowUs(): number {
    return Math.round(this.ms * 1000);
  }

  monotonicMs(): number {
    return this.ms;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.sleeps.push(milliseconds);
    this.ms += milliseconds;
    return Promise.resolve();
  }
}

/** Makes a pond. */
export async function scratchPond(): Promise<ScratchPond> {
  await using stack = new AsyncDisposableStack();
  const temp = stack.use(await tempDirectory());
  const env = new Map<string, string>();
  const clock = new TestClock();
  const { terminal, ...rest } = denoHost();
  const host: Host = {
    ...rest,
    buffers: () => denoHost().buffers(),
    clock,
    terminal: new Proxy(terminal, {
      get: (target, name) =>
        name === "env"
          ? (name: string) => env.get(name)
          : Reflect.get(target, name, target),
    }),
  };
  const pond = stack.use(await initPond(host, temp.join("pond")));
  const all = stack.move();
  return {
    pond,
    host,
    clock,
    env,
    temp,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
