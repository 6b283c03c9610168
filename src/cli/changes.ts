/**
 * Changes between two states on their way out: rows, names, or a patch.
 *
 * @module
 */
import type { NodeChange, QueryValue } from "../tinylogfs/mod.ts";
import type { Format } from "./command.ts";
import type { Context } from "./context.ts";
import { printable } from "./output.ts";
import { lineCountsOf, patchOf } from "./patch.ts";
import { type Column, writeRows } from "./rows.ts";

/** A change, with its lines counted where that was asked for. */
interface ChangeRow {
  readonly change: NodeChange;
  readonly insertions?: number | undefined;
  readonly deletions?: number | undefined;
}

const NAMES: readonly Column<ChangeRow>[] = [
  { name: "change", type: "VARCHAR", value: ({ change }) => change.kind },
  { name: "path", type: "VARCHAR", value: ({ change }) => change.path },
  {
    name: "from",
    type: "VARCHAR",
    value: ({ change }) => change.from ?? null,
  },
  {
    name: "type",
    type: "VARCHAR",
    value: ({ change }) => (change.after ?? change.before)?.fileType ?? null,
  },
];

const COUNTS: readonly Column<ChangeRow>[] = [
  {
    name: "insertions",
    type: "BIGINT",
    value: ({ insertions }) => insertions ?? null,
  },
  {
    name: "deletions",
    type: "BIGINT",
    value: ({ deletions }) => deletions ?? null,
  },
];

const DETAILS: readonly Column<ChangeRow>[] = [
  {
    name: "size_before",
    type: "BIGINT",
    value: ({ change }) => change.before?.sizeBytes ?? null,
  },
  {
    name: "size_after",
    type: "BIGINT",
    value: ({ change }) => change.after?.sizeBytes ?? null,
  },
  {
    name: "changed",
    type: "VARCHAR",
    value: ({ change }): QueryValue => change.changed.join(","),
  },
  {
    name: "node_id",
    type: "VARCHAR",
    value: ({ change }) => (change.after ?? change.before)?.nodeId ?? null,
    terminal: "hidden",
  },
];

/** Writes a row for each change; with `stat`, with its lines counted. */
export async function writeChanges(
  context: Context,
  format: Format | undefined,
  changes: AsyncIterable<NodeChange>,
  stat: boolean,
): Promise<void> {
  const columns = stat
    ? [...NAMES, ...COUNTS, ...DETAILS]
    : [...NAMES, ...DETAILS];
  const rows = countedRows(changes, stat, context.signal);
  await writeRows(context, format, columns, rows);
}

async function* countedRows(
  changes: AsyncIterable<NodeChange>,
  stat: boolean,
  signal: AbortSignal,
): AsyncGenerator<ChangeRow> {
  for await (const change of changes) {
    const counts = stat ? await lineCountsOf(change, signal) : undefined;
    yield { change, ...counts };
  }
}

/** Writes the path of each change. */
export async function writeNames(
  { out }: Context,
  changes: AsyncIterable<NodeChange>,
): Promise<void> {
  for await (const { path } of changes) {
    await out.line(out.isTerminal ? printable(path) : path);
  }
}

/** Writes the changes of one transaction, for people. */
export async function writeSummary(
  { out }: Context,
  changes: AsyncIterable<NodeChange>,
): Promise<void> {
  for await (const { from, kind, path } of changes) {
    const origin = from === undefined ? "" : ` < ${printable(from)}`;
    await out.line(`  ${kind.padEnd(10)}  ${printable(path)}${origin}`);
  }
}

/** Writes changes as a patch. */
export async function writePatch(
  { out, signal }: Context,
  changes: AsyncIterable<NodeChange>,
  context: number | undefined,
): Promise<void> {
  for await (const change of changes) {
    for await (const line of patchOf(change, context, signal)) {
      await out.line(out.isTerminal ? colored(line, out.color) : line);
    }
  }
}

const COLORS: Readonly<Record<string, string>> = {
  "+": "32",
  "-": "31",
  "@": "36",
  "d": "1",
};

function colored(line: string, color: boolean): string {
  const text = printable(line, "\t");
  const code = COLORS[text[0] ?? ""];
  return color && code !== undefined ? `\x1b[${code}m${text}\x1b[0m` : text;
}
