/**
 * The removes of a table, encoded for its checkpoints in groups.
 *
 * ```text
 * 512 removes | 256 | 64      a checkpoint, with a row group of each
 * 512 | 256 | 64 | 65         what was removed since then is a new group
 * 512 | 256 | 129             the next checkpoint: a group that isn't twice as
 *                             long as the one after it has taken that in
 * ```
 *
 * Removes stay in checkpoints for a week, and with small commits there is one for
 * each commit. Encoded anew each time, a week of them would make each checkpoint
 * slower than the one before. In groups, each of them is encoded again as often
 * as the logarithm of their number, and that logarithm is how many groups there
 * are. They are in memory anyway; their encoded form takes a tenth of that.
 *
 * @see {@link https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints}
 * @module
 */
import type { EncodedGroup } from "../parquet.ts";
import type { RemoveFile } from "./actions.ts";

/** Removes that are encoded together; once they are, with what came out. */
interface RemoveGroup {
  readonly removes: readonly RemoveFile[];
  readonly encoded?: EncodedGroup;
}

/** Remembers what was encoded. */
export class RemoveGroups {
  #groups: readonly RemoveGroup[] = [];

  /**
   * Encodes removes, as far as they haven't been yet.
   *
   * @param removes All that there are now. One that was there before is the same
   *   object; whatever changes is another one.
   * @param encode Encodes a group.
   * @returns The groups, each with a remove at least.
   */
  async encode(
    removes: readonly RemoveFile[],
    encode: (group: readonly RemoveFile[]) => Promise<EncodedGroup>,
  ): Promise<readonly EncodedGroup[]> {
    const groups: RemoveGroup[] = [];
    const encoded: EncodedGroup[] = [];
    for (const group of joined(grouped(this.#groups, removes))) {
      const bytes = group.encoded ?? await encode(group.removes);
      groups.push({ removes: group.removes, encoded: bytes });
      encoded.push(bytes);
    }
    this.#groups = groups;
    return encoded;
  }
}

/** A group that has lost some is another one; what is new comes last. */
function grouped(
  before: readonly RemoveGroup[],
  removes: readonly RemoveFile[],
): RemoveGroup[] {
  const rest = new Set(removes);
  const groups: RemoveGroup[] = [];
  for (const group of before) {
    const kept = group.removes.filter((remove) => rest.delete(remove));
    if (kept.length === group.removes.length) groups.push(group);
    else if (kept.length > 0) groups.push({ removes: kept });
  }
  if (rest.size > 0) groups.push({ removes: [...rest] });
  return groups;
}

/** Each one at least twice as long as the next. */
function joined(groups: readonly RemoveGroup[]): readonly RemoveGroup[] {
  const long: RemoveGroup[] = [];
  for (const group of groups) {
    let last = group;
    for (;;) {
      const before = long.at(-1);
      if (!before || before.removes.length >= 2 * last.removes.length) break;
      long.pop();
      last = { removes: [...before.removes, ...last.removes] };
    }
    long.push(last);
  }
  return long;
}
