/**
 * Nodes by what is known of them.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { DirectoryEntry } from "../oplog/mod.ts";
import { parseGlob } from "../tinyfs/glob.ts";
import { matchGlob } from "../tinyfs/glob_match.ts";
import type { NodeId } from "../tinyfs/mod.ts";
import { type Attributes, formatAttributes } from "./attributes.ts";
import type { NodeRow } from "./node_row.ts";
import type { FoundNode, NodeSearchCriteria } from "./types.ts";

/** An entry of a directory, stored or computed: then its size may not be known. */
export type ListedEntry = Omit<DirectoryEntry, "sizeBytes"> & {
  /** Length of the child's content in bytes. */
  readonly sizeBytes: number | null;
};

/** A node of the tree, as the search meets it. */
export interface Candidate {
  /** The absolute path. */
  readonly path: string;
  /** The directory that it is in. */
  readonly directoryId: NodeId;
  /** What that says of it. */
  readonly entry: ListedEntry;
  /** Reads the rest. */
  row(): Promise<NodeRow>;
}

/** Whether a node meets some of the criteria. */
type Test = (candidate: Candidate) => boolean;

/**
 * The nodes that meet all criteria, in the order of the candidates.
 *
 * @param candidates What is below the directory of the search.
 * @param criteria What is looked for.
 * @param top The path of that directory.
 * @throws {PondError} `INVALID_ARGUMENT` for a query that is no JSONPath, or a
 *   pattern that is none.
 * @throws {RangeError} For an invalid date.
 */
export async function* findNodes(
  candidates: AsyncIterable<Candidate>,
  criteria: NodeSearchCriteria,
  top: string = "/",
): AsyncGenerator<FoundNode> {
  const isListed = listedTests(criteria, top);
  const matches = await rowTest(criteria);
  for await (const candidate of candidates) {
    criteria.signal?.throwIfAborted();
    if (!isListed.every((test) => test(candidate))) continue;
    if (matches && !await matches(candidate)) continue;
    const { entry, path } = candidate;
    yield {
      nodeId: entry.childNodeId as NodeId,
      path,
      fileType: entry.childType,
      sizeBytes: entry.sizeBytes,
      modifiedUs: entry.modifiedUs,
      version: entry.nodeVersion,
    };
  }
}

/** What the directory of a node can answer. */
function listedTests(criteria: NodeSearchCriteria, top: string): Test[] {
  const { fileType, maxSize, minSize, name } = criteria;
  const tests: Test[] = [];
  if (fileType !== undefined) {
    tests.push(({ entry }) => entry.childType === fileType);
  }
  if (minSize !== undefined) {
    tests.push(({ entry }) => (entry.sizeBytes ?? -1) >= minSize);
  }
  if (maxSize !== undefined) {
    tests.push(({ entry }) => (entry.sizeBytes ?? Infinity) <= maxSize);
  }
  if (name !== undefined) tests.push(nameTest(name, top));
  return tests;
}

function nameTest(pattern: string, top: string): Test {
  const glob = parseGlob(pattern);
  const below = top === "/" ? 1 : top.length + 1;
  const inName = !pattern.includes("/");
  return ({ entry, path }) => {
    const text = inName ? entry.name : glob.absolute ? path : path.slice(below);
    return matchGlob(glob, text) !== undefined;
  };
}

/** What only its row can answer: without such criteria, none is read. */
async function rowTest(
  criteria: NodeSearchCriteria,
): Promise<((candidate: Candidate) => Promise<boolean>) | undefined> {
  const created = spanOf(criteria.createdAfter, criteria.createdBefore);
  const modified = spanOf(criteria.modifiedAfter, criteria.modifiedBefore);
  const { metadataQuery } = criteria;
  const selects = metadataQuery === undefined
    ? undefined
    : await queryOf(metadataQuery);
  if (!created && !modified && !selects) return undefined;
  return async (candidate) => {
    // The directory knows when a file was changed, and not a directory in it.
    const { childType, modifiedUs } = candidate.entry;
    const isFile = childType !== "directory";
    if (modified && isFile && !modified(modifiedUs)) return false;
    if (!created && !selects && isFile) return true;
    const { attributes } = await candidate.row();
    return (created?.(attributes.createdUs) ?? true) &&
      (modified?.(attributes.modifiedUs) ?? true) &&
      (selects?.(attributes) ?? true);
  };
}

function spanOf(
  after: Date | undefined,
  before: Date | undefined,
): ((timeUs: number) => boolean) | undefined {
  if (after === undefined && before === undefined) return undefined;
  const fromUs = microseconds(after) ?? -Infinity;
  const toUs = microseconds(before) ?? Infinity;
  return (timeUs) => timeUs >= fromUs && timeUs < toUs;
}

function microseconds(date: Date | undefined): number | undefined {
  if (date === undefined) return undefined;
  const milliseconds = date.getTime();
  if (!Number.isNaN(milliseconds)) return milliseconds * 1000;
  throw new RangeError("Cannot find nodes: a date is invalid");
}

/** Loaded when it is needed: most uses of a pond never ask. */
async function queryOf(
  text: string,
): Promise<(attributes: Attributes) => boolean> {
  const { compile, JSONPathError } = await import("json-p3");
  try {
    const query = compile(text);
    return (attributes) => {
      const { from: _from, log: _log, snapshot: _snapshot, ...known } =
        attributes;
      const metadata = JSON.parse(formatAttributes(known));
      return query.query([metadata]).length > 0;
    };
  } catch (cause) {
    if (!(cause instanceof JSONPathError)) throw cause;
    throw new PondError(
      "INVALID_ARGUMENT",
      `Cannot find nodes by ${text}: it is no JSONPath (RFC 9535)`,
      { cause, hint: "such as $[?@.size > 1000], or $[0].attributes.station" },
    );
  }
}
