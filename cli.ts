/**
 * The program `pond`.
 *
 * ```sh
 * deno run -A jsr:@duckpond/pond/cli --help
 * ```
 *
 * @module
 */
import { PondError } from "./src/errors.ts";
import { denoHost } from "./src/host/deno_host.ts";
import type { Host } from "./src/host/host.ts";
import { main } from "./src/cli/main.ts";

/** With the exit codes of a second one. */
const SIGNALS = [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const;

/**
 * Lets a signal end the command in order; the second one ends it at once. While
 * a pager or an editor has the terminal, Ctrl-C is for that alone.
 */
function signalsOf({ terminal }: Host): AbortSignal {
  const controller = new AbortController();
  for (const [name, code] of SIGNALS) {
    Deno.addSignalListener(name, () => {
      if (name === "SIGINT" && terminal.isLent) return;
      if (controller.signal.aborted) Deno.exit(code);
      controller.abort(new PondError("ABORTED", `Ended by ${name}`));
    });
  }
  return controller.signal;
}

/** Who sends SIGUSR2 is told how far the command is. SIGUSR1 is Deno's own. */
function questions(): EventTarget {
  const asked = new EventTarget();
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGUSR2", () => {
      asked.dispatchEvent(new Event("status"));
    });
  }
  return asked;
}

if (import.meta.main) {
  // Listeners and native libraries would keep the process alive.
  const host = denoHost();
  const options = { signal: signalsOf(host), asked: questions() };
  Deno.exit(await main(Deno.args, host, options));
}
