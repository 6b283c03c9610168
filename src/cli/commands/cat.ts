/**
 * `pond cat`
 *
 * @module
 */
import type { CatCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { eachFile, sizeOf, writeContent } from "../file_content.ts";
import { viewPond } from "../session.ts";

/** Writes the content of files. */
export async function runCat(
  command: CatCommand,
  context: Context,
): Promise<ExitCode> {
  const { range } = command;
  if (range !== undefined) await rangeOf(range, 0);
  return await viewPond(
    context,
    command,
    (fs) =>
      eachFile(context, fs, command.paths, async (view, path) => {
        const part = range === undefined
          ? {}
          : await rangeOf(range, await sizeOf(view, await view.entry(path)));
        await writeContent(context, view, path, part);
      }),
  );
}

async function rangeOf(range: string, sizeBytes: number) {
  const { parseByteRange } = await import("../byte_range.ts");
  return parseByteRange(range, sizeBytes);
}
