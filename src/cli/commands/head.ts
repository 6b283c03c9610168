/**
 * `pond head`
 *
 * @module
 */
import type { HeadCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit_codes.ts";
import { eachFile, writeContent } from "../file_content.ts";
import { offsetAfterLines, Titles } from "../file_lines.ts";
import { isPattern, viewPond } from "../session.ts";

/** Writes the beginning of files. */
export async function runHead(
  command: HeadCommand,
  context: Context,
): Promise<ExitCode> {
  const { count, paths, unit } = command;
  const titled = paths.length > 1 || paths.some(isPattern);
  const titles = new Titles(context);
  return await viewPond(
    context,
    command,
    (fs) =>
      eachFile(context, fs, paths, async (view, path, title) => {
        const length = unit === "bytes"
          ? count
          : await offsetAfterLines(view, path, count, context.signal);
        if (titled) await titles.write(title);
        await writeContent(context, view, path, { length });
      }),
  );
}
