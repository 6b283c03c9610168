/**
 * What a commit that came first means for a transaction.
 *
 * | the other commit | conflicts with a transaction that |
 * |---|---|
 * | changes `protocol` | changes columns; any other one goes on, as long as the table can be written to |
 * | changes `metaData` | does anything |
 * | adds rows | has read the partition that they are in, or all of the table |
 * | removes rows | has read the file, or all of the table; removes the file, too |
 * | moves rows to other files (`dataChange: false`) | removes one of the files |
 * | has a `txn` of the same application | nothing: with the same or a later version it is this transaction, made already |
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements}
 * @module
 */
import type { AddFile } from "../actions.ts";
import type { StateChange } from "../table_state.ts";

/** Partition values that must be met, as the log has them. */
export type PartitionFilter = Readonly<Record<string, string | null>>;

/** What a transaction has read, and what it does beside adding rows. */
export interface TransactionScope {
  /** The partitions that it has read; empty filters mean all of the table. */
  readonly reads: readonly PartitionFilter[];
  /** The files that it removes, by their paths in the log. */
  readonly removes: ReadonlySet<string>;
  /** Whether it changes the columns. */
  readonly changesTable: boolean;
}

/** What another commit did, beside its files. */
export interface OtherCommit {
  /** Its files. */
  readonly change: StateChange;
  /** Whether it changed schema or settings. */
  readonly changedMetaData: boolean;
  /** Whether it changed the protocol. */
  readonly changedProtocol: boolean;
}

/**
 * Says why a transaction can't be made after another commit.
 *
 * @returns `undefined` when it can.
 */
export function writeConflict(
  { reads, removes, changesTable }: TransactionScope,
  { change, changedMetaData, changedProtocol }: OtherCommit,
): string | undefined {
  if (changedMetaData) return "the table's schema or settings were changed";
  if (changedProtocol && changesTable) {
    return "the table's protocol was changed";
  }
  for (const { dataChange, partitionValues, path } of change.removed) {
    if (removes.has(path)) return `the file ${path} was removed, too`;
    const values = partitionValues ?? {};
    if (dataChange && reads.some((filter) => meets(values, filter))) {
      return `rows that were read were removed, with the file ${path}`;
    }
  }
  const added = change.added.find(({ dataChange, partitionValues }) =>
    dataChange && reads.some((filter) => meets(partitionValues, filter))
  );
  return added && `rows were added where rows were read, with ${added.path}`;
}

/** Whether a file is in the partitions that a filter names. */
export function isIn(
  { partitionValues }: AddFile,
  filter: PartitionFilter,
): boolean {
  return meets(partitionValues, filter);
}

/** A value that isn't known may be any. */
function meets(
  values: Readonly<Record<string, string | null>>,
  filter: PartitionFilter,
): boolean {
  return Object.entries(filter).every(([name, text]) =>
    !Object.hasOwn(values, name) || (values[name] || null) === text
  );
}
