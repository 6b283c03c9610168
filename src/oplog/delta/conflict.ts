/**
 * What the commits of others mean for a writer that appends rows.
 *
 * | the other commit | for an append |
 * |---|---|
 * | adds files | nothing: rows are only added here too; whose change of a row was first is decided by those who know what rows mean |
 * | removes files, `dataChange: false` | nothing: the rows are in other files now |
 * | removes files, `dataChange: true` | the rows that were read may be gone |
 * | changes `metaData` or `protocol` | the schema that was written for may be another |
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements}
 * @module
 */
import type { StateChange } from "./table_state.ts";

/** Why an append must not simply be tried again; `undefined`: it may be. */
export function conflictOf(
  { removed, tableChanged }: Pick<StateChange, "removed" | "tableChanged">,
): string | undefined {
  if (tableChanged) return "the table's schema or settings were changed";
  if (removed.some(({ dataChange }) => dataChange)) {
    return "rows were deleted from the table";
  }
  return undefined;
}
