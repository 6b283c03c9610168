/**
 * `pond tag`
 *
 * @module
 */
import type { Tag, TinyLogFS, TransactionRow } from "../../tinylogfs/mod.ts";
import type { TagCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { noteDryRun } from "../operations.ts";
import { printable } from "../output.ts";
import { type Column, timeOf, writeRows } from "../rows.ts";
import { withPond } from "../session.ts";
import { localTime } from "../units.ts";
import { naming } from "../suggest_names.ts";

/** A tag, with the transaction that made its version, if one did. */
interface TagRow {
  readonly tag: Tag;
  readonly transaction: TransactionRow | undefined;
}

const COLUMNS: readonly Column<TagRow>[] = [
  { name: "name", type: "VARCHAR", value: ({ tag }) => tag.name },
  { name: "version", type: "BIGINT", value: ({ tag }) => tag.version },
  {
    name: "time",
    type: "TIMESTAMP WITH TIME ZONE",
    value: ({ transaction }) =>
      transaction === undefined ? null : timeOf(transaction.timestampUs),
    terminal: ({ transaction }) =>
      transaction === undefined ? "" : localTime(transaction.timestampUs),
  },
  {
    name: "message",
    type: "VARCHAR",
    value: ({ transaction }) => transaction?.message ?? null,
    terminal: ({ transaction }) => printable(transaction?.message ?? ""),
  },
  {
    name: "created",
    type: "TIMESTAMP WITH TIME ZONE",
    value: ({ tag }) => timeOf(tag.createdUs),
    terminal: "hidden",
  },
];

/** Lists, sets or deletes tags. */
export async function runTag(
  command: TagCommand,
  context: Context,
): Promise<ExitCode> {
  const { delete: isDeleted, dryRun, force, format, message, revision, tag } =
    command;
  const { signal } = context;
  const options = {
    signal,
    dryRun,
    ...(message === undefined ? {} : { message }),
  };
  const tell = dryRun ? noteDryRun : note;
  return await withPond(context, {}, async (fs) => {
    if (tag === undefined) {
      await writeRows(context, format, COLUMNS, rowsOf(fs, await fs.tags()));
    } else if (isDeleted) {
      await naming(fs, tag, "revision", () => fs.deleteTag(tag, options));
      if (context.globals.json) {
        await context.out.line(
          JSON.stringify({ deleted: tag, done: !dryRun }),
        );
      }
      await tell(context, dryRun ? `delete ${tag}` : `tag ${tag} deleted`);
    } else {
      const set = await fs.tag(tag, revision, { ...options, force });
      if (format === undefined) {
        const name = `v${set.version} ${dryRun ? "would be" : "is"} ${tag}`;
        await tell(context, dryRun ? name : `${name} now`);
      } else await writeRows(context, format, COLUMNS, rowsOf(fs, [set]));
    }
    return ExitCode.done;
  });
}

async function* rowsOf(
  fs: TinyLogFS,
  tags: readonly Tag[],
): AsyncGenerator<TagRow> {
  for (const tag of tags) {
    yield { tag, transaction: await fs.transactionOf(tag.version) };
  }
}
