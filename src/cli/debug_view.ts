/**
 * What `pond debug` shows, and of what.
 *
 * @module
 */

/** What is taken apart; `rows` are read as any reader reads them. */
export const DEBUG_DUMPS = [
  "log",
  "snapshot",
  "checkpoint",
  "parquet",
  "record",
] as const;

/** A dump of `pond debug`. */
export type DebugDump = typeof DEBUG_DUMPS[number];

/** What is asked for. */
export interface DebugView {
  readonly what: "rows" | DebugDump;
  /** The table's directory on the host, or the file. */
  readonly target: string;
  /** Of `record`: PART_ID or PART_ID/NODE_ID. */
  readonly row: string | undefined;
  readonly version: number | undefined;
  readonly timestamp: string | undefined;
  /** Of `log`: the first version. */
  readonly from: number | undefined;
  /** Of `log`: the last one. */
  readonly to: number | undefined;
}
