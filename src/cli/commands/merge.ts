/**
 * `pond merge`
 *
 * @module
 */
import type {
  MergeConflict,
  MergeReport,
  NodeChange,
  NodeState,
} from "../../tinylogfs/mod.ts";
import { writeSummary } from "../changes.ts";
import type { MergeCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { type Column, writeRows } from "../rows.ts";
import { counted, withPond } from "../session.ts";
import { naming } from "../suggest_names.ts";

/** A change that was merged, or a conflict. */
interface MergeRow {
  readonly report: MergeReport;
  readonly path: string;
  readonly change?: NodeChange;
  readonly conflict?: MergeConflict;
}

const COLUMNS: readonly Column<MergeRow>[] = [
  {
    name: "result",
    type: "VARCHAR",
    value: ({ conflict }) => conflict === undefined ? "merged" : "conflict",
  },
  {
    name: "change",
    type: "VARCHAR",
    value: ({ change }) => change?.kind ?? null,
  },
  { name: "path", type: "VARCHAR", value: ({ path }) => path },
  {
    name: "from",
    type: "VARCHAR",
    value: ({ change }) => change?.from ?? null,
  },
  {
    name: "type",
    type: "VARCHAR",
    value: (row) => stateIn(row)?.fileType ?? null,
  },
  {
    name: "problem",
    type: "VARCHAR",
    value: ({ conflict }) => conflict?.problem ?? null,
  },
  ...sideColumns("base", ({ conflict }) => conflict?.base),
  ...sideColumns(
    "ours",
    ({ change, conflict }) =>
      conflict === undefined ? change?.before : conflict.ours,
  ),
  ...sideColumns(
    "theirs",
    ({ change, conflict }) =>
      conflict === undefined ? change?.after : conflict.theirs,
  ),
  {
    name: "version",
    type: "BIGINT",
    value: ({ report: { commit, dryRun } }) => dryRun ? null : commit.version,
  },
];

/** Merges a branch into the one that is open. */
export async function runMerge(
  command: MergeCommand,
  context: Context,
): Promise<ExitCode> {
  const { branch, dryRun, format, message, ours } = command;
  const { signal } = context;
  const options = {
    dryRun,
    ours,
    signal,
    ...(message === undefined ? {} : { message }),
  };
  // With the stage open, the pond refuses while something is staged.
  const opened = { changes: true, staged: true };
  return await withPond(context, opened, async (fs) => {
    const report = await naming(
      fs,
      branch,
      "branch",
      () => fs.merge(branch, options),
    );
    if (format !== undefined) {
      await writeRows(context, format, COLUMNS, rowsOf(report));
    } else await tell(context, report, ours);
    const isSettled = ours || report.conflicts.length === 0;
    return isSettled ? ExitCode.done : ExitCode.partly;
  });
}

function rowsOf(report: MergeReport): MergeRow[] {
  return [
    ...report.changes.map((change): MergeRow => ({
      report,
      path: change.path,
      change,
    })),
    ...report.conflicts.map((conflict): MergeRow => ({
      report,
      path: conflict.path,
      conflict,
    })),
  ];
}

async function tell(
  context: Context,
  report: MergeReport,
  isSettled: boolean,
): Promise<void> {
  const { branch, changes, commit, conflicts, dryRun, version } = report;
  const { out } = context;
  await writeSummary(context, listed(changes));
  for (const { path, problem } of conflicts) {
    await out.line(`  conflict    ${printable(path)} (${problem})`);
  }
  const what = `${branch} (v${version})`;
  const numbers = [
    `${counted(changes.length, "node")} changed`,
    ...(conflicts.length > 0
      ? [
        `${counted(conflicts.length, "conflict")} ${
          isSettled ? "settled by what is here" : "kept out"
        }`,
      ]
      : []),
  ].join(", ");
  if (dryRun) await note(context, `nothing was done: ${numbers} by ${what}`);
  else if (commit.operationsCommitted > 0) {
    await out.line(`v${commit.version}: merged ${what}, ${numbers}`);
  } else if (conflicts.length === 0) {
    await out.line(`v${commit.version} has all of ${what} already`);
  } else {
    const left = counted(conflicts.length, "conflict");
    await out.line(
      isSettled
        ? `v${commit.version} has all of ${what}: ${left} settled by what is here`
        : `v${commit.version} has all of ${what} but ${left}`,
    );
  }
  if (conflicts.length > 0 && !isSettled && !dryRun) {
    await out.flush();
    await note(context, `keep what is here: pond merge ${branch} --ours`);
  }
}

async function* listed(
  changes: readonly NodeChange[],
): AsyncGenerator<NodeChange> {
  yield* changes;
}

function stateIn({ change, conflict }: MergeRow): NodeState | undefined {
  return change?.after ?? change?.before ?? conflict?.ours ?? conflict?.theirs;
}

/** The path, the size and the hash of one side; nulls where nothing is. */
function sideColumns(
  side: "base" | "ours" | "theirs",
  stateOf: (row: MergeRow) => NodeState | undefined,
): readonly Column<MergeRow>[] {
  return [
    {
      name: `${side}_path`,
      type: "VARCHAR",
      value: (row) => stateOf(row)?.path ?? null,
      terminal: "hidden",
    },
    {
      name: `${side}_size`,
      type: "BIGINT",
      value: (row) => stateOf(row)?.sizeBytes ?? null,
    },
    {
      name: `${side}_sha256`,
      type: "VARCHAR",
      value: (row) => stateOf(row)?.sha256 ?? null,
      terminal: "hidden",
    },
  ];
}
