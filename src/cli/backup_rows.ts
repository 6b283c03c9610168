/**
 * The columns of the lists of `pond backup`.
 *
 * @module
 */
import type {
  BackupFinding,
  BackupStatus,
  DrilledLine,
  KeepDecision,
  Snapshot,
} from "../backup/mod.ts";
import { type Column, timeOf } from "./rows.ts";
import { humanSize, localTime } from "./units.ts";

const TIME = "TIMESTAMP WITH TIME ZONE";

/** As much of an id as people need. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

function versionOf({ lines }: Snapshot): number {
  return lines[0]?.version ?? 0;
}

/** A time, or nothing. */
function time(us: number | undefined) {
  return us === undefined ? null : timeOf(us);
}

function local(us: number | undefined): string {
  return us === undefined ? "never" : localTime(us);
}

/** Of how backups stand. */
export const STATUS_COLUMNS: readonly Column<BackupStatus>[] = [
  { name: "name", type: "VARCHAR", value: ({ name }) => name },
  { name: "place", type: "VARCHAR", value: ({ url }) => url },
  {
    name: "last_run",
    type: TIME,
    value: ({ last }) => time(last?.atUs),
    terminal: ({ last }) => local(last?.atUs),
  },
  {
    name: "snapshot",
    type: "VARCHAR",
    value: ({ last }) => last?.snapshot ?? null,
    terminal: ({ last }) => shortId(last?.snapshot ?? ""),
  },
  {
    name: "behind",
    type: "BIGINT",
    value: ({ behind }) => behind ?? null,
    terminal: ({ behind }) => behind === undefined ? "all" : String(behind),
  },
  {
    name: "last_drill",
    type: TIME,
    value: ({ drill }) => time(drill?.atUs),
    terminal: ({ drill }) => local(drill?.atUs),
  },
];

/** Of snapshots. */
export const SNAPSHOT_COLUMNS: readonly Column<Snapshot>[] = [
  {
    name: "snapshot",
    type: "VARCHAR",
    value: ({ id }) => id,
    terminal: ({ id }) => shortId(id),
  },
  {
    name: "created",
    type: TIME,
    value: ({ createdUs }) => timeOf(createdUs),
    terminal: ({ createdUs }) => localTime(createdUs),
  },
  {
    name: "version",
    type: "BIGINT",
    value: versionOf,
    terminal: (snapshot) => `v${versionOf(snapshot)}`,
  },
  {
    name: "branches",
    type: "VARCHAR",
    value: ({ lines }) => lines.map(({ name }) => name).join(" "),
  },
  { name: "rows", type: "BIGINT", value: ({ rows }) => rows },
  { name: "blobs", type: "BIGINT", value: ({ blobs }) => blobs },
  {
    name: "blob_bytes",
    type: "BIGINT",
    value: ({ blobBytes }) => blobBytes,
    terminal: ({ blobBytes }) => humanSize(blobBytes),
  },
  { name: "author", type: "VARCHAR", value: ({ author }) => author },
];

/** Of what a check has found. */
export const FINDING_COLUMNS: readonly Column<BackupFinding>[] = [
  { name: "severity", type: "VARCHAR", value: ({ severity }) => severity },
  { name: "path", type: "VARCHAR", value: ({ path }) => path },
  { name: "problem", type: "VARCHAR", value: ({ problem }) => problem },
  {
    name: "snapshots",
    type: "VARCHAR",
    value: ({ snapshots }) => snapshots.join(" "),
  },
];

/** Of what a drill has shown. */
export const DRILL_COLUMNS: readonly Column<DrilledLine>[] = [
  { name: "branch", type: "VARCHAR", value: ({ name }) => name },
  { name: "version", type: "BIGINT", value: ({ version }) => version },
  { name: "verdict", type: "VARCHAR", value: ({ verdict }) => verdict },
  {
    name: "content_root",
    type: "VARCHAR",
    value: ({ restored }) => restored.contentRoot ?? null,
  },
  {
    name: "history_root",
    type: "VARCHAR",
    value: ({ restored }) => restored.historyRoot ?? null,
  },
];

/** Of what a prune keeps, and why. */
export const KEPT_COLUMNS: readonly Column<KeepDecision<Snapshot>>[] = [
  {
    name: "snapshot",
    type: "VARCHAR",
    value: ({ snapshot: { id } }) => id,
    terminal: ({ snapshot: { id } }) => shortId(id),
  },
  {
    name: "created",
    type: TIME,
    value: ({ snapshot: { createdUs } }) => timeOf(createdUs),
    terminal: ({ snapshot: { createdUs } }) => localTime(createdUs),
  },
  {
    name: "version",
    type: "BIGINT",
    value: ({ snapshot }) => versionOf(snapshot),
    terminal: ({ snapshot }) => `v${versionOf(snapshot)}`,
  },
  {
    name: "kept",
    type: "BOOLEAN",
    value: ({ reasons }) => reasons.length > 0,
    terminal: ({ reasons }) => reasons.length > 0 ? "keep" : "goes",
  },
  {
    name: "reasons",
    type: "VARCHAR",
    value: ({ reasons }) => reasons.join(", "),
  },
];
