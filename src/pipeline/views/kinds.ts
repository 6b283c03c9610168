/**
 * The kinds of views, imported when they are needed.
 *
 * @module
 */
import type { Kind } from "../kinds.ts";
import type { Resource } from "../resource.ts";
import type { ViewFile, ViewKind, ViewSide } from "./view_kind.ts";

const VIEWS: { readonly [K in Kind]?: () => Promise<ViewKind<K>> } = {
  Derive: async () => (await import("./derive.ts")).derive,
  Combine: async () => (await import("./combine.ts")).combine,
  Reduce: async () => (await import("./reduce.ts")).reduce,
  Template: async () => (await import("./template.ts")).template,
};

/** Lists the files of a view; nothing for a kind that is none. */
export async function filesOf(
  resource: Resource,
  side: ViewSide,
): Promise<readonly ViewFile[] | undefined> {
  // Each kind with its own function: the compiler can't see that they match.
  const load = VIEWS[resource.kind] as
    | (() => Promise<ViewKind<Kind>>)
    | undefined;
  return load === undefined ? undefined : await (await load())(resource, side);
}
