/**
 * A pond whose history is known, to ask for its tables.
 *
 * @module
 */
import { memoryHost } from "../../src/host/memory.ts";
import { initPond } from "../../src/pond.ts";
import {
  BLOB_MIN_BYTES,
  Timestamp,
  type TinyLogFS,
  type TransactionRow,
} from "../../src/tinylogfs/mod.ts";
import { type Answer, answerOf } from "./scratch.ts";

/** The root's identity. */
export const ROOT = "0".repeat(32);

/** A pond with three versions and two pending operations. */
export interface Story {
  readonly fs: TinyLogFS;
  /** The transactions by their versions. */
  readonly transactions: readonly TransactionRow[];
  /** The ids of nodes by what they are called below. */
  readonly ids: Readonly<
    Record<"d" | "a" | "link" | "big" | "pending", string>
  >;
}

/** Makes it. */
export async function tell(): Promise<Story> {
  const fs = await initPond(memoryHost(), "/pond", { author: "ada" });
  const id = async (path: string) => (await fs.getMetadata(path)).nodeId;
  await fs.createDirectory("/d");
  await fs.createFile("/d/a.txt", "A");
  await fs.createSymlink("/link", "/d/a.txt");
  await fs.commit({ message: "first" });
  const ids = {
    d: await id("/d"),
    a: await id("/d/a.txt"),
    link: await id("/link"),
  };
  await fs.updateFile("/d/a.txt", "A2");
  await fs.createFile("/d/big", new Uint8Array(BLOB_MIN_BYTES));
  await fs.commit();
  await fs.rename("/d/a.txt", "/b.txt");
  await fs.delete("/link");
  await fs.commit({ message: "third" });
  const big = await id("/d/big");
  await fs.createFile("/p.txt", "P");
  await fs.delete("/d/big");
  return {
    fs,
    transactions: (await Array.fromAsync(fs.transactions())).reverse(),
    ids: { ...ids, big, pending: await id("/p.txt") },
  };
}

/** Asks it. */
export async function ask(
  { fs }: Story,
  sql: string,
  pending: boolean = false,
): Promise<Answer> {
  await using result = await fs.queryWithPending(sql, pending);
  return await answerOf(result);
}

/** The time of a version. */
export function timeOf({ transactions }: Story, version: number): Timestamp {
  const us = transactions[version]?.timestampUs ?? Number.NaN;
  return new Timestamp(BigInt(us) * 1000n, true);
}
