/**
 * What carries out the resources of each kind that is run.
 *
 * @module
 */
import type { Kind } from "./kinds.ts";
import type { Resource } from "./resource.ts";
import type { RunItem, Runner, RunSide } from "./runner.ts";

/** The runners, imported when they are needed. Views have none. */
const RUNNERS: { readonly [K in Kind]?: () => Promise<Runner<K>> } = {
  Scribble: async () => (await import("./scribble.ts")).scribble,
  Synthetic: async () => (await import("./synthetic.ts")).makeSynthetic,
  HydroVu: async () => (await import("./hydrovu/collect.ts")).collectHydroVu,
  Inbox: async () => (await import("./inbox.ts")).collectInbox,
};

/** Whether resources of a kind are run. */
export function isRun(kind: Kind): boolean {
  return Object.hasOwn(RUNNERS, kind);
}

/** Carries out a resource. */
export async function runResource(
  resource: Resource,
  side: RunSide,
): Promise<readonly RunItem[]> {
  // Each kind with its own runner: the compiler can't see that they match.
  const load = RUNNERS[resource.kind] as
    | (() => Promise<Runner<Kind>>)
    | undefined;
  return load === undefined ? [] : await (await load())(resource, side);
}
