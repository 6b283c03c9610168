/**
 * Bundles: a whole pond in one archive, and ponds out of archives.
 *
 * @example A pond in a tar archive, and out of it again
 * ```ts
 * import { openBundle, unbundle } from "@duckpond/pond/bundle";
 * import { Pond } from "@duckpond/pond";
 * import { denoHost } from "@duckpond/pond/host";
 * import { assertEquals } from "@std/assert";
 *
 * const home = await Deno.makeTempDir();
 * {
 *   await using pond = await Pond.init(`${home}/pond`);
 *   await pond.createFile("/lake.csv", "t,m\n1,20.5\n");
 *   await pond.commit();
 * }
 *
 * const archive = `${home}/pond.tar`;
 * {
 *   await using bundle = await openBundle(denoHost(), `${home}/pond`);
 *   const bytes = ReadableStream.from(bundle.bytes());
 *   await Deno.writeFile(archive, bytes, { createNew: true });
 * }
 *
 * const { readable: bytes } = await Deno.open(archive);
 * await unbundle(denoHost(), { name: archive, bytes }, `${home}/copy`);
 * await using copy = await Pond.open(`${home}/copy`);
 * const text = new TextDecoder().decode(await copy.readFile("/lake.csv"));
 * assertEquals(text, "t,m\n1,20.5\n");
 * await Deno.remove(home, { recursive: true });
 * ```
 *
 * @module
 */
export { openBundle } from "./bundle.ts";
export type {
  Bundle,
  BundledBranch,
  BundleHeader,
  BundleOptions,
} from "./types.ts";
export {
  type BundleSource,
  unbundle,
  type UnbundleOptions,
  type UnbundleReport,
} from "./unbundle.ts";
export {
  PondError,
  type PondErrorCode,
  type PondErrorOptions,
} from "../errors.ts";
export type { Bytes } from "../bytes.ts";
export type * from "../host/host.ts";
