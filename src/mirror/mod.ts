/**
 * Mirrors: a directory of the host and one of a pond that are kept alike.
 *
 * @example A directory that follows a pond, and the other way round
 * ```ts
 * import { MirrorSync } from "@duckpond/pond/mirror";
 * import { Pond } from "@duckpond/pond";
 * import { denoHost } from "@duckpond/pond/host";
 * import { assertEquals } from "@std/assert";
 *
 * const home = await Deno.makeTempDir();
 * await using pond = await Pond.init(`${home}/pond`);
 * await pond.createFile("/lake.csv", "t,m\n1,20.5\n");
 * await pond.commit();
 *
 * const options = { create: true };
 * const mirror = await MirrorSync.open(pond, denoHost(), `${home}/lake`, options);
 * await mirror.syncToFilesystem();
 * await Deno.writeTextFile(`${home}/lake/notes.txt`, "calm");
 * const changes = await mirror.detectExternalChanges();
 * assertEquals(changes.map(({ action, path }) => `${action} ${path}`), [
 *   "create /notes.txt",
 * ]);
 * await mirror.syncFromFilesystem();
 * assertEquals(await pond.exists("/notes.txt"), true);
 * await Deno.remove(home, { recursive: true });
 * ```
 *
 * @module
 */
export {
  PondError,
  type PondErrorCode,
  type PondErrorOptions,
} from "../errors.ts";
export { MirrorSync } from "./mirror_sync.ts";
export type * from "./types.ts";
