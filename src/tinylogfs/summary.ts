/**
 * What a transaction did, in numbers.
 *
 * @module
 */
import type { TransactionSummary } from "./change_types.ts";
import type { HistoryRow } from "./types.ts";

/**
 * Counts nodes by what became of them. One that came and went is none of them.
 *
 * @param rows The operations of one transaction, in order.
 */
export async function summaryOf(
  rows: AsyncIterable<HistoryRow>,
): Promise<TransactionSummary> {
  const fates = new Map<string, Set<HistoryRow["operation"]>>();
  const created = new Set<string>();
  const gone = new Set<string>();
  for await (const { nodeId, operation } of rows) {
    const fate = fates.get(nodeId) ?? new Set();
    if (fate.size === 0 && operation === "create") created.add(nodeId);
    fates.set(nodeId, fate.add(operation));
    if (operation === "delete") gone.add(nodeId);
    else gone.delete(nodeId);
  }
  const counts = { added: 0, modified: 0, moved: 0, deleted: 0 };
  for (const [nodeId, fate] of fates) {
    const [isNew, isGone] = [created.has(nodeId), gone.has(nodeId)];
    if (isNew && isGone) continue;
    if (isNew) counts.added++;
    else if (isGone) counts.deleted++;
    else if (fate.has("move")) counts.moved++;
    else counts.modified++;
  }
  return counts;
}
