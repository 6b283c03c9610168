/**
 * Collects the readings of a `HydroVu` resource.
 *
 * Each device is a series, `/HydroVu/<resource>/data/<name>-<id>`. Where it goes
 * on the next time is the latest time of the series itself, so it can't be
 * another one than that of the data. What a device failed to give is given up as a
 * whole, and the others go on.
 *
 * | reading | what is done |
 * |---|---|
 * | before 2000, or more than 15 minutes from now on | aside, `clock` |
 * | at or before the latest time that the series has | aside, `early` |
 * | a second one of a column at one time | aside, `duplicate` |
 * | before what was written already in this run | aside, `order` |
 * | out of the range that is expected of its column | aside, `range` |
 *
 * A time that lies ahead would hide what comes until then: so it waits, and is a
 * row when the service gives it again and it has come.
 *
 * @module
 */
import { hasCode, PondError } from "../../errors.ts";
import { Aside } from "../aside.ts";
import { Expectations } from "../expectations.ts";
import { HttpClient } from "../http.ts";
import type { HydroVuDevice } from "../kinds/hydrovu.ts";
import { type Origin, originPath, saveOrigins } from "../origin.ts";
import { Readings } from "../readings.ts";
import { outputPath, type ResourceOf } from "../resource.ts";
import { makeDirectories } from "../resource_store.ts";
import type { RunItem, RunSide } from "../runner.ts";
import { resolveSecret } from "../secret.ts";
import {
  type FriendlyNames,
  HydroVuClient,
  PUBLIC_BASE_URL,
  type ReadingsPage,
} from "./client.ts";

/** No instrument is older: an earlier time is a clock that was not set. */
const EARLIEST_S = Date.UTC(2000, 0, 1) / 1000;

/** So far clocks may be ahead of ours, in seconds. */
const MAX_AHEAD_S = 15 * 60;

/** So many readings wait in memory before they are written: 4 MiB. */
const MAX_WAITING = 1 << 18;

/** Collects what is new. */
export async function collectHydroVu(
  resource: ResourceOf<"HydroVu">,
  side: RunSide,
): Promise<readonly RunItem[]> {
  const { spec } = resource;
  const { host } = side;
  const { clock, terminal } = host;
  const baseUrl = spec.base_url ||
    terminal.env("HYDROVU_BASE_URL") || PUBLIC_BASE_URL;
  const usedBy = (field: string) => `spec.${field} of HydroVu/${resource.name}`;
  const credentials = {
    key: await resolveSecret(host, spec.key, usedBy("key")),
    secret: await resolveSecret(host, spec.secret, usedBy("secret")),
  };
  const http = new HttpClient(side);
  const client = new HydroVuClient(
    http,
    baseUrl,
    credentials,
    () => clock.monotonicMs(),
  );
  // Without names nothing can be collected: it fails for all.
  const names = await client.friendlyNames();
  const items: RunItem[] = [];
  for (const device of spec.devices) {
    const path = `${outputPath(resource)}/data/${device.name}-${device.id}`;
    const aside = path.replace("/data/", "/aside/") + ".jsonl";
    if (device.active === false) {
      items.push({ path, status: "skipped" });
      continue;
    }
    const collecting = new DeviceRun(
      side,
      client,
      names,
      device,
      path,
      aside,
      new Expectations(spec.expect),
    );
    items.push(await collecting.run(secondsOf(spec.since)));
  }
  return items;
}

