/**
 * `pond stat`
 *
 * @module
 */
import type { NodeInfo, QueryValue, TinyLogFS } from "../../tinylogfs/mod.ts";
import type { StatCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { eachFile } from "../file_content.ts";
import { printable } from "../output.ts";
import { pairsInColumns } from "../plain_table.ts";
import { timeOf, writeRecords } from "../rows.ts";
import { viewPond } from "../session.ts";
import {
  humanSize,
  localTime,
  modeText,
  octalMode,
  rfc3339,
} from "../units.ts";

/** What is known of a node, with where it is. */
interface Known extends NodeInfo {
  readonly path: string;
  readonly target?: string;
}

/** Shows what is known of nodes. */
export async function runStat(
  command: StatCommand,
  context: Context,
): Promise<ExitCode> {
  const { format } = command;
  return await viewPond(context, command, async (fs) => {
    const found: Known[] = [];
    const code = await eachFile(
      context,
      fs,
      command.paths,
      async (view, path) => void found.push(await knownOf(view, path)),
    );
    if (format !== undefined) {
      await writeRecords(context, format, found.map(recordOf));
      return code;
    }
    for (const [index, known] of found.entries()) {
      await context.out.line(
        `${index > 0 ? "\n" : ""}${factsOf(known, context)}`,
      );
    }
    return code;
  });
}

async function knownOf(fs: TinyLogFS, path: string): Promise<Known> {
  const node = await fs.getMetadata(path);
  const entry = await fs.entry(path, { followLast: false });
  return {
    ...node,
    path: entry.path,
    ...(entry.target === undefined ? {} : { target: entry.target }),
  };
}

function recordOf(known: Known): Readonly<Record<string, QueryValue>> {
  return {
    path: known.path,
    type: known.fileType,
    size: known.size,
    mode: octalMode(known.mode),
    created: timeOf(known.createdAt.getTime() * 1000),
    modified: timeOf(known.modifiedAt.getTime() * 1000),
    version: known.version,
    node_id: known.nodeId,
    parent_id: known.parentId ?? null,
    sha256: known.sha256 ?? null,
    target: known.target ?? null,
    attributes: JSON.stringify(known.customAttributes),
  };
}

function factsOf(known: Known, { out }: Context): string {
  const { createdAt, customAttributes, fileType, mode, modifiedAt, size } =
    known;
  const time = (date: Date) => {
    const timestampUs = date.getTime() * 1000;
    return out.isTerminal ? localTime(timestampUs) : rfc3339(timestampUs);
  };
  const sized = out.isTerminal && size >= 1024
    ? `${size} (${humanSize(size)})`
    : `${size}`;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["path", printable(known.path)],
    ["type", fileType],
    ["target", known.target && printable(known.target)],
    ["size", sized],
    ["mode", `${octalMode(mode)} ${modeText({ fileType, mode })}`],
    ["created", time(createdAt)],
    ["modified", time(modifiedAt)],
    ["version", `${known.version}`],
    ["node", known.nodeId],
    ["sha256", known.sha256],
    ...Object.entries(customAttributes).map(([name, value]) =>
      [
        `attribute ${printable(name)}`,
        printable(JSON.stringify(value)),
      ] as const
    ),
  ];
  const shown = facts.filter(([, value]) => value !== undefined);
  // People see columns, programs find the value after a colon and a space.
  const named = shown.map(([name, value]) =>
    [`${name}:`, value ?? ""] as const
  );
  return (out.isTerminal
    ? pairsInColumns(named)
    : named.map(([name, value]) => `${name} ${value}`)).join("\n");
}
