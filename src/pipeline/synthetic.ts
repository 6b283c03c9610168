/**
 * Makes up the series of a `Synthetic` resource: each column is a sum of waves.
 *
 * ```text
 * p          = (t - start) / period + phase
 * sine       amplitude · sin(2πp) + offset
 * square     amplitude in the first half of a period, else -amplitude, + offset
 * line       amplitude · p + offset
 * ```
 *
 * A series without an `end` goes on to the present with each run.
 *
 * @module
 */
import { PondError } from "../errors.ts";
import { Aside } from "./aside.ts";
import { Expectations } from "./expectations.ts";
import { durationMs } from "./kinds/common.ts";
import type { SyntheticSeries, SyntheticWave } from "./kinds/made_up.ts";
import { Readings } from "./readings.ts";
import { outputPath, type ResourceOf } from "./resource.ts";
import { makeDirectories } from "./resource_store.ts";
import type { RunItem, RunSide } from "./runner.ts";

/** More rows at once are a slip of the pen. */
const MAX_ROWS = 20_000_000;

/** Values of a part. */
const MAX_PART_VALUES = 1 << 20;

/** Adds the rows that are not there yet. */
export async function makeSynthetic(
  resource: ResourceOf<"Synthetic">,
  side: RunSide,
): Promise<readonly RunItem[]> {
  const items: RunItem[] = [];
  for (const series of resource.spec.series) {
    const expected = new Expectations(resource.spec.expect);
    items.push(await extend(series, outputPath(resource), side, expected));
  }
  return items;
}

async function extend(
  series: SyntheticSeries,
  directory: string,
  { host, signal, tx }: RunSide,
  expected: Expectations,
): Promise<RunItem> {
  const path = `${directory}/${series.name}`;
  const aside = new Aside();
  const isThere = await tx.exists(path);
  const mark = isThere ? await tx.seriesMark(path) : undefined;
  const everyMs = durationMs(series.every);
  const startMs = timeMs(series.start, "start");
  const endMs = series.end === undefined
    ? host.clock.nowUs() / 1000
    : timeMs(series.end, "end");
  const lastUs = mark?.whole.toUs;
  const first = lastUs === undefined
    ? 0
    : Math.floor((lastUs / 1000 - startMs) / everyMs) + 1;
  const end = Math.max(first, Math.floor((endMs - startMs) / everyMs) + 1);
  if (end - first > MAX_ROWS) throw tooMany(path, end - first);
  const columns = series.columns.map(({ name, waves }) => ({
    name,
    waves: waves.map((wave) => waveOf(wave, startMs)),
  }));
  const partRows = Math.ceil(MAX_PART_VALUES / columns.length);
  let [rowCount, writtenToUs] = [0, lastUs];
  let gaps: number | undefined;
  for (let from = first; from < end; from += partRows) {
    const readings = new Readings();
    for (let i = from; i < Math.min(end, from + partRows); i++) {
      const ms = startMs + i * everyMs;
      for (const { name, waves } of columns) {
        const value = waves.reduce((sum, wave) => sum + wave(ms), 0);
        if (expected.isInRange(name, value)) {
          readings.add(name, ms * 1000, value);
          continue;
        }
        const timestamp = ms / 1000;
        aside.add({ reason: "range", timestamp, column: name, value });
      }
    }
    if (readings.length === 0) continue;
    const rows = readings.rows(() => {});
    const found = expected.gapsIn(rows.times, writtenToUs);
    if (found !== undefined) gaps = (gaps ?? 0) + found;
    rowCount += rows.length;
    writtenToUs = readings.toUs;
    await makeDirectories(tx, path);
    await tx.appendToSeries(path, rows.parquet(signal), {
      of: "rows",
      rows: rows.length,
      fromUs: readings.fromUs,
      toUs: readings.toUs,
    }, signal === undefined ? {} : { signal });
  }
  if (aside.counts.size > 0) {
    const asidePath = `${directory}/aside/${series.name}.jsonl`;
    await makeDirectories(tx, asidePath);
    await aside.save(tx, asidePath, signal);
  }
  return {
    path,
    status: rowCount === 0 ? "unchanged" : isThere ? "updated" : "created",
    rows: rowCount,
    setAside: aside.counts,
    ...(gaps === undefined ? {} : { gaps }),
    ...(writtenToUs === undefined ? {} : { toUs: writtenToUs }),
  };
}

/** The values of a wave, by times in milliseconds. */
function waveOf(
  { amplitude = 1, offset = 0, period, phase = 0, type }: SyntheticWave,
  startMs: number,
): (ms: number) => number {
  const periodMs = durationMs(period);
  const at = (ms: number) => (ms - startMs) / periodMs + phase;
  switch (type) {
    case "sine":
      return (ms) => amplitude * Math.sin(2 * Math.PI * at(ms)) + offset;
    case "square":
      return (ms) => {
        const p = at(ms);
        return (p - Math.floor(p) < 0.5 ? amplitude : -amplitude) + offset;
      };
    case "line":
      return (ms) => amplitude * at(ms) + offset;
    default:
      return type satisfies never;
  }
}

function timeMs(text: string, field: string): number {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot make a series up: there is no time ${text} (${field})`,
  );
}

function tooMany(path: string, count: number): PondError {
  return new PondError(
    "INVALID_ARGUMENT",
    `Cannot make ${path} up: that is ${count} rows, and more than ${MAX_ROWS}`,
    { path, hint: "begin later, or make the steps longer" },
  );
}
