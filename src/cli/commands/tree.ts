/**
 * `pond tree`
 *
 * @module
 */
import type { DirEntry, TinyLogFS } from "../../tinylogfs/mod.ts";
import type { TreeCommand } from "../command.ts";
import { type Context, note } from "../context.ts";
import { ExitCode } from "../exit_codes.ts";
import { labelOf, printable } from "../output.ts";
import { atPath, counted, viewPond } from "../session.ts";

/** A node of the tree, and the lines that are drawn before its name. */
interface Branch {
  readonly entry: DirEntry;
  readonly depth: number;
  readonly lines: string;
}

/** Draws a tree. */
export async function runTree(
  command: TreeCommand,
  context: Context,
): Promise<ExitCode> {
  return await viewPond(context, command, async (fs) => {
    await atPath(fs, command.path, async (view, path) => {
      // Says at once where there is no directory.
      await view.directory(path);
      const branches = below(view, path, command, "", 1);
      if (command.format === undefined) {
        await draw(command, context, branches);
      } else await writeBranches(command, context, branches);
    });
    return ExitCode.done;
  });
}

async function* below(
  fs: TinyLogFS,
  path: string,
  command: TreeCommand,
  lines: string,
  depth: number,
): AsyncGenerator<Branch> {
  if (depth > (command.depth ?? Infinity)) return;
  const shown: DirEntry[] = [];
  for await (const entry of fs.listDirectory(path)) {
    const isHidden = entry.name.startsWith(".") && !command.all;
    const isLeftOut = command.directories && entry.fileType !== "directory";
    if (!isHidden && !isLeftOut) shown.push(entry);
  }
  for (const [index, entry] of shown.entries()) {
    const isLast = index === shown.length - 1;
    yield { entry, depth, lines: `${lines}${isLast ? "└── " : "├── "}` };
    if (entry.fileType !== "directory") continue;
    const further = `${lines}${isLast ? "    " : "│   "}`;
    yield* below(fs, entry.path, command, further, depth + 1);
  }
}

async function draw(
  { directories: isWithoutFiles, path }: TreeCommand,
  context: Context,
  branches: AsyncIterable<Branch>,
): Promise<void> {
  const { out, signal } = context;
  await out.line(out.paint("directory", printable(path)));
  let directories = 0;
  let others = 0;
  for await (const { entry, lines } of branches) {
    signal.throwIfAborted();
    const { fileType, name, pending, target } = entry;
    if (fileType === "directory") directories++;
    else others++;
    const arrow = target === undefined ? "" : ` -> ${printable(target)}`;
    const mark = pending ? " *" : "";
    const shown = out.paint(labelOf(fileType), printable(name));
    await out.line(`${lines}${shown}${arrow}${mark}`);
  }
  await out.flush();
  const counts = directories === 1
    ? "1 directory"
    : `${directories} directories`;
  const files = isWithoutFiles ? "" : `, ${counted(others, "file")}`;
  await note(context, `${counts}${files}`);
}

async function writeBranches(
  { format }: TreeCommand,
  context: Context,
  branches: AsyncIterable<Branch>,
): Promise<void> {
  const { writeRows } = await import("../rows.ts");
  await writeRows<Branch>(context, format, [
    { name: "path", type: "VARCHAR", value: ({ entry }) => entry.path },
    { name: "depth", type: "BIGINT", value: ({ depth }) => depth },
    { name: "type", type: "VARCHAR", value: ({ entry }) => entry.fileType },
    { name: "size", type: "BIGINT", value: ({ entry }) => entry.sizeBytes },
    {
      name: "target",
      type: "VARCHAR",
      value: ({ entry }) => entry.target ?? null,
    },
    { name: "pending", type: "BOOLEAN", value: ({ entry }) => entry.pending },
  ], branches);
}
