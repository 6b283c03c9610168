/**
 * Where the nodes of a merge are, in each of the states that are compared.
 *
 * A directory's record says where it is. A file's doesn't, but its rows are where
 * it was: so the rows since two lines parted name every place that a file can
 * have, and only these are looked at.
 *
 * @module
 */
import type { OplogEntry } from "../oplog/mod.ts";
import type { OplogTable } from "../oplog/table.ts";
import type { NodeId, NodeType } from "../tinyfs/mod.ts";
import { parseAttributes } from "./attributes.ts";
import type { NodeRow } from "./node_row.ts";
import {
  DirectoryPaths,
  NO_DIRECTORIES,
  type Place,
  type RestoreSide,
  rowAt,
} from "./restore_changes.ts";

/** A name in a directory. */
export interface Slot {
  /** The directory. */
  readonly directoryId: NodeId;
  /** The name in it. */
  readonly name: string;
}

/** A name that a node has had. */
interface SeenSlot extends Slot {
  /** The last version of the node that has had it. */
  readonly nodeVersion: number;
}

/** What the rows of a line say of its nodes. */
export class TouchedNodes {
  /** The places that nodes have had, the last one first. */
  readonly slots = new Map<string, SeenSlot[]>();
  /** The first and the last version that a node had, by its identity. */
  readonly versions = new Map<string, { first: number; last: number }>();

  /**
   * Reads rows.
   *
   * Where some of them were pruned, older ones tell where nodes were: the states
   * that are compared have kept theirs. And that a directory was moved, or said
   * something else of itself, is told by its version in any record about it.
   *
   * @param after The version before the first one.
   * @param maxVersion The last version.
   */
  static async read(
    table: OplogTable,
    after: number,
    maxVersion: number,
  ): Promise<TouchedNodes> {
    const touched = new TouchedNodes();
    if (after >= maxVersion) return touched;
    const before = new Map<string, number>();
    const kept: OplogEntry[] = [];
    const isWhole = after >= table.wholeSince;
    const range = { minVersion: isWhole ? after + 1 : 0, maxVersion };
    for await (const record of table.readAll(range)) {
      if (NO_DIRECTORIES.has(record.partId)) continue;
      for (const entry of record.entries()) {
        const { fileType, name, nodeId, nodeVersion, operation } = entry;
        if (record.version <= after) {
          before.set(nodeId, Math.max(before.get(nodeId) ?? 0, nodeVersion));
        } else if (entry.position >= 0) touched.#count(nodeId, nodeVersion);
        else if (!isWhole) kept.push(entry);
        if (isWhole && entry.position < 0) continue;
        if (fileType !== "directory") {
          touched.#add(entry, record.partId, name);
          if (operation !== "move") continue;
        }
        const said = parseAttributes(entry.metadata, record.source);
        const { from, place } = said;
        if (place) touched.#add(entry, place.directory, place.name);
        if (from === undefined) continue;
        const earlier = { nodeId, nodeVersion: nodeVersion - 1 };
        touched.#add(earlier, from.directory, from.name);
      }
    }
    for (const { nodeId, nodeVersion } of kept) {
      if (nodeVersion <= (before.get(nodeId) ?? 0)) continue;
      touched.#count(nodeId, nodeVersion);
    }
    for (const slots of touched.slots.values()) {
      slots.sort((a, b) => b.nodeVersion - a.nodeVersion);
    }
    return touched;
  }

  #count(nodeId: string, version: number): void {
    const known = this.versions.get(nodeId);
    const { first, last } = known ?? { first: version, last: version };
    this.versions.set(nodeId, {
      first: Math.min(first, version),
      last: Math.max(last, version),
    });
  }

  #add(
    { nodeId, nodeVersion }: Pick<OplogEntry, "nodeId" | "nodeVersion">,
    directory: string,
    name: string,
  ): void {
    const slots = this.slots.get(nodeId) ?? [];
    const slot = { directoryId: directory as NodeId, name, nodeVersion };
    const known = slots.findIndex((each) => slotKey(each) === slotKey(slot));
    const seen = slots[known];
    if (seen === undefined) slots.push(slot);
    else if (seen.nodeVersion < nodeVersion) slots[known] = slot;
    this.slots.set(nodeId, slots);
  }
}

/** What tells one state of a node from another. */
export interface Said {
  /** The kind of node. */
  readonly fileType: NodeType;
  /** Its content, its mode and its attributes. */
  readonly text: string;
  /** The time of its last change; of a directory none. */
  readonly modifiedUs: number;
}

/** One of the states, in which nodes are found. */
export class MergeState {
  readonly side: RestoreSide;
  readonly #touched: readonly TouchedNodes[];
  readonly #paths: DirectoryPaths;

  /**
   * @param side The state.
   * @param touched What the rows of both lines say.
   */
  constructor(side: RestoreSide, touched: readonly TouchedNodes[]) {
    this.side = side;
    this.#touched = touched;
    this.#paths = new DirectoryPaths(side);
  }

  /** Where a node is; `undefined` when it isn't there. */
  async find(nodeId: string): Promise<Place | undefined> {
    const directory = await this.side.load(nodeId);
    if (directory.exists && directory.place !== undefined) {
      const { directory: directoryId, name } = directory.place;
      const slot = { directoryId: directoryId as NodeId, name };
      return await this.#ifAt(nodeId, slot);
    }
    for (const slot of this.slotsOf(nodeId)) {
      const place = await this.#ifAt(nodeId, slot);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /** The places that a node has had, as far as rows tell: theirs, then ours. */
  slotsOf(nodeId: string): Slot[] {
    return this.#touched.flatMap(({ slots }) => slots.get(nodeId) ?? []);
  }

  /** What is in a place; `undefined` when nothing is. */
  async at({ directoryId, name }: Slot): Promise<Place | undefined> {
    const entry = (await this.side.load(directoryId)).entries.get(name);
    if (entry === undefined) return undefined;
    const path = `${await this.#paths.of(directoryId)}/${name}`;
    return { directoryId, path, entry };
  }

  /** What is said of a node. */
  async said(place: Place): Promise<Said> {
    const { childType } = place.entry;
    const row = await rowAt(this.side, place);
    return {
      fileType: childType,
      text: textOf(row, childType),
      modifiedUs: childType === "directory" ? 0 : row.attributes.modifiedUs,
    };
  }

  async #ifAt(nodeId: string, slot: Slot): Promise<Place | undefined> {
    const place = await this.at(slot);
    return place?.entry.childNodeId === nodeId ? place : undefined;
  }
}

function textOf({ attributes, content }: NodeRow, fileType: NodeType): string {
  const { attributes: own = {}, mode, series, sha256 } = attributes;
  const target = fileType === "symlink" ? [...content ?? []] : undefined;
  // The order in which attributes were set is none of theirs.
  const sorted = Object.entries(own).sort(([a], [b]) => a < b ? -1 : 1);
  const hash = sha256 ?? null;
  // Of a series that is the newest part, whatever there was before it.
  const parts = series?.parts ?? 0;
  return JSON.stringify([fileType, hash, parts, target, mode, sorted]);
}

/** The name in the directory of a place. */
export function slotOf({ directoryId, entry }: Place): Slot {
  return { directoryId, name: entry.name };
}

/** A name in a directory, as a key. */
export function slotKey({ directoryId, name }: Slot): string {
  return `${directoryId}/${name}`;
}
