/**
 * Bundles: a whole pond in one archive, and ponds out of archives.
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
