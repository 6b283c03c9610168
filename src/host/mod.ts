/**
 * The platform: interfaces, and this machine behind them. The simulated one is
 * in `memory.ts`, so that nothing loads it by accident.
 *
 * @module
 */
export { denoHost } from "./deno_host.ts";
export type * from "./host.ts";
