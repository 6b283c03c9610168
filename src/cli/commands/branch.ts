/**
 * `pond branch` and `pond switch`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import {
  type BranchInfo,
  parseDuration,
  type TinyLogFS,
} from "../../tinylogfs/mod.ts";
import type { BranchCommand, SwitchCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { noteDryRun } from "../operations.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { withPond } from "../session.ts";
import { localTime } from "../units.ts";
import { naming } from "../suggest_names.ts";

const DAY_MS = 86_400_000;

const COLUMNS: readonly Column<BranchInfo>[] = [
  {
    name: "name",
    type: "VARCHAR",
    value: ({ name }) => name,
    terminal: ({ name, current }) => `${current ? "*" : " "} ${name}`,
  },
  {
    name: "current",
    type: "BOOLEAN",
    value: ({ current }) => current,
    terminal: "hidden",
  },
  {
    name: "from_branch",
    type: "VARCHAR",
    value: ({ from }) => from?.branch ?? null,
    terminal: ({ from }) => from?.branch ?? "",
  },
  {
    name: "from_version",
    type: "BIGINT",
    value: ({ from }) => from?.version ?? null,
    terminal: ({ from }) => from === undefined ? "" : `v${from.version}`,
  },
  {
    name: "created",
    type: "TIMESTAMP WITH TIME ZONE",
    value: ({ createdUs }) =>
      createdUs === undefined ? null : timeOf(createdUs),
    terminal: ({ createdUs }) =>
      createdUs === undefined ? "" : localTime(createdUs),
  },
  {
    name: "expires",
    type: "TIMESTAMP WITH TIME ZONE",
    value: ({ expiresUs }) =>
      expiresUs === undefined ? null : timeOf(expiresUs),
    terminal: ({ expiresUs }) =>
      expiresUs === undefined ? "" : localTime(expiresUs),
  },
];

/** Lists, makes or deletes branches. */
export async function runBranch(
  command: BranchCommand,
  context: Context,
): Promise<ExitCode> {
  const ttlMs = command.scratch ? ttlOf(command.ttl) : undefined;
  return await withPond(context, {}, async (fs) => {
    const { branch, format, scratch } = command;
    if (branch === undefined && !scratch) {
      await writeRows(context, format, COLUMNS, fs.branches());
    } else if (command.delete && branch !== undefined) {
      const { dryRun, force } = command;
      const work = () => fs.deleteBranch(branch, { dryRun, force });
      await naming(fs, branch, "branch", work);
      if (dryRun) await noteDryRun(context, `delete the branch ${branch}`);
      else await note(context, `branch ${branch} deleted`);
      if (context.globals.json) {
        await context.out.line(
          JSON.stringify({ deleted: branch, done: !dryRun }),
        );
      }
    } else await make(command, context, fs, ttlMs);
    return ExitCode.done;
  });
}

/** Makes a branch the current one. */
export async function runSwitch(
  { branch, create, dryRun }: SwitchCommand,
  context: Context,
): Promise<ExitCode> {
  return await withPond(context, {}, async (fs) => {
    if (create) await fs.createBranch(branch, { dryRun });
    if (!create || !dryRun) {
      const work = () => fs.switchBranch(branch, { dryRun });
      await naming(fs, branch, "branch", work);
    }
    if (dryRun) await noteDryRun(context, `switch to the branch ${branch}`);
    else await note(context, `on branch ${branch}`);
    if (context.globals.json) {
      await context.out.line(
        JSON.stringify({ branch, created: create, done: !dryRun }),
      );
    }
    return ExitCode.done;
  });
}

async function make(
  { branch, at, dryRun, format }: BranchCommand,
  context: Context,
  fs: TinyLogFS,
  ttlMs: number | undefined,
): Promise<void> {
  const name = branch ??
    `scratch-${context.host.random.uuidHex().slice(0, 8)}`;
  const made = await fs.createBranch(name, {
    dryRun,
    ...(at === undefined ? {} : { at }),
    ...(ttlMs === undefined ? {} : { ttlMs }),
  });
  if (format !== undefined) await writeRows(context, format, COLUMNS, [made]);
  else if (dryRun) {
    const of = `v${made.from?.version}`;
    await noteDryRun(context, `make the branch ${name} of ${of}`);
  } else if (branch === undefined) await context.out.line(name);
  else await note(context, `branch ${name} made of v${made.from?.version}`);
}

function ttlOf(text: string | undefined): number {
  if (text === undefined) return DAY_MS;
  const durationUs = parseDuration(text);
  if (durationUs !== undefined) return durationUs / 1000;
  throw new PondError(
    "INVALID_ARGUMENT",
    `Cannot read the time ${JSON.stringify(text)}`,
    { hint: "--ttl 1h, 30min, 2d" },
  );
}
