/**
 * Nodes by what is known of them.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import type { DirectoryEntry } from "../oplog/mod.ts";
import type { NodeId } from "../tinyfs/mod.ts";
import { type Attributes, formatAttributes } from "./attributes.ts";
import type { FoundNode, NodeSearchCriteria } from "./types.ts";

/** A node of the tree, as the search meets it. */
export interface Candidate {
  /** The absolute path. */
  readonly path: string;
  /** What its directory says of it. */
  readonly entry: DirectoryEntry;
  /** Reads the rest. */
  attributes(): Promise<Attributes>;
}

/**
 * The nodes that meet all criteria, in the order of the candidates.
 *
 * @throws {PondError} `INVALID_ARGUMENT` for a query that is no JSONPath.
 * @throws {RangeError} For an invalid date.
 */
export async function* findNodes(
  candidates: AsyncIterable<Candidate>,
  criteria: NodeSearchCriteria,
): AsyncGenerator<FoundNode> {
  const matches = await predicateOf(criteria);
  for await (const candidate of candidates) {
    criteria.signal?.throwIfAborted();
    const { entry, path } = candidate;
    if (criteria.fileType !== undefined) {
      if (entry.childType !== criteria.fileType) continue;
    }
    if (!await matches(candidate)) continue;
    const nodeId = entry.childNodeId as NodeId;
    yield { nodeId, path, fileType: entry.childType };
  }
}

/** Without criteria that need it, no node's row is read. */
async function predicateOf(
  { createdAfter, createdBefore, metadataQuery }: NodeSearchCriteria,
): Promise<(candidate: Candidate) => Promise<boolean>> {
  const after = microseconds(createdAfter) ?? -Infinity;
  const before = microseconds(createdBefore) ?? Infinity;
  const hasTimes = createdAfter !== undefined || createdBefore !== undefined;
  const selects = metadataQuery === undefined
    ? undefined
    : await queryOf(metadataQuery);
  return async (candidate) => {
    if (!hasTimes && selects === undefined) return true;
    const attributes = await candidate.attributes();
    const { createdUs } = attributes;
    if (createdUs < after || createdUs >= before) return false;
    return selects?.(attributes) ?? true;
  };
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
      const { from: _from, snapshot: _snapshot, ...known } = attributes;
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
