/**
 * Which of the pending operations a commit takes, when it doesn't take all.
 *
 * An operation may need earlier ones: those on the same node, the making of its
 * directory, whatever held its name before, and for a directory that goes the
 * removal of what was in it. They come along. When operations are dropped, it is
 * the other way round: those go with them that need them.
 *
 * @module
 */
import type { Operation } from "./operation.ts";
import type { CommitOptions } from "./types.ts";

/** Which operations are asked for. */
export type Selection =
  /** The first ones, in their order. */
  | { readonly kind: "first"; readonly count: number }
  /** Those at or below these paths, or moved from there. */
  | { readonly kind: "paths"; readonly paths: readonly string[] };

/** Operations, divided in two; both keep their order. */
export interface Selected {
  /** What is committed. */
  readonly chosen: readonly Operation[];
  /** What stays pending. */
  readonly rest: readonly Operation[];
}

/**
 * What a commit's options select.
 *
 * @returns `undefined` for all operations.
 * @throws {TypeError} For both kinds of selection at once.
 * @throws {RangeError} For a count that is none.
 */
export function selectionOf(
  { first, paths }: CommitOptions,
): Selection | undefined {
  if (first !== undefined && paths !== undefined) {
    throw new TypeError("Cannot commit: give first or paths, not both");
  }
  if (first !== undefined) {
    if (Number.isSafeInteger(first) && first >= 0) {
      return { kind: "first", count: first };
    }
    throw new RangeError(`Cannot commit the first ${first} operations`);
  }
  return paths && { kind: "paths", paths };
}

/**
 * Divides operations.
 *
 * @param operations In order.
 * @param selection What is asked for.
 * @param paths Where the nodes are after the last operation.
 */
export function selectOperations(
  operations: readonly Operation[],
  selection: Selection,
  paths: ReadonlyMap<string, string>,
): Selected {
  if (selection.kind === "first") {
    return {
      chosen: operations.slice(0, selection.count),
      rest: operations.slice(selection.count),
    };
  }
  const isAsked = askedFor(selection.paths, paths);
  const needed = new Set<string>();
  const chosen: Operation[] = [];
  const rest: Operation[] = [];
  // From the last to the first, so that what an operation needs comes later.
  for (const operation of operations.toReversed()) {
    const isNeeded = provides(operation).some((key) => needed.has(key));
    if (!isAsked(operation) && !isNeeded) {
      rest.push(operation);
      continue;
    }
    chosen.push(operation);
    for (const key of needs(operation)) needed.add(key);
  }
  return { chosen: chosen.reverse(), rest: rest.reverse() };
}

/**
 * Divides operations for those of some paths to be dropped.
 *
 * @param operations In order.
 * @param dropped The paths.
 * @param paths Where the nodes are after the last operation.
 * @returns As `chosen`, what is dropped: with it whatever builds on it.
 */
export function selectDropped(
  operations: readonly Operation[],
  dropped: readonly string[],
  paths: ReadonlyMap<string, string>,
): Selected {
  const isAsked = askedFor(dropped, paths);
  const gone = new Set<string>();
  const chosen: Operation[] = [];
  const rest: Operation[] = [];
  for (const operation of operations) {
    const isLost = needs(operation).some((key) => gone.has(key));
    if (!isAsked(operation) && !isLost) {
      rest.push(operation);
      continue;
    }
    chosen.push(operation);
    for (const key of provides(operation)) gone.add(key);
  }
  return { chosen, rest };
}

/** Whether an operation is at or below some paths, or moved from there. */
function askedFor(
  asked: readonly string[],
  paths: ReadonlyMap<string, string>,
): (operation: Operation) => boolean {
  const prefixes = asked.map((path) => path.replace(/\/+$/, ""));
  return ({ attributes: { from }, nodeId, path }) => {
    const places = [path, from?.path, paths.get(nodeId)];
    return prefixes.some((prefix) => isBelow(places, prefix));
  };
}

function isBelow(
  paths: readonly (string | undefined)[],
  prefix: string,
): boolean {
  return paths.some((path) => path && `${path}/`.startsWith(`${prefix}/`));
}

/** What later operations may need of this one. */
function provides(operation: Operation): string[] {
  const { nodeId, directoryId, name, attributes: { from } } = operation;
  const keys = [
    `node ${nodeId}`,
    `name ${directoryId} ${name}`,
    `in ${directoryId}`,
  ];
  if (from) keys.push(`name ${from.directory} ${from.name}`);
  if (from) keys.push(`in ${from.directory}`);
  return keys;
}

/** What an operation needs of earlier ones. */
function needs(operation: Operation): string[] {
  const { nodeId, directoryId, name, attributes: { from } } = operation;
  const keys = [
    `node ${nodeId}`,
    `node ${directoryId}`,
    `name ${directoryId} ${name}`,
  ];
  if (from) keys.push(`node ${from.directory}`);
  if (operation.kind === "delete" && operation.fileType === "directory") {
    keys.push(`in ${nodeId}`);
  }
  return keys;
}
