/**
 * Runs `pond` in this process, and says afterwards on standard error how much
 * memory it had at most, in KiB (Linux).
 *
 * ```text
 * deno run -A … tests/support/peak_memory.ts put in.bin /big
 * peak 131072
 * ```
 *
 * @module
 */
import { main } from "../../src/cli/main.ts";
import { denoHost } from "../../src/host/deno_host.ts";

const code = await main(Deno.args, denoHost());
const status = await Deno.readTextFile("/proc/self/status");
const [, peak = "?"] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
await Deno.stderr.write(new TextEncoder().encode(`peak ${peak}\n`));
Deno.exit(code);
