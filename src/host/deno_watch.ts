/**
 * Changes in directories, as the operating system tells them.
 *
 * @module
 */
import { denoError } from "./deno_error.ts";

/** Tells of changes in a directory and below it, until the signal ends it. */
export async function* watchDirectory(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  if (signal.aborted) return;
  using watcher = opened(path);
  const close = () => watcher.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    for await (const { kind, paths } of watcher) {
      if (kind !== "access") yield paths;
    }
  } catch (error) {
    throw denoError("watch", path, error);
  } finally {
    signal.removeEventListener("abort", close);
  }
}

function opened(path: string): Deno.FsWatcher {
  try {
    return Deno.watchFs(path, { recursive: true });
  } catch (error) {
    throw denoError("watch", path, error);
  }
}
