/**
 * The platforms that a pond can be on: this machine, and one in memory.
 *
 * Everything that pond does outside of its own process goes through a
 * {@linkcode Host}: files, clock, random numbers, hashes, standard streams. So
 * whoever has another one, such as an object store with a clock of its own,
 * implements these interfaces.
 *
 * @example A pond in memory
 * ```ts
 * import { memoryHost } from "@duckpond/pond/host";
 * import { TinyLogFS } from "@duckpond/pond/tinylogfs";
 * import { assertEquals } from "@std/assert";
 *
 * const host = memoryHost();
 * await using pond = await TinyLogFS.initEmpty(host, "/pond");
 * await pond.createFile("/lake.csv", "t,m\n1,20.5\n");
 * await pond.commit();
 *
 * await using other = await TinyLogFS.open(host, "/pond");
 * assertEquals(await other.exists("/lake.csv"), true);
 * ```
 *
 * @module
 */
import type { Host } from "./host.ts";
import { memoryHost as simulatedHost } from "./memory.ts";

export type { Bytes } from "../bytes.ts";
export { denoHost } from "./deno_host.ts";
export type * from "./host.ts";

/**
 * A platform in memory, for tests and scratch ponds, with a disk of its own. Its
 * clock stands still between two looks at it, its random numbers come from the
 * seed, and nothing that is written to its streams goes anywhere.
 *
 * @param seed Any integer; other seeds give other identities.
 */
export function memoryHost(seed?: number): Host {
  return simulatedHost(seed === undefined ? {} : { seed });
}
