/**
 * Readings that are set aside: none is dropped, and none is told twice.
 *
 * They are lines of JSON in a series of text beside the data, so that SQL reads
 * them like any other table.
 *
 * @module
 */
import { encodeUtf8 } from "../bytes.ts";
import type { PondTransaction } from "../tinylogfs/mod.ts";
import { linesOf } from "./json_lines.ts";
import type { AsideReason } from "./readings.ts";

/** A reading that is set aside. */
export interface AsideReading {
  /** Why. */
  readonly reason: AsideReason;
  /** Its time, as it came: seconds since the epoch. */
  readonly timestamp: number;
  /** The column that it would be in. */
  readonly column: string;
  /** Its value. */
  readonly value: number;
}

/** More are counted, and not kept apart: something is wrong with all of them. */
const MAX_KEPT = 100_000;

/** Collects what is set aside of a series. */
export class Aside {
  readonly #readings: AsideReading[] = [];
  readonly #counts = new Map<AsideReason, number>();

  /** How many were set aside, by why. */
  get counts(): ReadonlyMap<AsideReason, number> {
    return this.#counts;
  }

  /** Sets a reading aside. */
  add(reading: AsideReading): void {
    const { reason } = reading;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    if (this.#readings.length < MAX_KEPT) this.#readings.push(reading);
  }

  /**
   * Keeps what is not there yet.
   *
   * @returns How many were new.
   */
  async save(
    tx: PondTransaction,
    path: string,
    signal?: AbortSignal,
  ): Promise<number> {
    if (this.#readings.length === 0) return 0;
    const lines = new Set(this.#readings.map((it) => JSON.stringify(it)));
    if (await tx.exists(path)) {
      const options = signal === undefined ? {} : { signal };
      for await (const line of linesOf(await tx.streamFile(path, options))) {
        lines.delete(line);
      }
    }
    if (lines.size === 0) return 0;
    const text = [...lines, ""].join("\n");
    await tx.appendToSeries(path, encodeUtf8(text), {
      of: "text",
      rows: lines.size,
    });
    return lines.size;
  }
}
