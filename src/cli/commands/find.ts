/**
 * `pond find`
 *
 * @module
 */
import { PondError } from "../../errors.ts";
import type { FoundNode, NodeSearchCriteria } from "../../tinylogfs/mod.ts";
import type { FindCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { printable } from "../output.ts";
import { pondPath, viewPond } from "../session.ts";
import { parseTime } from "../times.ts";

const TYPES = { f: "file", d: "directory", l: "symlink" } as const;

const UNIT_BYTES: Readonly<Record<string, number>> = {
  "": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** Lists what meets the criteria. */
export async function runFind(
  command: FindCommand,
  context: Context,
): Promise<ExitCode> {
  const criteria = criteriaOf(command, context);
  return await viewPond(context, command, async (fs) => {
    const found = fs.findNodes(criteria);
    if (command.format !== undefined) await writeFound(command, context, found);
    else {
      const { out } = context;
      for await (const { path } of found) {
        if (command.zero) await out.text(`${path}\0`);
        else await out.line(out.isTerminal ? printable(path) : path);
      }
    }
    return ExitCode.done;
  });
}

function criteriaOf(
  command: FindCommand,
  context: Context,
): NodeSearchCriteria {
  const { glob, newer, older, path, size, type, where } = command;
  return {
    path: pondPath(path),
    signal: context.signal,
    ...(glob === undefined ? {} : { name: glob }),
    ...(type === undefined ? {} : { fileType: typeOf(type) }),
    ...(size === undefined ? {} : sizesOf(size)),
    ...(newer === undefined ? {} : { modifiedAfter: timeOf(newer, context) }),
    ...(older === undefined ? {} : { modifiedBefore: timeOf(older, context) }),
    ...(where === undefined ? {} : { metadataQuery: where }),
  };
}

function typeOf(text: string): FoundNode["fileType"] {
  if (text.startsWith("f")) return TYPES.f;
  return text.startsWith("d") ? TYPES.d : TYPES.l;
}

/** As `+10k`: more than that, as in other programs of this name. */
function sizesOf(
  text: string,
): Pick<NodeSearchCriteria, "minSize" | "maxSize"> {
  const match = /^([+-]?)(\d{1,12})([kmgt]?)(?:i?b)?$/i.exec(text);
  if (match === null) {
    throw new PondError(
      "INVALID_ARGUMENT",
      `--size takes a number of bytes, not "${text}"`,
      { hint: "such as +10k, -1M, 512" },
    );
  }
  const [, sign, digits, unit = ""] = match;
  const bytes = Number(digits) * (UNIT_BYTES[unit.toLowerCase()] ?? NaN);
  if (sign === "+") return { minSize: bytes + 1 };
  if (sign === "-") return { maxSize: bytes - 1 };
  return { minSize: bytes, maxSize: bytes };
}

function timeOf(text: string, { host }: Context): Date {
  return parseTime(text, host.clock.nowUs());
}

async function writeFound(
  { format }: FindCommand,
  context: Context,
  found: AsyncIterable<FoundNode>,
): Promise<void> {
  const { timeOf, writeRows } = await import("../rows.ts");
  await writeRows<FoundNode>(context, format, [
    { name: "path", type: "VARCHAR", value: (node) => node.path },
    { name: "type", type: "VARCHAR", value: (node) => node.fileType },
    { name: "size", type: "BIGINT", value: (node) => node.sizeBytes },
    {
      name: "modified",
      type: "TIMESTAMP WITH TIME ZONE",
      value: (node) => timeOf(node.modifiedUs),
    },
    { name: "version", type: "BIGINT", value: (node) => node.version },
    { name: "node_id", type: "VARCHAR", value: (node) => node.nodeId },
  ], found);
}