function secondsOf(time: string | undefined): number {
  if (time === undefined) return 0;
  const ms = Date.parse(time);
  if (!Number.isNaN(ms)) return Math.ceil(ms / 1000);
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot use spec.since: there is no time ${time}`,
  );
}

/** One device, in one run. */
class DeviceRun {
  readonly #side: RunSide;
  readonly #client: HydroVuClient;
  readonly #names: FriendlyNames;
  readonly #device: HydroVuDevice;
  readonly #path: string;
  readonly #asidePath: string;
  readonly #aside = new Aside();
  readonly #origins: Origin[] = [];
  #waiting = new Readings();
  /** Whether each page is later than the ones before it. */
  #isOrdered = true;
  #writtenToUs = -Infinity;
  #rows = 0;
  readonly #expected: Expectations;
  /** The latest time that the series had before. */
  #lastUs: number | undefined;
  #gaps: number | undefined;

  constructor(
    side: RunSide,
    client: HydroVuClient,
    names: FriendlyNames,
    device: HydroVuDevice,
    path: string,
    asidePath: string,
    expected: Expectations,
  ) {
    this.#side = side;
    this.#expected = expected;
    this.#client = client;
    this.#names = names;
    this.#device = device;
    this.#path = path;
    this.#asidePath = asidePath;
  }

  /** Collects what is new; a failure of the network is this device's alone. */
  async run(sinceS: number): Promise<RunItem> {
    const { signal, tx } = this.#side;
    try {
      return await tx.savepoint(async () => {
        const isThere = await tx.exists(this.#path);
        const mark = isThere ? await tx.seriesMark(this.#path) : undefined;
        if (isThere && mark?.whole.toUs === undefined) {
          throw replaced(this.#path);
        }
        const lastUs = mark?.whole.toUs;
        this.#lastUs = lastUs;
        const startS = lastUs === undefined
          ? sinceS
          : Math.floor(lastUs / 1e6) + 1;
        const pages = this.#client.readings(this.#device.id, startS);
        for await (const page of pages) {
          signal?.throwIfAborted();
          await this.#take(page, startS);
        }
        await this.#write();
        await this.#saveOrigins();
        await this.#saveAside();
        const toUs = Math.max(lastUs ?? -Infinity, this.#writtenToUs);
        return {
          path: this.#path,
          status: this.#rows === 0
            ? "unchanged"
            : isThere
            ? "updated"
            : "created",
          rows: this.#rows,
          setAside: this.#aside.counts,
          ...(this.#gaps === undefined ? {} : { gaps: this.#gaps }),
          ...(Number.isFinite(toUs) ? { toUs } : {}),
        };
      });
    } catch (error) {
      if (!hasCode(error, "NETWORK", "UNSUPPORTED")) throw error;
      return { path: this.#path, status: "failed", error };
    }
  }

  async #take(
    page: ReadingsPage,
    startS: number,
  ): Promise<void> {
    const requestedUs = this.#side.host.clock.nowUs();
    const latestS = this.#side.host.clock.nowUs() / 1e6 + MAX_AHEAD_S;
    const beforeUs = this.#waiting.length === 0
      ? this.#writtenToUs
      : this.#waiting.toUs;
    let [firstUs, lastUs, taken] = [Infinity, -Infinity, 0];
    for (const { parameterId, readings, unitId } of page.parameters) {
      const column = this.#columnOf(parameterId, unitId);
      for (const { timestamp, value } of readings) {
        // No value is no reading.
        if (value === null || !Number.isFinite(value)) continue;
        const timeUs = Math.round(timestamp * 1e6);
        const reason = timestamp < EARLIEST_S || timestamp > latestS
          ? "clock"
          : timestamp < startS
          ? "early"
          : timeUs <= this.#writtenToUs
          ? "order"
          : this.#expected.isInRange(column, value)
          ? undefined
          : "range";
        if (reason !== undefined) {
          this.#aside.add({ reason, timestamp, column, value });
          continue;
        }
        if (timeUs < firstUs) firstUs = timeUs;
        if (timeUs > lastUs) lastUs = timeUs;
        taken++;
        this.#waiting.add(column, timeUs, value);
      }
    }
    if (taken > 0) {
      this.#origins.push({
        requested: isoOf(requestedUs),
        url: page.url,
        page: page.number,
        sha256: page.sha256,
        from: isoOf(firstUs),
        to: isoOf(lastUs),
        readings: taken,
      });
    }
    if (firstUs <= beforeUs) this.#isOrdered = false;
    const isFull = this.#waiting.length >= MAX_WAITING;
    // What comes may still belong to these rows where pages are in no order.
    if (isFull && this.#isOrdered) await this.#write();
  }

  /** Such as `Vulink.Temperature.C`. What has no name is called by its id. */
  #columnOf(parameterId: string, unitId: string): string {
    const parameter = this.#names.parameters.get(parameterId) ?? parameterId;
    const unit = this.#names.units.get(unitId) ?? unitId;
    return `${this.#device.scope}.${parameter}.${unit}`;
  }

  /** Writes what waits as a part of the series. */
  async #write(): Promise<void> {
    const { signal, tx } = this.#side;
    const readings = this.#waiting;
    if (readings.length === 0) return;
    const rows = readings.rows((column, timeUs, value) =>
      this.#aside.add({
        reason: "duplicate",
        timestamp: timeUs / 1e6,
        column,
        value,
      })
    );
    await makeDirectories(tx, this.#path);
    await tx.appendToSeries(this.#path, rows.parquet(signal), {
      of: "rows",
      rows: rows.length,
      fromUs: readings.fromUs,
      toUs: readings.toUs,
    }, signal === undefined ? {} : { signal });
    this.#rows += rows.length;
    const beforeUs = Number.isFinite(this.#writtenToUs)
      ? this.#writtenToUs
      : this.#lastUs;
    const gaps = this.#expected.gapsIn(rows.times, beforeUs);
    if (gaps !== undefined) this.#gaps = (this.#gaps ?? 0) + gaps;
    this.#writtenToUs = readings.toUs;
    this.#waiting = new Readings();
  }

  async #saveOrigins(): Promise<void> {
    const path = originPath(this.#path);
    if (path === undefined || this.#origins.length === 0) return;
    const { tx } = this.#side;
    await makeDirectories(tx, path);
    await saveOrigins(tx, path, this.#origins);
  }

  async #saveAside(): Promise<void> {
    const { signal, tx } = this.#side;
    if (this.#aside.counts.size === 0) return;
    await makeDirectories(tx, this.#asidePath);
    await this.#aside.save(tx, this.#asidePath, signal);
  }
}

function isoOf(us: number): string {
  return new Date(us / 1000).toISOString();
}

function replaced(path: string): PondError {
  return new PondError(
    "UNSUPPORTED",
    `Cannot collect into ${path}: it is no series with times any more`,
    { path, hint: `see who has replaced it: pond log ${path}` },
  );
}
