/**
 * `pond debug log|snapshot|checkpoint|parquet|record`: rows of a dump as text,
 * or in any format.
 *
 * ```text
 * /table/_delta_log/00000000000000000003.json       where the next lines are of
 *   commit v3 size=812 actions=3 …                  a thing, and its facts
 *   line 2: add v3 path=part-0.parquet …
 *   line 3: damage v3: it is no valid JSON: …       what is wrong, and its facts
 * ```
 *
 * @module
 */
import {
  dumpCheckpoint,
  dumpLog,
  dumpParquet,
  dumpRecords,
  type DumpRow,
  dumpSnapshot,
  type DumpValue,
} from "../oplog/dump/mod.ts";
import type { DebugCommand } from "./command.ts";
import type { Context } from "./context.ts";
import type { DebugDump } from "./debug_view.ts";
import { ExitCode } from "./exit_codes.ts";
import { exportOf } from "./export.ts";
import { hostPath } from "./locate.ts";
import { printable } from "./output.ts";
import { batchesOf, type Column, writeBatches } from "./rows.ts";

/** The rows of every dump have these columns. */
const COLUMNS: readonly Column<DumpRow>[] = [
  { name: "kind", type: "VARCHAR", value: ({ kind }) => kind },
  { name: "path", type: "VARCHAR", value: ({ path }) => path },
  { name: "version", type: "BIGINT", value: ({ version }) => version ?? null },
  { name: "place", type: "VARCHAR", value: ({ place }) => place ?? null },
  {
    name: "severity",
    type: "VARCHAR",
    value: ({ severity }) => severity ?? null,
  },
  { name: "problem", type: "VARCHAR", value: ({ problem }) => problem ?? null },
  { name: "facts", type: "JSON", value: ({ facts }) => facts },
];

/** Shows a dump: as text, as long as no format is asked for. */
export async function showDump(
  command: DebugCommand,
  what: DebugDump,
  context: Context,
): Promise<ExitCode> {
  const exported = await exportOf(command, context);
  let isDamaged = false;
  const rows = async function* () {
    for await (const row of await dumpOf(command, what, context)) {
      isDamaged ||= row.severity === "damage";
      yield row;
    }
  };
  const { format } = command;
  const named = COLUMNS.map(({ name, type }) => ({ name, type }));
  const batches = () => batchesOf(COLUMNS, named, rows());
  if (exported !== undefined) await exported.write(named, batches());
  else if (format !== undefined) {
    await writeBatches(context, format, named, batches(), true);
  } else await writeText(context, rows());
  return isDamaged ? ExitCode.integrity : ExitCode.done;
}

async function dumpOf(
  { target, row, from, to, version }: DebugCommand,
  what: DebugDump,
  context: Context,
): Promise<AsyncIterable<DumpRow>> {
  const { host, signal } = context;
  const path = await hostPath(context, target);
  switch (what) {
    case "checkpoint":
      return dumpCheckpoint(host, path, { signal });
    case "parquet":
      return dumpParquet(host, path, { signal });
    default:
  }
  const { directory, ...witness } = await tableIn(context, path);
  const options = { ...witness, signal };
  const at = version === undefined ? options : { ...options, version };
  switch (what) {
    case "log": {
      const [first, last] = [from ?? version, to ?? version];
      return dumpLog(host, directory, {
        ...options,
        ...(first === undefined ? {} : { from: first }),
        ...(last === undefined ? {} : { to: last }),
      });
    }
    case "snapshot":
      return dumpSnapshot(host, directory, at);
    case "record": {
      const [partId = "", nodeId] = row?.split("/") ?? [];
      const ids = nodeId === undefined ? { partId } : { partId, nodeId };
      return dumpRecords(host, directory, { ...at, ...ids });
    }
    default:
      return what satisfies never;
  }
}

/** A table, or that of the pond, whose witness is known then. */
async function tableIn(
  { host }: Context,
  path: string,
): Promise<{ readonly directory: string; readonly headPath?: string }> {
  const log = await host.files.stat(`${path}/_delta_log`);
  const table = await host.files.stat(`${path}/oplog`);
  return log === undefined && table?.type === "directory"
    ? { directory: `${path}/oplog`, headPath: `${path}/head` }
    : { directory: path };
}

async function writeText(
  { out, signal }: Context,
  rows: AsyncIterable<DumpRow>,
): Promise<void> {
  let last: string | undefined;
  for await (const row of rows) {
    signal.throwIfAborted();
    if (row.path !== last) await out.line(printable(row.path));
    last = row.path;
    await out.line(`  ${textOf(row)}`);
  }
}

function textOf(row: DumpRow): string {
  const { facts, kind, place, problem, severity, version } = row;
  const head = [
    kind,
    ...(version === undefined ? [] : [`v${version}`]),
    ...(severity === undefined ? [] : [severity]),
  ].join(" ");
  const start = place === undefined || place === ""
    ? head
    : `${place}: ${head}`;
  const members = Object.entries(facts).flatMap(([name, value]) =>
    value === null ? [] : `${name}=${valueText(value)}`
  );
  const said = problem === undefined ? start : `${start}: ${problem}`;
  const separator = problem === undefined ? " " : " · ";
  const rest = members.length === 0 ? "" : separator + members.join(" ");
  return printable(said + rest);
}

/** A text form is to be read: what is longer is in the others. */
const MAX_VALUE_TEXT = 1000;

function valueText(value: DumpValue): string {
  const text = wholeText(value);
  return text.length > MAX_VALUE_TEXT
    ? `${text.slice(0, MAX_VALUE_TEXT)}…`
    : text;
}

/** A word as it is; what has spaces or structure as JSON. */
function wholeText(value: DumpValue): string {
  if (typeof value === "string") {
    return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  }
  if (typeof value !== "object") return String(value);
  return JSON.stringify(
    value,
    (_, member: unknown) =>
      typeof member === "bigint" ? String(member) : member,
  );
}
