/**
 * Changes between two states on their way out: rows, names, or a patch.
 *
 * @module
 */
import type { NodeChange, QueryValue } from "../tinylogfs/mod.ts";
import type { Format } from "./command.ts";
import type { Context } from "./context.ts";
import { type Label, type Output, printable } from "./output.ts";
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
    title: "+",
    value: ({ insertions }) => insertions ?? null,
  },
  {
    name: "deletions",
    type: "BIGINT",
    title: "-",
    value: ({ deletions }) => deletions ?? null,
  },
];

const DETAILS: readonly Column<ChangeRow>[] = [
  {
    name: "size_before",
    type: "BIGINT",
    title: "BEFORE",
    value: ({ change }) => change.before?.sizeBytes ?? null,
  },
  {
    name: "size_after",
    type: "BIGINT",
    title: "AFTER",
    value: ({ change }) => change.after?.sizeBytes ?? null,
  },
  {
    name: "changed",
    type: "VARCHAR",
    value: ({ change }): QueryValue => change.changed.join(","),
    // That a node came or went is in the first column.
    terminal: ({ change: { changed } }) =>
      changed.filter((it) => it !== "node").join(", "),
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
    const label = KINDS[kind];
    await out.line(
      `  ${out.paint(label, kind.padEnd(10))}  ${printable(path)}${origin}`,
    );
  }
}

const KINDS: Readonly<Partial<Record<NodeChange["kind"], Label>>> = {
  added: "added",
  deleted: "removed",
};

/** The same changes, with a blank line before the first one. */
export async function* spaced(
  { out }: Context,
  changes: AsyncIterable<NodeChange>,
): AsyncGenerator<NodeChange> {
  let isFirst = true;
  for await (const change of changes) {
    if (isFirst) await out.line("");
    isFirst = false;
    yield change;
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
      await out.line(out.isTerminal ? colored(line, out) : line);
    }
  }
}

/** What a line of a patch is, by how it begins. */
const LABELS: Readonly<Record<string, Label>> = {
  "+": "added",
  "-": "removed",
  "@": "range",
  "d": "title",
};

function colored(line: string, out: Output): string {
  const text = printable(line, "\t");
  return out.paint(LABELS[text[0] ?? ""], text);
}
