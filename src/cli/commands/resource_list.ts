/**
 * `pond resource list`
 *
 * @module
 */
import {
  findResources,
  KINDS,
  labelOf,
  type LastRun,
  nextTimeMs,
  type Resource,
  resourcePath,
  RunTimes,
  scheduleText,
} from "../../pipeline/mod.ts";
import type { TinyLogFS } from "../../tinylogfs/mod.ts";
import type { ResourceCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { printable } from "../output.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { localTime } from "../units.ts";

/** A resource, and when it was run. */
interface ListedResource {
  readonly resource: Resource;
  readonly last: LastRun | undefined;
  /** When it is due, microseconds since the epoch; now if it was never run. */
  readonly nextUs: number | undefined;
}

const COLUMNS: readonly Column<ListedResource>[] = [
  { name: "kind", type: "VARCHAR", value: ({ resource }) => resource.kind },
  { name: "name", type: "VARCHAR", value: ({ resource }) => resource.name },
  {
    name: "schedule",
    type: "VARCHAR",
    value: ({ resource }) => scheduleOf(resource) ?? null,
    terminal: ({ resource }) => printable(scheduleOf(resource) ?? ""),
  },
  {
    name: "last_run",
    type: "TIMESTAMP WITH TIME ZONE",
    title: "LAST RUN",
    value: ({ last }) => last === undefined ? null : timeOf(last.atUs),
    terminal: ({ last }) =>
      last === undefined
        ? ""
        : `${localTime(last.atUs)}${
          last.outcome === "failed" ? " failed" : ""
        }`,
  },
  {
    name: "outcome",
    type: "VARCHAR",
    value: ({ last }) => last?.outcome ?? null,
    terminal: "hidden",
  },
  {
    name: "next_run",
    type: "TIMESTAMP WITH TIME ZONE",
    title: "NEXT RUN",
    value: ({ nextUs }) => nextUs === undefined ? null : timeOf(nextUs),
    terminal: ({ nextUs }) => nextUs === undefined ? "" : localTime(nextUs),
  },
  {
    name: "desc",
    type: "VARCHAR",
    title: "DESCRIPTION",
    value: ({ resource }) => resource.desc ?? null,
    terminal: ({ resource: { desc, kind } }) =>
      printable(desc ?? KINDS[kind].summary),
  },
  {
    name: "path",
    type: "VARCHAR",
    value: ({ resource }) => resourcePath(resource),
    terminal: "hidden",
  },
];

function scheduleOf({ schedule }: Resource): string | undefined {
  return schedule && scheduleText(schedule);
}

/** Lists resources. */
export async function listResources(
  fs: TinyLogFS,
  { format, words }: ResourceCommand,
  context: Context,
): Promise<void> {
  const { host } = context;
  const resources = await findResources(fs, words);
  const runs = await new RunTimes(fs, host.files).read();
  const nowUs = host.clock.nowUs();
  const rows = resources.map((resource): ListedResource => {
    const { schedule } = resource;
    const last = runs.get(labelOf(resource));
    const nextUs = schedule && last
      ? nextTimeMs(schedule, last.atUs / 1000) * 1000
      : schedule && nowUs;
    return { resource, last, nextUs };
  });
  await writeRows(context, format, COLUMNS, rows);
}
